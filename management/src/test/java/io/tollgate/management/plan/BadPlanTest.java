package io.tollgate.management.plan;

import static io.tollgate.management.plan.PlanTest.tier;
import static io.tollgate.management.plan.Shop.limit;
import static io.tollgate.management.plan.Shop.wanted;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What no plan can be is refused, by the name of what is wrong, and nothing is stored. */
class BadPlanTest {
  private static final String INVALID = "form_param_value_invalid";

  private static Shop shop;

  @BeforeAll
  static void start() {
    shop = new Shop();
  }

  @AfterAll
  static void stop() {
    shop.close();
  }

  private static void assertRefused(JsonObject wanted, String member, String code) {
    String before = shop.contents();
    shop.assertRefused(shop.offer(wanted), before, member, code);
  }

  private static JsonObject priced(JsonObject... tiers) {
    return priced("verified", 10, tiers);
  }

  private static JsonObject priced(String meter, long blockSize, JsonObject... tiers) {
    JsonObject price =
        new JsonObject()
            .put("name", meter)
            .put("block_size", blockSize)
            .put("tiers", new JsonArray(List.of(tiers)));
    return wanted().put("unit_prices", new JsonArray().add(price));
  }

  static Stream<Arguments> tiersThatDoNotMeet() {
    return Stream.of(
        Arguments.of("[0].starts_at_block", priced(tier(2, null, 1))),
        Arguments.of("[0].starts_at_block", priced(tier(0, null, 1))),
        Arguments.of("[1].starts_at_block", priced(tier(1, 10L, 1), tier(12, null, 1))),
        Arguments.of("[1].starts_at_block", priced(tier(1, 10L, 1), tier(10, null, 1))),
        Arguments.of("[0].ends_after_block", priced(tier(1, 10L, 1))),
        Arguments.of("[0].ends_after_block", priced(tier(1, null, 1), tier(2, null, 1))),
        Arguments.of(
            "[1].ends_after_block", priced(tier(1, 10L, 1), tier(11, 10L, 1), tier(12, null, 1))),
        Arguments.of("[0].fee_per_block", priced(tier(1, null, -1))));
  }

  @ParameterizedTest
  @MethodSource("tiersThatDoNotMeet")
  void tiers_begin_at_one_meet_and_the_last_is_open(String where, JsonObject wanted) {
    assertRefused(wanted, "unit_prices[0].tiers" + where, INVALID);
  }

  @Test
  void a_price_without_tiers_is_none() {
    assertRefused(priced(), "unit_prices[0].tiers", "form_param_missing");
  }

  @ParameterizedTest
  @CsvSource({"0", "-5", "3", "7", "60", "1000000001", "1048577"})
  void a_block_is_a_product_of_twos_and_fives(long size) {
    assertRefused(priced("verified", size, tier(1, null, 1)), "unit_prices[0].block_size", INVALID);
  }

  @Test
  void only_a_known_meter_is_priced_and_each_once() {
    assertRefused(priced("requests", 10, tier(1, null, 1)), "unit_prices[0].name", INVALID);
    JsonObject twice = priced(tier(1, null, 1));
    JsonArray prices = twice.getJsonArray("unit_prices");
    prices.add(prices.getJsonObject(0).copy());
    assertRefused(twice, "unit_prices[1].name", "form_param_duplicate");
  }

  @ParameterizedTest
  @CsvSource({"-1", "1.5", "9223372036854775808", "1e500000000", "1e-500000000", "1000000000001"})
  void money_is_a_whole_amount_within_bounds(String amount) {
    for (String member : List.of("fee", "annual_fee", "annual_monthly_fee")) {
      String before = shop.contents();
      String body = wanted().encode().replaceFirst("}$", ",\"" + member + "\":" + amount + "}");
      shop.assertRefused(shop.management.post(Shop.PLANS, body), before, member, INVALID);
    }
  }

  static Stream<Arguments> feesThatDoNotAgree() {
    return Stream.of(
        Arguments.of("fee", INVALID, Map.of("annual_only", true, "annual_fee", 1_200, "fee", 1)),
        Arguments.of("fee", INVALID, Map.of("annual_only", true, "annual_fee", 1_200, "fee", 0)),
        Arguments.of("annual_fee", "form_param_missing", Map.of("annual_only", true)),
        Arguments.of("annual_fee", INVALID, Map.of("annual_fee", 1_201)),
        Arguments.of("annual_fee", INVALID, Map.of("annual_fee", 1_200, "annual_monthly_fee", 99)),
        Arguments.of("is_default", INVALID, Map.of("is_default", true, "fee", 1)),
        Arguments.of("is_default", INVALID, Map.of("is_default", true, "annual_fee", 12)),
        Arguments.of(
            "is_default",
            INVALID,
            Map.of("is_default", true, "annual_fee", 0, "annual_only", true)));
  }

  @ParameterizedTest
  @MethodSource("feesThatDoNotAgree")
  void fees_agree_with_each_other_and_with_what_the_plan_is(
      String member, String code, Map<String, Object> fees) {
    assertRefused(wanted().mergeIn(new JsonObject(fees)), member, code);
  }

