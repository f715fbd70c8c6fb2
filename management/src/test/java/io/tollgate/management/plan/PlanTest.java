package io.tollgate.management.plan;

import static io.tollgate.management.plan.Shop.PLANS;
import static io.tollgate.management.plan.Shop.limits;
import static io.tollgate.management.plan.Shop.path;
import static io.tollgate.management.plan.Shop.version;
import static io.tollgate.management.plan.Shop.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What an owner sells. */
class PlanTest {
  private static Shop shop;

  @BeforeAll
  static void start() {
    shop = new Shop();
  }

  @AfterAll
  static void stop() {
    shop.close();
  }

  @Test
  void a_plan_of_which_only_the_name_is_said_is_free_and_unlimited() {
    JsonObject plan = shop.plan(wanted().put("name", "My Plan, 1st"));
    assertThat(plan.getString("slug")).isEqualTo("my-plan-1st");
    assertThat(plan.getJsonObject("fee"))
        .isEqualTo(
            new JsonObject()
                .put("amount", 0)
                .put("amount_formatted", "0.00")
                .put("currency", "USD")
                .put("currency_symbol", "$"));
    for (String member : List.of("annual_fee", "annual_monthly_fee", "free_trial_days", "scopes")) {
      assertThat(plan.containsKey(member)).isTrue();
      assertThat(plan.getValue(member)).as(member).isNull();
    }
    assertThat(plan.getBoolean("has_base_fee")).isFalse();
    assertThat(plan.getBoolean("is_default")).isFalse();
    assertThat(plan.getBoolean("publicly_visible")).isTrue();
    assertThat(plan.getJsonArray("limits")).isEmpty();
    assertThat(shop.management.get(path(plan)).ok()).isEqualTo(plan);
  }

  @Test
  void a_plan_of_which_all_is_said_says_it_again() {
    JsonArray tiers = new JsonArray().add(tier(1, 100L, 0)).add(tier(101, null, 1));
    JsonObject price =
        new JsonObject().put("name", "verified").put("block_size", 1_000).put("tiers", tiers);
    JsonObject plan =
        shop.plan(
            wanted()
                .put("description", "All of it")
                .put("slug", "all_of-it")
                .put("avatar_url", "https://example.com/a.png")
                .put("for_payer_type", "org")
                .put("currency", "EUR")
                .put("fee", 1_250)
                .put("annual_fee", 12_000)
                .put("free_trial_days", 14)
                .put("publicly_visible", false)
                .put("unit_prices", new JsonArray().add(price))
                .put("limits", limits(100))
                .put("scopes", new JsonArray().add("read")));
    assertThat(plan.getJsonObject("fee").getString("amount_formatted")).isEqualTo("12.50");
    assertThat(plan.getJsonObject("fee").getString("currency_symbol")).isEqualTo("€");
    assertThat(plan.getJsonObject("annual_monthly_fee").getLong("amount")).isEqualTo(1_000);
    assertThat(plan.getBoolean("free_trial_enabled")).isTrue();
    assertThat(plan.getInteger("free_trial_days")).isEqualTo(14);
    assertThat(plan.getBoolean("has_base_fee")).isTrue();
    assertThat(plan.getJsonArray("limits").getJsonObject(0).getLong("burst")).isEqualTo(100);
    assertThat(plan.getJsonArray("scopes")).containsExactly("read");
    JsonArray told = plan.getJsonArray("unit_prices").getJsonObject(0).getJsonArray("tiers");
    assertThat(told.getJsonObject(0).getLong("ends_after_block")).isEqualTo(100);
    assertThat(told.getJsonObject(1).getValue("ends_after_block")).isNull();
    assertThat(told.getJsonObject(1).getJsonObject("fee_per_block").getLong("amount")).isEqualTo(1);
    assertThat(shop.record("plan:" + version(plan))).contains("\"units\":100", "\"read\"");
  }

  static JsonObject tier(long starts, @Nullable Long ends, long fee) {
    return new JsonObject()
        .put("starts_at_block", starts)
        .put("ends_after_block", ends)
        .put("fee_per_block", fee);
  }

  @Test
  void an_annual_only_plan_has_no_monthly_fee() {
    JsonObject plan = shop.plan(wanted().put("annual_only", true).put("annual_monthly_fee", 900));
    assertThat(plan.getValue("fee")).isNull();
    assertThat(plan.getJsonObject("annual_fee").getLong("amount")).isEqualTo(10_800);
    JsonObject monthly =
        shop.changed(plan, new JsonObject().put("annual_only", false).put("fee", 1_000));
    assertThat(monthly.getJsonObject("fee").getLong("amount")).isEqualTo(1_000);
    assertThat(monthly.getJsonObject("annual_fee").getLong("amount")).isEqualTo(10_800);
  }

  @ParameterizedTest
  @CsvSource({"JPY, 1250", "KWD, 1.250", "CHF, 12.50"})
  void money_is_written_with_the_decimals_of_its_currency(String currency, String formatted) {
    JsonObject plan = shop.plan(wanted().put("currency", currency).put("fee", 1_250));
    assertThat(plan.getJsonObject("fee").getString("amount_formatted")).isEqualTo(formatted);
  }

