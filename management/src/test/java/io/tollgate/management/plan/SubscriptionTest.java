package io.tollgate.management.plan;

import static io.tollgate.management.plan.Shop.limits;
import static io.tollgate.management.plan.Shop.path;
import static io.tollgate.management.plan.Shop.version;
import static io.tollgate.management.plan.Shop.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Who has what: a payer keeps the version that he took, until he takes another one. */
class SubscriptionTest {
  private static final long DAY = Duration.ofDays(1).toMillis();

  private static Shop shop;

  private final String payer = TestManagement.subject();

  @BeforeAll
  static void start() {
    shop = new Shop();
  }

  @AfterAll
  static void stop() {
    shop.close();
  }

  private static JsonObject paid() {
    return shop.plan(wanted().put("fee", 1_000).put("annual_fee", 9_600));
  }

  private JsonObject begun(JsonObject plan) {
    return Shop.current(shop.subscribe(payer, plan).ok());
  }

  private JsonObject subscription() {
    return shop.management.get("/users/" + payer + "/billing/subscription").ok();
  }

  @Nested
  class Begins {
    @Test
    void with_a_period_that_is_due_and_the_version_in_force() {
      JsonObject plan = paid();
      JsonObject subscription = shop.subscribe(payer, plan).ok();
      assertThat(subscription.getString("status")).isEqualTo("active");
      assertThat(subscription.getString("payer_id")).isEqualTo(payer);
      JsonObject item = Shop.current(subscription);
      assertThat(item.getString("status")).isEqualTo("active");
      assertThat(item.getString("plan_period")).isEqualTo("month");
      assertThat(version(item.getJsonObject("plan"))).isEqualTo(version(plan));
      assertThat(item.getJsonObject("amount").getLong("amount")).isEqualTo(1_000);
      assertThat(item.getJsonObject("lifetime_paid").getLong("amount")).isEqualTo(1_000);
      assertThat(item.getJsonObject("next_payment").getLong("date"))
          .isEqualTo(item.getLong("period_end"));
      assertThat(item.getLong("period_end") - item.getLong("period_start"))
          .isBetween(28 * DAY, 31 * DAY);
      assertThat(shop.periods(item)).containsExactly("month f 1000");
      assertThat(subscription()).isEqualTo(subscription);
    }

    @Test
    void with_a_year_where_that_is_asked_for() {
      JsonObject item =
          Shop.current(
              shop.management
                  .post(Shop.SUBSCRIPTIONS, Shop.order(payer, paid()).put("plan_period", "annual"))
                  .ok());
      assertThat(item.getLong("period_end") - item.getLong("period_start"))
          .isBetween(365 * DAY, 366 * DAY);
      assertThat(shop.periods(item)).containsExactly("annual f 9600");
    }

    @Test
    void with_a_trial_of_which_nothing_is_due_and_once_only() {
      JsonObject plan = shop.plan(wanted().put("fee", 1_000).put("free_trial_days", 14));
      JsonObject item = begun(plan);
      assertThat(item.getBoolean("is_free_trial")).isTrue();
      assertThat(item.getJsonObject("amount").getLong("amount")).isZero();
      assertThat(item.getJsonObject("next_payment").getJsonObject("amount").getLong("amount"))
          .isEqualTo(1_000);
      assertThat(item.getLong("period_end") - item.getLong("period_start")).isEqualTo(14 * DAY);
      assertThat(shop.periods(item)).containsExactly("month t 0");
      assertThat(subscription().getBoolean("eligible_for_free_trial")).isFalse();
      shop.management.delete(Shop.item(item) + "?end_now=true").ok();
      JsonObject again = begun(plan);
      assertThat(again.getBoolean("is_free_trial")).isFalse();
      assertThat(shop.periods(again)).containsExactly("month f 1000");
    }