  @Test
  void a_plan_stays_annual_only_until_that_is_taken_away() {
    JsonObject plan = shop.plan(wanted().put("annual_only", true).put("annual_fee", 1_200));
    String before = shop.contents();
    for (JsonObject change :
        List.of(
            new JsonObject().put("fee", 5),
            new JsonObject().put("fee", 5).put("annual_only", true))) {
      shop.assertRefused(shop.management.patch(Shop.path(plan), change), before, "fee", INVALID);
    }
    shop.assertRefused(
        shop.management.patch(Shop.path(plan), new JsonObject().put("annual_only", false)),
        before,
        "fee",
        "form_param_missing");
    shop.assertRefused(
        shop.management.patch(Shop.path(plan), new JsonObject().putNull("annual_fee")),
        before,
        "annual_fee",
        "form_param_missing");
  }

  @Test
  void a_missing_fee_is_nothing_and_no_fee_is_said_by_annual_only() {
    assertRefused(wanted().putNull("fee").put("annual_fee", 12), "fee", INVALID);
  }

  @ParameterizedTest
  @CsvSource({"usd", "EURO", "XXQ", "XAU", "''"})
  void a_currency_is_one_of_iso_4217_with_a_smallest_unit(String currency) {
    assertRefused(wanted().put("currency", currency), "currency", INVALID);
  }

  static Stream<Arguments> limitsBeyondBounds() {
    return Stream.of(
        Arguments.of("units", limit(0)),
        Arguments.of("units", limit(-1)),
        Arguments.of("units", limit(60_000_001)),
        Arguments.of("window_seconds", limit(1).put("window_seconds", 0)),
        Arguments.of("window_seconds", limit(1).put("window_seconds", 2_678_401)),
        Arguments.of("burst", limit(5).put("burst", 6)),
        Arguments.of("burst", limit(5).put("burst", 0)),
        Arguments.of("per", limit(5).put("per", "gateway")));
  }

  @ParameterizedTest
  @MethodSource("limitsBeyondBounds")
  void a_limit_lets_something_pass_and_not_too_much(String member, JsonObject limit) {
    JsonArray limits = new JsonArray().add(limit(1)).add(limit);
    assertRefused(wanted().put("limits", limits), "limits[1]." + member, INVALID);
  }

  @Test
  void there_are_eight_limits_at_most() {
    var limits = new JsonArray();
    IntStream.range(0, 9).forEach(i -> limits.add(limit(1)));
    assertRefused(wanted().put("limits", limits), "limits", "form_param_value_too_large");
  }

  private static JsonObject quota() {
    return new JsonObject()
        .put("per", "subject")
        .put("meter", "completed")
        .put("period", "month")
        .put("units", 1_000);
  }

  @ParameterizedTest
  @CsvSource({
    "per, plan",
    "per, other",
    "meter, verified",
    "meter, key_creations",
    "period, year",
    "units, 0",
    "units, -1",
    "units, 1000000000000001",
    "units, 9223372036854775808",
    "units, 1.5"
  })
  void a_quota_has_bounds(String member, String value) {
    Object given = member.equals("units") ? new java.math.BigDecimal(value) : value;
    var quotas = new JsonArray().add(quota().put("period", "day")).add(quota().put(member, given));
    assertRefused(wanted().put("quotas", quotas), "quotas[1]." + member, INVALID);
  }

  @Test
  void two_quotas_that_count_the_same_are_refused() {
    var quotas = new JsonArray().add(quota()).add(quota().put("units", 5));
    assertRefused(wanted().put("quotas", quotas), "quotas[1].period", INVALID);
  }

  @Test
  void credits_have_bounds_and_a_refill_has_a_period() {
    var credits = new JsonObject().put("meter", "verified");
    assertRefused(wanted().put("credits", credits), "credits.meter", INVALID);
    credits = new JsonObject().put("meter", "completed").put("refill", 0).put("period", "day");
    assertRefused(wanted().put("credits", credits), "credits.refill", INVALID);
    credits = new JsonObject().put("meter", "completed").put("refill", 5);
    assertRefused(wanted().put("credits", credits), "credits.period", "form_param_missing");
    credits = new JsonObject().put("meter", "completed").put("period", "day");
    assertRefused(wanted().put("credits", credits), "credits.refill", "form_param_missing");
    assertRefused(wanted().put("credits", 5), "credits", "form_param_type_invalid");
  }

  static Stream<Arguments> otherMembers() {
    return Stream.of(
        Arguments.of("free_trial_days", 0, INVALID),
        Arguments.of("free_trial_days", 366, INVALID),
        Arguments.of("for_payer_type", "machine", INVALID),
        Arguments.of("slug", "Not A Slug", "form_param_format_invalid"),
        Arguments.of("avatar_url", "javascript:alert(1)", "form_param_format_invalid"),
        Arguments.of("name", " ", "form_param_format_invalid"),
        Arguments.of("effective_at", 1, INVALID),
        Arguments.of("effective_at", 9_999_999_999_999L, INVALID),
        Arguments.of("scopes", new JsonArray().add("with space"), "form_param_format_invalid"),
        Arguments.of("is_default", "yes", "form_param_type_invalid"),
        Arguments.of("fee", "12", "form_param_type_invalid"),
        Arguments.of("usage", new JsonArray(), "form_param_unknown"));
  }

  @ParameterizedTest
  @MethodSource("otherMembers")
  void all_else_has_bounds_too(String member, Object value, String code) {
    assertRefused(wanted().put(member, value), member, code);
  }

  @Test
  void a_name_of_no_letter_needs_a_slug() {
    assertRefused(wanted().put("name", "💎"), "slug", "form_param_format_invalid");
  }
}