  @Test
  void plans_are_listed_newest_first_by_type_of_payer_and_without_archived_ones() {
    JsonObject first = shop.plan(wanted().put("for_payer_type", "org"));
    JsonObject second = shop.plan(wanted().put("for_payer_type", "org"));
    JsonObject archived = shop.plan(wanted().put("for_payer_type", "org"));
    shop.management.post(path(archived) + "/archive", "").ok();
    JsonObject page = shop.management.get(PLANS + "?payer_type=org&limit=2").ok();
    assertThat(page.getJsonArray("data").stream()).startsWith(second, first);
    String all = PLANS + "?payer_type=org&paginated=false&limit=1";
    assertThat(shop.management.get(all).ok().getJsonArray("data").size())
        .isEqualTo(page.getInteger("total_count"));
    assertThat(shop.management.get(all + "&include_archived=true").ok().getInteger("total_count"))
        .isEqualTo(page.getInteger("total_count") + 1);
    shop.management
        .get(PLANS + "?payer_type=machine")
        .assertRefused(422, "form_param_value_invalid");
  }

  @Test
  void features_are_made_by_name_and_named_by_slug() {
    JsonArray made =
        new JsonArray().add(new JsonObject().put("name", "Fast Lane").put("description", "faster"));
    shop.plan(wanted().put("features", made));
    JsonArray named = new JsonArray().add(new JsonObject().put("slug", "fast-lane"));
    JsonObject plan = shop.plan(wanted().put("features", named));
    JsonObject feature = plan.getJsonArray("features").getJsonObject(0);
    assertThat(feature.getString("name")).isEqualTo("Fast Lane");
    assertThat(feature.getString("description")).isEqualTo("faster");
    JsonObject none = shop.changed(plan, new JsonObject().put("features", new JsonArray()));
    assertThat(none.getJsonArray("features")).isEmpty();
    String before = shop.contents();
    JsonArray unknown = new JsonArray().add(new JsonObject().put("slug", "nobody-made-it"));
    shop.assertRefused(
        shop.offer(wanted().put("features", unknown)),
        before,
        "features",
        "form_resource_not_found");
  }

  @Test
  void a_slug_is_taken_once() {
    JsonObject plan = shop.plan(wanted());
    String before = shop.contents();
    Answer answer = shop.offer(wanted().put("slug", plan.getString("slug")));
    shop.assertRefused(answer, before, "slug", "form_already_exists");
  }

  @Test
  void another_default_plan_takes_the_place_of_the_former_one() {
    JsonObject former = shop.plan(wanted().put("is_default", true).put("limits", limits(10)));
    assertThat(shop.record("instance:")).contains("\"user_plan\":\"" + version(former) + '"');
    JsonObject next = shop.plan(wanted());
    shop.changed(next, new JsonObject().put("is_default", true));
    assertThat(shop.management.get(path(former)).ok().getBoolean("is_default")).isFalse();
    assertThat(shop.record("instance:")).contains("\"user_plan\":\"" + version(next) + '"');
    JsonArray lines =
        shop.management.get("/audit?object=" + former.getString("id")).ok().getJsonArray("data");
    assertThat(lines.getJsonObject(0).getString("action")).isEqualTo("plan.update");
    shop.changed(next, new JsonObject().put("is_default", false));
    assertThat(shop.record("instance:")).doesNotContain("user_plan");
  }

  @Test
  void a_plan_is_archived_and_begun_again_and_not_changed_between() {
    JsonObject plan = shop.plan(wanted());
    assertThat(shop.management.post(path(plan) + "/archive", "").ok().getLong("archived_at"))
        .isPositive();
    String before = shop.contents();
    shop.management
        .patch(path(plan), new JsonObject().put("fee", 5))
        .assertRefused(409, "plan_archived");
    assertThat(shop.contents()).isEqualTo(before);
    shop.management.post(path(plan) + "/unarchive", "").ok();
    assertThat(
            shop.changed(plan, new JsonObject().put("description", "again"))
                .getString("description"))
        .isEqualTo("again");
  }

  @Test
  void a_plan_that_nobody_had_is_deleted_with_its_records() {
    JsonObject plan = shop.plan(wanted());
    assertThat(shop.record("plan:" + version(plan))).isNotEmpty();
    JsonObject deleted = shop.management.delete(path(plan)).ok();
    assertThat(deleted.getBoolean("deleted")).isTrue();
    assertThat(shop.record("plan:" + version(plan))).isEmpty();
    shop.management.get(path(plan)).assertRefused(404, "plan_not_found");
    shop.management.delete(path(plan)).assertRefused(404, "plan_not_found");
  }

  @Test
  void a_plan_that_is_or_was_the_default_is_not_deleted_since_usage_names_it() {
    JsonObject plan = shop.plan(wanted().put("is_default", true));
    shop.management.delete(path(plan)).assertRefused(409, "plan_cannot_be_deleted");
    shop.management.post(path(plan) + "/archive", "").assertRefused(409, "plan_is_default");
    shop.changed(plan, new JsonObject().put("is_default", false));
    shop.management.delete(path(plan)).assertRefused(409, "plan_cannot_be_deleted");
    shop.management.post(path(plan) + "/archive", "").ok();
  }

  @Test
  void each_change_is_a_line_of_the_audit() {
    JsonObject plan = shop.plan(wanted());
    shop.changed(plan, new JsonObject().put("fee", 100));
    shop.management.post(path(plan) + "/archive", "").ok();
    shop.management.delete(path(plan)).ok();
    assertThat(shop.actions(plan))
        .containsExactly("plan.delete", "plan.archive", "plan.update", "plan.create");
  }
}
