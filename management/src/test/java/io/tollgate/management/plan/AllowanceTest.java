package io.tollgate.management.plan;

import static io.tollgate.management.plan.Shop.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The endpoints of what is left of quotas and credits. */
class AllowanceTest {
  private static final String CREDITS = "/billing/credits";
  private static Shop shop;

  @BeforeAll
  static void start() {
    shop = new Shop();
  }

  @AfterAll
  static void stop() {
    shop.close();
  }

  private static String payer(int number) {
    return "user_%027d".formatted(number);
  }

  private static JsonObject wish(String payer, String action, long units, String name) {
    return new JsonObject()
        .put("payer_id", payer)
        .put("action", action)
        .put("units", units)
        .put("idempotency_key", name);
  }

  private static Answer change(String payer, String action, long units, String name) {
    return shop.management.post(CREDITS, wish(payer, action, units, name));
  }

  private static JsonArray listed(String owner) {
    return shop.management.get("/billing/allowances?owner=" + owner).ok().getJsonArray("data");
  }

  @Test
  void a_plan_says_what_it_grants() {
    JsonArray quotas =
        new JsonArray()
            .add(
                new JsonObject()
                    .put("per", "subject")
                    .put("meter", "completed")
                    .put("period", "month")
                    .put("units", 1_000))
            .add(
                new JsonObject()
                    .put("per", "key")
                    .put("meter", "forwarded")
                    .put("period", "day")
                    .put("units", 50)
                    .put("hard", false));
    JsonObject credits =
        new JsonObject().put("meter", "completed").put("refill", 100).put("period", "month");
    JsonObject plan = shop.plan(wanted().put("quotas", quotas).put("credits", credits));
    JsonObject told = plan.getJsonArray("quotas").getJsonObject(0);
    assertThat(told.getBoolean("hard")).isTrue();
    assertThat(plan.getJsonArray("quotas").getJsonObject(1).getBoolean("hard")).isFalse();
    assertThat(plan.getJsonObject("credits")).isEqualTo(credits);
    assertThat(shop.record("plan:" + plan.getJsonObject("version").getString("id")))
        .contains("\"quotas\":[{\"per\":\"subject\"", "\"refill\":100");
    JsonObject less = shop.changed(plan, new JsonObject().putNull("credits"));
    assertThat(less.getValue("credits")).isNull();
    assertThat(less.getJsonArray("quotas")).hasSize(2);
  }

  @Test
  void credits_are_given_and_taken_and_shown() {
    JsonObject given = change(payer(1), "increase", 100, "a").ok();
    assertThat(given.getString("object")).isEqualTo("allowance");
    assertThat(given.getString("name")).isEqualTo("credits");
    assertThat(given.getValue("period_start")).isNull();
    assertThat(given.getLong("left")).isEqualTo(100);
    assertThat(change(payer(1), "decrease", 30, "b").ok().getLong("left")).isEqualTo(70);
    assertThat(listed(payer(1))).hasSize(1);
    assertThat(listed(payer(1)).getJsonObject(0).getLong("left")).isEqualTo(70);
    assertThat(listed(payer(2))).isEmpty();
  }

  @Test
  void a_change_that_is_sent_again_is_made_once() {
    assertThat(change(payer(3), "increase", 100, "a").ok().getLong("left")).isEqualTo(100);
    assertThat(change(payer(3), "increase", 100, "a").ok().getLong("left")).isEqualTo(100);
    change(payer(3), "increase", 99, "a").assertRefused(422, "idempotency_key_reused");
    assertThat(change(payer(4), "increase", 100, "a").ok().getLong("left")).isEqualTo(100);
  }

  @Test
  void of_many_at_once_none_is_lost_and_none_made_twice() throws Exception {
    try (var threads = Executors.newFixedThreadPool(8)) {
      Callable<Integer> once = () -> change(payer(5), "increase", 5, "same").status();
      assertThat(threads.invokeAll(List.of(once, once, once, once)))
          .allSatisfy(done -> assertThat(done.get()).isEqualTo(200));
      List<Callable<Integer>> others =
          java.util.stream.IntStream.range(0, 8)
              .<Callable<Integer>>mapToObj(
                  i -> () -> change(payer(5), "increase", 10, "other " + i).status())
              .toList();
      assertThat(threads.invokeAll(others))
          .allSatisfy(done -> assertThat(done.get()).isEqualTo(200));
    }
    assertThat(listed(payer(5)).getJsonObject(0).getLong("left")).isEqualTo(85);
  }

  @Test
  void what_is_spent_or_leased_is_not_taken() {
    change(payer(6), "increase", 100, "a").ok();
    shop.postgres.execute(
        "UPDATE tollgate.allowance SET spent = 20, leased = 30 WHERE owner = '" + payer(6) + "'");
    change(payer(6), "decrease", 51, "b").assertRefused(422, "form_param_value_too_large");
    assertThat(change(payer(6), "decrease", 50, "b").ok().getLong("left")).isZero();
  }

  @Test
  void each_change_is_a_line_of_the_audit() {
    change(payer(7), "increase", 100, "a").ok();
    change(payer(7), "increase", 100, "a").ok();
    assertThat(
            shop.postgres.query(
                "SELECT count(*) FROM tollgate.audit WHERE action = 'credits.increase'"
                    + " AND object = '"
                    + payer(7)
                    + "'"))
        .isEqualTo("1");
  }

  @ParameterizedTest
  @CsvSource({
    "payer_id, mch_000000000000000000000000000, form_param_format_invalid",
    "action, double, form_param_value_invalid",
    "idempotency_key, '', form_param_min_length_exceeded",
    "more, x, form_param_unknown"
  })
  void what_is_no_change_of_credits_is_refused_by_name(String member, String value, String code) {
    JsonObject wish = wish(payer(8), "increase", 1, "a").put(member, value);
    shop.management.post(CREDITS, wish).assertRefused(422, code);
    assertThat(listed(payer(8))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"0", "-1", "1.5", "1000000000000001", "9223372036854775808"})
  void units_are_whole_and_bounded(java.math.BigDecimal units) {
    JsonObject wish = wish(payer(8), "increase", 1, "a").put("units", units);
    shop.management.post(CREDITS, wish).assertRefused(422, "form_param_value_invalid");
    assertThat(listed(payer(8))).isEmpty();
  }

  @Test
  void a_key_is_named_by_its_id_in_either_case() {
    shop.postgres.execute(
        """
        INSERT INTO tollgate.allowance (owner, name, period_start, granted)
        VALUES ('ak_0000000000000000000000000000abcd', 'forwarded/day', now(), 50)
        """);
    for (String digits : List.of("abcd", "ABCD")) {
      JsonArray data = listed("ak_" + "0".repeat(28) + digits);
      assertThat(data).hasSize(1);
      assertThat(data.getJsonObject(0).getLong("granted")).isEqualTo(50);
    }
  }

  @Test
  void an_owner_must_be_named_by_an_id() {
    shop.management.get("/billing/allowances").assertRefused(422, "missing_query_parameter");
    shop.management
        .get("/billing/allowances?owner=nobody")
        .assertRefused(422, "form_param_format_invalid");
  }
}