    @Test
    void of_an_organization_with_a_plan_of_organizations() {
      String organization = "org_" + payer.substring(5);
      JsonObject plan = shop.plan(wanted().put("for_payer_type", "org"));
      shop.subscribe(organization, plan).ok();
      JsonObject subscription =
          shop.management.get("/organizations/" + organization + "/billing/subscription").ok();
      JsonObject told = Shop.current(subscription).getJsonObject("payer");
      assertThat(told.getString("organization_id")).isEqualTo(organization);
      assertThat(told.getValue("user_id")).isNull();
    }
  }

  @Nested
  class IsRefused {
    private void assertRefused(JsonObject order, String member, String code) {
      String before = shop.contents();
      shop.assertRefused(shop.management.post(Shop.SUBSCRIPTIONS, order), before, member, code);
      assertThat(shop.management.get("/users/" + payer + "/billing/subscription").status())
          .isEqualTo(404);
    }

    @Test
    void to_an_archived_plan() {
      JsonObject plan = paid();
      shop.management.post(path(plan) + "/archive", "").ok();
      assertRefused(Shop.order(payer, plan), "plan_id", "form_param_value_invalid");
    }

    @Test
    void to_a_plan_that_is_not_in_force_yet() {
      long later = Instant.now().plus(Duration.ofHours(1)).toEpochMilli();
      JsonObject plan = shop.plan(wanted().put("effective_at", later));
      assertRefused(Shop.order(payer, plan), "plan_id", "form_param_value_invalid");
    }

    @Test
    void to_a_plan_that_is_not_there() {
      JsonObject plan = new JsonObject().put("id", "cplan_" + "0".repeat(27));
      assertRefused(Shop.order(payer, plan), "plan_id", "form_resource_not_found");
    }

    @Test
    void by_a_period_that_has_no_fee() {
      JsonObject annual = shop.plan(wanted().put("annual_only", true).put("annual_fee", 1_200));
      assertRefused(Shop.order(payer, annual), "plan_period", "form_param_value_invalid");
      JsonObject order = Shop.order(payer, shop.plan(wanted())).put("plan_period", "annual");
      assertRefused(order, "plan_period", "form_param_value_invalid");
    }

    @Test
    void to_a_plan_of_the_other_type_of_payers() {
      JsonObject plan = shop.plan(wanted().put("for_payer_type", "org"));
      assertRefused(Shop.order(payer, plan), "payer_id", "form_param_value_invalid");
    }

    @ParameterizedTest
    @CsvSource({"mch_", "scim_", "user-", "''"})
    void of_whom_can_not_pay(String prefix) {
      String machine = prefix + payer.substring(5);
      assertRefused(Shop.order(machine, paid()), "payer_id", "form_param_format_invalid");
    }

    @Test
    void to_what_he_has() {
      JsonObject plan = paid();
      begun(plan);
      shop.subscribe(payer, plan).assertRefused(409, "subscription_exists");
    }
  }

  @Nested
  class Changes {
    @Test
    void at_once_and_what_he_had_ends() {
      JsonObject before = begun(paid());
      JsonObject after = begun(paid());
      assertThat(shop.listed(before).getString("status")).isEqualTo("ended");
      assertThat(subscription().getJsonArray("subscription_items")).hasSize(1);
      assertThat(shop.periods(after)).containsExactly("month f 1000");
    }

    @Test
    void with_the_end_of_the_period_and_nothing_more_is_due_until_then() {
      JsonObject before = begun(paid());
      JsonObject subscription =
          shop.management
              .post(Shop.SUBSCRIPTIONS, Shop.order(payer, paid()).put("change", "period_end"))
              .ok();
      List<JsonObject> items = Shop.objects(subscription.getJsonArray("subscription_items"));
      assertThat(items)
          .extracting(item -> item.getString("status"))
          .containsExactly("canceled", "upcoming");
      assertThat(items.get(1).getLong("period_start")).isEqualTo(before.getLong("period_end"));
      assertThat(shop.periods(items.get(1))).isEmpty();
      assertThat(subscription.getJsonObject("next_payment").getLong("date"))
          .isEqualTo(before.getLong("period_end"));
    }

