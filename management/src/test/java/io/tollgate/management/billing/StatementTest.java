package io.tollgate.management.billing;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a payer owes for a month. */
class StatementTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;
  private static Ledger ledger;
  private static Ledger.Version version;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
    ledger = new Ledger(postgres);
    version = ledger.plan("USD", Ledger.PRICES);
    // Nothing is due: else the service would close a month between a use and the next one.
    postgres.execute(
        "INSERT INTO tollgate.statement_closing (period, walked) VALUES ('2999-12-01', true)");
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }

  private static JsonObject page(String query) {
    Answer answer = management.get("/billing/statements?" + query);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  private static JsonObject statement(String payer, String period) {
    JsonArray data = page("payer_id=" + payer + "&period=" + period).getJsonArray("data");
    assertThat(data).hasSize(1);
    return data.getJsonObject(0);
  }

  private static List<String> told(JsonObject statement, String lines, String... members) {
    return statement.getJsonArray(lines).stream()
        .map(JsonObject.class::cast)
        .map(
            line ->
                String.join(
                    " ",
                    List.of(members).stream().map(member -> "" + line.getValue(member)).toList()))
        .toList();
  }

  private static JsonObject total(JsonObject statement) {
    return statement.getJsonObject("totals").getJsonObject("grand_total");
  }

  private static String thisMonth() {
    return YearMonth.from(Instant.now().atOffset(ZoneOffset.UTC)).toString();
  }

  @ParameterizedTest(name = "{0} verifications")
  @CsvSource({
    "1000, 0, 0.00",
    "1001, 0, 0.00",
    "100000, 0, 0.00",
    "100001, 0, 0.00",
    "100500, 1, 0.01",
    "1000000000, 999900, 9999.00"
  })
  void a_plan_with_a_free_allocation_costs_what_is_used_beyond_it(
      long units, int cents, String formatted) {
    String payer = Ledger.subject();
    ledger.use(payer, "2026-02-10T00:00Z", Ledger.key(), version.id(), "verified = " + units);
    JsonObject total = total(statement(payer, "2026-02"));
    assertThat(total)
        .isEqualTo(
            new JsonObject()
                .put("amount", cents)
                .put("amount_formatted", formatted)
                .put("currency", "USD")
                .put("currency_symbol", "$"));
  }

  @Test
  void a_statement_has_a_line_for_each_meter_and_tier_and_one_for_each_fee() {
    String payer = Ledger.subject();
    String hour = "2026-02-28T23:00Z";
    ledger.use(payer, "2026-02-01T00:00Z", Ledger.key(), version.id(), "verified = 100000");
    ledger.use(payer, hour, Ledger.key(), version.id(), "keys_created = 1001, verified = 7");
    ledger.use(payer, "2026-03-01T00:00Z", Ledger.key(), version.id(), "verified = 9");
    ledger.use(payer, "2026-01-31T23:00Z", Ledger.key(), version.id(), "verified = 9");
    String item = ledger.period(payer, version, "2026-02-14Z", "2026-03-14Z", 500);
    JsonObject statement = statement(payer, "2026-02");
    assertThat(told(statement, "usage", "meter", "from_unit", "to_unit", "units", "amount"))
        .containsExactly(
            "key_creations 1 1000 1000 0",
            "key_creations 1001 null 1 0.1",
            "verified 1 100000 100000 0",
            "verified 100001 null 7 0.007");
    assertThat(told(statement, "fees", "subscription_item_id", "plan_version_id", "amount"))
        .containsExactly(item + " " + version.id() + " 500");
    assertThat(told(statement, "totals_by_currency", "fees", "usage", "adjustments", "exact"))
        .containsExactly("500 0.107 0 500.107");
    assertThat(total(statement).getInteger("amount")).isEqualTo(500);
    assertThat(statement.getJsonArray("adjustments")).isEmpty();
    assertThat(statement.getJsonArray("unpriced")).isEmpty();
  }

  @Test
  void units_under_one_version_never_reach_the_tiers_of_another() {
    String payer = Ledger.subject();
    Ledger.Version next = ledger.version(version.planId(), 2, "USD", Ledger.PRICES);
    ledger.use(payer, "2026-02-10T00:00Z", Ledger.key(), version.id(), "verified = 60000");
    ledger.use(payer, "2026-02-11T00:00Z", Ledger.key(), next.id(), "verified = 60000");
    assertThat(told(statement(payer, "2026-02"), "usage", "plan_version_id", "units"))
        .containsExactly(version.id() + " 60000", next.id() + " 60000");
  }

  @Test
  void the_sum_of_all_keys_is_what_is_rated() {
    String payer = Ledger.subject();
    for (int i = 0; i < 3; i++) {
      ledger.use(payer, "2026-02-10T00:00Z", Ledger.key(), version.id(), "verified = 50000");
    }
    assertThat(told(statement(payer, "2026-02"), "totals_by_currency", "exact"))
        .containsExactly("50");
  }

  @Test
  void each_currency_has_a_total_of_its_own() {
    String payer = Ledger.subject();
    Ledger.Version euros = ledger.plan("EUR", Ledger.PRICES);
    ledger.use(payer, "2026-02-10T00:00Z", Ledger.key(), version.id(), "verified = 300000");
    ledger.use(payer, "2026-02-11T00:00Z", Ledger.key(), euros.id(), "verified = 200000");
    JsonObject statement = statement(payer, "2026-02");
    assertThat(told(statement, "totals_by_currency", "currency", "exact"))
        .containsExactly("EUR 100", "USD 200");
    assertThat(statement.getValue("totals")).isNull();
  }

  @Test
  void what_has_no_price_is_told_and_costs_nothing() {
    String payer = Ledger.subject();
    ledger.use(payer, "2026-02-10T00:00Z", Ledger.key(), "", "verified = 3, status_2xx = 2");
    ledger.use(payer, "2026-02-10T00:00Z", Ledger.key(), "pver_gone", "verified = 4");
    JsonObject statement = statement(payer, "2026-02");
    assertThat(told(statement, "unpriced", "plan_version_id", "meter", "units"))
        .containsExactly(
            "null verified 3", "null forwarded 2", "null completed 2", "pver_gone verified 4");
    assertThat(total(statement).getInteger("amount")).isZero();
  }

  @Test
  void what_came_late_is_an_adjustment_of_the_month_that_it_came_in() {
    String payer = Ledger.subject();
    String key = Ledger.key();
    ledger.use(payer, "2026-01-10T00:00Z", key, version.id(), "verified = 99000");
    ledger.use(
        payer, "2026-01-10T00:00Z", key, version.id(), "2026-02-03T04:00Z", "verified = 3000");
    ledger.use(
        payer, "2026-01-10T00:00Z", key, version.id(), "2026-03-03T04:00Z", "verified = 4000");
    assertThat(told(statement(payer, "2026-01"), "usage", "units", "amount"))
        .as("of January's statement nothing changes")
        .containsExactly("99000 0");
    JsonObject february = statement(payer, "2026-02");
    assertThat(told(february, "adjustments", "period", "meter", "units", "amount"))
        .as("2,000 of these are beyond January's free ones")
        .containsExactly("2026-01 verified 3000 2");
    assertThat(february.getJsonArray("usage")).isEmpty();
    assertThat(told(statement(payer, "2026-03"), "adjustments", "period", "units", "amount"))
        .containsExactly("2026-01 4000 4");
  }

  @Test
  void what_came_late_in_its_own_month_is_part_of_it() {
    String payer = Ledger.subject();
    ledger.use(
        payer,
        "2026-02-03T00:00Z",
        Ledger.key(),
        version.id(),
        "2026-02-20T04:00Z",
        "verified = 3000");
    JsonObject statement = statement(payer, "2026-02");
    assertThat(told(statement, "usage", "units")).containsExactly("3000");
    assertThat(statement.getJsonArray("adjustments")).isEmpty();
  }

  @Test
  void the_running_month_is_a_preview_that_goes_on_changing() {
    String payer = Ledger.subject();
    String now = Instant.now().truncatedTo(java.time.temporal.ChronoUnit.HOURS).toString();
    ledger.use(payer, now, Ledger.key(), version.id(), "verified = 5");
    JsonObject first = statement(payer, thisMonth());
    assertThat(first.getString("status")).isEqualTo("open");
    ledger.use(payer, now, Ledger.key(), version.id(), "verified = 6");
    JsonObject second = statement(payer, thisMonth());
    assertThat(told(second, "usage", "units")).containsExactly("11");
    assertThat(second.getString("id")).isEqualTo(first.getString("id"));
  }

  @Test
  void a_closed_month_is_answered_in_the_same_bytes_whatever_happens_then() {
    String payer = Ledger.subject();
    ledger.use(payer, "2026-02-03T00:00Z", Ledger.key(), version.id(), "verified = 123456");
    JsonObject closed = statement(payer, "2026-02");
    String path = "/billing/statements/" + closed.getString("id");
    String bytes = management.get(path).body();
    assertThat(closed.getString("status")).isEqualTo("closed");
    assertThat(closed.encode()).isEqualTo(new JsonObject(bytes).encode());
    ledger.use(payer, "2026-02-03T00:00Z", Ledger.key(), version.id(), "verified = 1000000");
    postgres.execute("UPDATE tollgate.plan SET name = 'renamed', slug = slug || 'x'");
    assertThat(management.get(path).body()).isEqualTo(bytes);
  }

  @Test
  void a_payer_has_a_statement_of_each_month_in_which_anything_was() {
    String payer = Ledger.subject();
    ledger.use(payer, "2025-11-03T00:00Z", Ledger.key(), version.id(), "verified = 1");
    // One that is over would be followed by its next ones meanwhile.
    ledger.period(payer, version, "2026-01-31T23:59:59Z", "2999-12-31Z", 500);
    ledger.use(
        payer,
        "2025-11-03T00:00Z",
        Ledger.key(),
        version.id(),
        "2026-03-01T00:00Z",
        "verified = 2");
    JsonObject page = page("payer_id=" + payer);
    assertThat(told(page, "data", "period")).containsExactly("2026-03", "2026-01", "2025-11");
    assertThat(page.getInteger("total_count")).isEqualTo(3);
    JsonObject part = page("payer_id=" + payer + "&limit=1&offset=1");
    assertThat(told(part, "data", "period")).containsExactly("2026-01");
    assertThat(part.getInteger("total_count")).isEqualTo(3);
    assertThat(page("payer_id=" + payer + "&period=2026-02").getInteger("total_count")).isZero();
    assertThat(page("payer_id=" + Ledger.subject()).getJsonArray("data")).isEmpty();
  }

  @Test
  void the_statements_of_a_closed_month_are_listed_by_payer() {
    String one = Ledger.subject();
    String two = Ledger.subject();
    for (String payer : List.of(two, one)) {
      ledger.use(payer, "2024-02-03T00:00Z", Ledger.key(), version.id(), "verified = 1");
      statement(payer, "2024-02");
    }
    assertThat(told(page("period=2024-02"), "data", "payer_id")).containsExactly(one, two);
    assertThat(told(page("period=2024-02&limit=1&offset=1"), "data", "payer_id"))
        .containsExactly(two);
    assertThat(page("period=2024-02&offset=5").getInteger("total_count")).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource({
    "payer_id, user_1",
    "payer_id, mch_000000000000000000000000001",
    "period, 2026",
    "period, 2026-13",
    "period, 1999-01",
    "limit, 101",
    "offset, -1"
  })
  void what_is_no_question_is_422(String parameter, String value) {
    Answer answer = management.get("/billing/statements?" + parameter + "=" + value);
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.code()).isEqualTo("form_param_format_invalid");
    assertThat(answer.parameter()).isEqualTo(parameter);
  }

  @Test
  void who_asks_for_everybody_is_told_to_name_a_payer_or_a_closed_month() {
    for (String query : List.of("", "period=" + thisMonth())) {
      Answer answer = management.get("/billing/statements?" + query);
      assertThat(answer.status()).isEqualTo(422);
      assertThat(answer.code()).isEqualTo("missing_query_parameter");
      assertThat(answer.parameter()).isEqualTo("payer_id");
    }
  }

  @Test
  void what_is_no_statement_is_404() {
    String payer = Ledger.subject();
    for (String id :
        List.of(
            "stmt_202602_" + payer,
            "stmt_209901_" + payer,
            "stmt_202613_" + payer,
            "stmt_2026-2_" + payer,
            "stmt_202602_mch_000000000000000000000000001",
            "stmt_",
            "stmt_20260",
            payer)) {
      assertThat(management.get("/billing/statements/" + id).status()).as(id).isEqualTo(404);
    }
  }
}