    @Test
    void and_what_was_canceled_goes_on_when_it_is_taken_again() {
      JsonObject plan = paid();
      JsonObject item = begun(plan);
      shop.management.delete(Shop.item(item)).ok();
      JsonObject kept = begun(plan);
      assertThat(kept.getString("id")).isEqualTo(item.getString("id"));
      assertThat(kept.getString("status")).isEqualTo("active");
      assertThat(kept.getValue("canceled_at")).isNull();
      assertThat(shop.periods(kept)).containsExactly("month f 1000");
    }

    @Test
    void to_a_newer_version_of_the_same_plan_by_taking_it_again() {
      JsonObject plan = paid();
      JsonObject old = begun(plan);
      JsonObject changed = shop.changed(plan, new JsonObject().put("fee", 2_000));
      assertThat(Shop.current(subscription()).getJsonObject("amount").getLong("amount"))
          .isEqualTo(1_000);
      JsonObject taken = begun(plan);
      assertThat(taken.getString("id")).isNotEqualTo(old.getString("id"));
      assertThat(taken.getString("price_id")).isEqualTo(version(changed));
      assertThat(taken.getJsonObject("amount").getLong("amount")).isEqualTo(2_000);
    }
  }

  @Nested
  class Ends {
    @Test
    void with_its_period_when_it_is_canceled() {
      JsonObject canceled = shop.management.delete(Shop.item(begun(paid()))).ok();
      assertThat(canceled.getString("status")).isEqualTo("canceled");
      assertThat(canceled.getLong("canceled_at")).isPositive();
      assertThat(canceled.getValue("next_payment")).isNull();
      assertThat(subscription().getString("status")).isEqualTo("canceled");
      shop.management
          .delete(Shop.item(canceled))
          .assertRefused(400, "commerce_subscription_item_already_canceled");
    }

    @Test
    void at_once_where_that_is_said() {
      JsonObject item = begun(paid());
      JsonObject ended = shop.management.delete(Shop.item(item) + "?end_now=true").ok();
      assertThat(ended.getString("status")).isEqualTo("ended");
      assertThat(ended.getLong("ended_at")).isPositive();
      assertThat(subscription().getString("status")).isEqualTo("ended");
      shop.management
          .delete(Shop.item(item))
          .assertRefused(409, "subscription_item_no_longer_active");
    }

    @Test
    void and_so_does_what_was_to_follow() {
      JsonObject item = begun(paid());
      JsonObject next = shop.planned(payer, paid());
      shop.management.delete(Shop.item(item) + "?end_now=true").ok();
      assertThat(shop.listed(next).getString("status")).isEqualTo("ended");
    }
  }

  @Nested
  class Trial {
    private Answer extended(JsonObject item, Instant until) {
      return shop.management.post(
          Shop.item(item) + "/extend_free_trial",
          new JsonObject().put("extend_to", until.toString()));
    }

    @Test
    void lasts_longer_when_it_is_extended_and_repeating_that_is_safe() {
      JsonObject item = begun(shop.plan(wanted().put("fee", 5).put("free_trial_days", 3)));
      Instant until = Instant.now().plus(Duration.ofDays(30));
      for (int i = 0; i < 2; i++) {
        JsonObject longer = extended(item, until).ok();
        assertThat(longer.getLong("period_end")).isEqualTo(until.toEpochMilli());
        assertThat(shop.periods(item)).containsExactly("month t 0", "month t 0");
      }
    }

    @Test
    void is_not_shortened_or_made_longer_than_a_year() {
      JsonObject item = begun(shop.plan(wanted().put("fee", 5).put("free_trial_days", 3)));
      String before = shop.contents();
      Stream.of(Duration.ofDays(2), Duration.ofDays(366))
          .forEach(
              ahead ->
                  shop.assertRefused(
                      extended(item, Instant.now().plus(ahead)),
                      before,
                      "extend_to",
                      "form_param_value_invalid"));
      JsonObject paid = begun(paid());
      extended(paid, Instant.now().plus(Duration.ofDays(9)))
          .assertRefused(403, "subscription_item_not_in_free_trial");
    }
  }

  @Test
  void of_several_at_once_one_holds_and_all_others_have_ended() throws Exception {
    List<JsonObject> plans = Stream.generate(SubscriptionTest::paid).limit(4).toList();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Answer>> calls =
          plans.stream().map(plan -> threads.submit(() -> shop.subscribe(payer, plan))).toList();
      for (Future<Answer> call : calls) {
        call.get().ok();
      }
    }
    JsonObject held = Shop.current(subscription());
    assertThat(subscription().getJsonArray("subscription_items")).hasSize(1);
    assertThat(shop.record("subject:" + payer)).contains(held.getString("price_id"));
    String ended = "/billing/subscription_items?status=ended&query=" + payer;
    assertThat(count(ended)).isEqualTo(3);
  }

  @Test
  void items_are_listed_by_what_they_are() {
    JsonObject plan = paid();
    JsonObject item = begun(plan);
    String ofPlan = "/billing/subscription_items?plan_id=" + plan.getString("id");
    assertThat(shop.management.get(ofPlan).ok().getJsonArray("data").getJsonObject(0))
        .isEqualTo(item);
    assertThat(count(ofPlan + "&status=active&payer_type=user")).isEqualTo(1);
    assertThat(count(ofPlan + "&payer_type=org")).isZero();
    assertThat(count(ofPlan + "&status=free_trial")).isZero();
    assertThat(count(ofPlan + "&query=" + payer)).isEqualTo(1);
    assertThat(count(ofPlan + "&query=nobody")).isZero();
    JsonObject free = shop.plan(wanted());
    begun(free);
    String ofFree = "/billing/subscription_items?plan_id=" + free.getString("id");
    assertThat(count(ofFree)).isZero();
    assertThat(count(ofFree + "&include_free=true")).isEqualTo(1);
    assertThat(count(ofPlan + "&status=ended")).isEqualTo(1);
    shop.management.get(ofPlan + "&status=odd").assertRefused(422, "form_param_value_invalid");
  }

  private static long count(String path) {
    return shop.management.get(path).ok().getLong("total_count");
  }

  @Test
  void a_plan_that_somebody_has_is_not_deleted_and_goes_on_when_it_is_archived() {
    JsonObject plan = paid();
    begun(plan);
    shop.management.delete(path(plan)).assertRefused(409, "plan_cannot_be_deleted");
    shop.management.post(path(plan) + "/archive", "").ok();
    assertThat(subscription().getString("status")).isEqualTo("active");
  }

  @Test
  void a_key_may_do_what_the_plan_lets_it_when_the_call_has_returned() {
    String secret =
        shop.management
            .created(
                new JsonObject()
                    .put("name", "a key")
                    .put("subject", payer)
                    .put("scopes", new JsonArray().add("read").add("write")))
            .getString("secret");
    JsonObject reading = shop.plan(wanted().put("scopes", new JsonArray().add("read")));
    JsonObject item = begun(reading);
    assertThat(shop.scopes(secret)).containsExactly("read");
    shop.changed(reading, new JsonObject().put("scopes", new JsonArray().add("write")));
    assertThat(shop.scopes(secret)).as("he keeps what he took").containsExactly("read");
    shop.management.delete(Shop.item(item) + "?end_now=true").ok();
    assertThat(shop.scopes(secret)).containsExactly("read", "write");
    shop.subscribe(payer, reading).ok();
    assertThat(shop.scopes(secret)).containsExactly("write");
    JsonObject limited = shop.plan(wanted().put("limits", limits(3)));
    shop.subscribe(payer, limited).ok();
    assertThat(shop.record("subject:" + payer)).contains(version(limited));
    assertThat(shop.scopes(secret)).containsExactly("read", "write");
  }

  @Test
  void each_change_is_a_line_of_the_audit() {
    JsonObject item = begun(paid());
    shop.management.delete(Shop.item(item)).ok();
    shop.management.delete(Shop.item(item) + "?end_now=true").ok();
    assertThat(shop.actions(item))
        .containsExactly(
            "subscription_item.end", "subscription_item.cancel", "subscription_item.create");
  }
}
