package io.tollgate.management.plan;

import static io.tollgate.management.plan.Shop.path;
import static io.tollgate.management.plan.Shop.version;
import static io.tollgate.management.plan.Shop.wanted;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.access.Subject;
import io.tollgate.management.TestManagement;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What time alone changes, told by a clock that is ahead of those of the running services. */
class DueChangesTest {
  private static final Origin CALLER = new Origin("caller", "req_1");

  private static Shop shop;
  private static Vertx vertx;
  private static Transactions transactions;

  private final String payer = TestManagement.subject();

  @BeforeAll
  static void start() {
    shop = new Shop();
    vertx = Vertx.vertx();
    transactions = new Transactions(vertx, shop.postgres.config(), 4);
  }

  @AfterAll
  static void stop() {
    TestManagement.await(transactions.close());
    TestManagement.await(vertx.close());
    shop.close();
  }

  /** Does what is due at a time, and returns how much that was. */
  private static int step(OffsetDateTime now) {
    return new DueWork(transactions, change -> now).step();
  }

  /** Returns the subscriptions as a call at that time finds them, before what is due was done. */
  private static SubscriptionRegistry at(OffsetDateTime now) {
    return new SubscriptionRegistry(transactions, new SecureRandom(), change -> now);
  }

  private static OffsetDateTime end(JsonObject item) {
    return Instant.ofEpochMilli(item.getLong("period_end")).plusMillis(1).atOffset(ZoneOffset.UTC);
  }

  private JsonObject begun(JsonObject plan) {
    return Shop.current(shop.subscribe(payer, plan).ok());
  }

  private String planOfKeys() {
    return shop.record("subject:" + payer);
  }

  @Test
  void nothing_is_done_before_its_time() {
    JsonObject item = begun(shop.plan(wanted().put("fee", 500)));
    String before = shop.contents();
    assertThat(step(end(item).minusSeconds(1))).isZero();
    assertThat(shop.contents()).isEqualTo(before);
    shop.management.delete(Shop.item(item) + "?end_now=true").ok();
  }

  @Test
  void a_period_is_followed_by_the_next_under_the_same_version() {
    JsonObject plan = shop.plan(wanted().put("fee", 500));
    JsonObject item = begun(plan);
    shop.changed(plan, new JsonObject().put("fee", 900));
    step(end(item));
    JsonObject renewed = shop.listed(item);
    assertThat(renewed.getLong("period_start")).isEqualTo(item.getLong("period_end"));
    assertThat(renewed.getLong("period_end")).isGreaterThan(item.getLong("period_end"));
    assertThat(renewed.getString("price_id")).isEqualTo(version(plan));
    assertThat(shop.periods(item)).containsExactly("month f 500", "month f 500");
    assertThat(shop.actions(item).get(0)).isEqualTo("subscription_item.renew");
    step(end(item));
    assertThat(shop.periods(item)).hasSize(2);
    shop.management.delete(Shop.item(item) + "?end_now=true").ok();
  }

  @Test
  void what_began_on_the_31st_begins_on_the_31st_again() {
    JsonObject item = begun(shop.plan(wanted().put("fee", 500)));
    shop.postgres.execute(
        """
        UPDATE tollgate.subscription_item SET anchor_at = '2051-01-31T10:00Z',
          period_start = '2051-01-31T10:00Z', period_end = '2051-02-28T10:00Z' WHERE id = '%s'
        """
            .formatted(item.getString("id")));
    step(OffsetDateTime.parse("2051-02-28T10:00:00Z"));
    assertThat(shop.listed(item).getLong("period_end"))
        .isEqualTo(Instant.parse("2051-03-31T10:00:00Z").toEpochMilli());
    shop.management.delete(Shop.item(item) + "?end_now=true").ok();
  }

  @Test
  void what_was_missed_is_made_good_one_period_after_the_other() {
    JsonObject item = begun(shop.plan(wanted().put("fee", 500)));
    step(end(item).plusDays(70));
    assertThat(shop.periods(item)).hasSize(4);
    shop.management.delete(Shop.item(item) + "?end_now=true").ok();
  }

  @Test
  void after_a_trial_the_first_period_is_paid_and_counted_from_there() {
    JsonObject item = begun(shop.plan(wanted().put("fee", 500).put("free_trial_days", 5)));
    step(end(item));
    JsonObject paid = shop.listed(item);
    assertThat(paid.getBoolean("is_free_trial")).isFalse();
    assertThat(paid.getLong("period_start")).isEqualTo(item.getLong("period_end"));
    assertThat(shop.periods(item)).containsExactly("month t 0", "month f 500");
    shop.management.delete(Shop.item(item) + "?end_now=true").ok();
  }

  @Test
  void what_was_canceled_ends_and_the_payer_has_the_default_plan() {
    JsonObject item = begun(shop.plan(wanted().put("fee", 500)));
    shop.management.delete(Shop.item(item)).ok();
    assertThat(planOfKeys()).contains(item.getString("price_id"));
    step(end(item));
    JsonObject ended = shop.listed(item);
    assertThat(ended.getString("status")).isEqualTo("ended");
    assertThat(ended.getLong("ended_at")).isEqualTo(item.getLong("period_end"));
    assertThat(planOfKeys()).doesNotContain("pver_");
    assertThat(shop.periods(item)).hasSize(1);
  }

  @Test
  void what_was_to_come_takes_its_place_at_the_end() {
    JsonObject item = begun(shop.plan(wanted().put("fee", 500)));
    JsonObject other = shop.plan(wanted().put("fee", 700));
    JsonObject upcoming = shop.planned(payer, other);
    step(end(item));
    assertThat(shop.listed(item).getString("status")).isEqualTo("ended");
    JsonObject active = shop.listed(upcoming);
    assertThat(active.getString("status")).isEqualTo("active");
    assertThat(shop.periods(upcoming)).containsExactly("month f 700");
    assertThat(planOfKeys()).contains(version(other));
    assertThat(shop.actions(upcoming).get(0)).isEqualTo("subscription_item.activate");
    shop.management.delete(Shop.item(upcoming) + "?end_now=true").ok();
  }

  @Test
  void a_call_that_ends_an_item_whose_period_is_over_lets_what_began_begin_first() {
    JsonObject item = begun(shop.plan(wanted().put("fee", 500)));
    assertThat(at(end(item).plusDays(70)).cancel(item.getString("id"), true, CALLER)).isPresent();
    assertThat(shop.periods(item)).isEqualTo(Collections.nCopies(4, "month f 500"));
    assertThat(shop.listed(item).getString("status")).isEqualTo("ended");
    assertThat(shop.actions(item))
        .startsWith("subscription_item.end", "subscription_item.renew", "subscription_item.renew");
    assertThat(shop.actors(item)).startsWith("caller", "schedule", "schedule");
  }

  @Test
  void a_call_that_cancels_an_item_whose_period_is_over_cancels_the_next_one() {
    JsonObject item = begun(shop.plan(wanted().put("fee", 500)));
    assertThat(at(end(item)).cancel(item.getString("id"), false, CALLER)).isPresent();
    assertThat(shop.periods(item)).containsExactly("month f 500", "month f 500");
    JsonObject canceled = shop.listed(item);
    assertThat(canceled.getString("status")).isEqualTo("canceled");
    assertThat(canceled.getLong("period_start")).isEqualTo(item.getLong("period_end"));
    shop.management.delete(Shop.item(item) + "?end_now=true").ok();
  }

  @Test
  void whoever_subscribes_to_another_plan_when_his_period_is_over_owes_what_had_begun() {
    JsonObject item = begun(shop.plan(wanted().put("fee", 500)));
    JsonObject next = shop.plan(wanted().put("fee", 700));
    JsonObject upcoming = shop.planned(payer, next);
    JsonObject third = shop.plan(wanted().put("fee", 900));
    var order =
        new SubscriptionRegistry.Order(
            new Subject(payer), third.getString("id"), Cycle.MONTH, false);
    var taken = new JsonObject(at(end(item)).subscribe(order, CALLER).object().text());
    assertThat(shop.periods(item)).containsExactly("month f 500");
    assertThat(shop.periods(upcoming)).containsExactly("month f 700");
    assertThat(shop.listed(upcoming).getString("status")).isEqualTo("ended");
    assertThat(planOfKeys()).contains(version(third));
    shop.management.delete(Shop.item(Shop.current(taken)) + "?end_now=true").ok();
  }

  @Test
  void a_trial_that_is_over_is_not_extended() {
    JsonObject item = begun(shop.plan(wanted().put("fee", 500).put("free_trial_days", 5)));
    OffsetDateTime over = end(item);
    assertThatThrownBy(() -> at(over).extend(item.getString("id"), over.plusDays(9), CALLER))
        .hasMessageContaining("not in a free trial");
    assertThat(shop.periods(item)).containsExactly("month t 0");
    shop.management.delete(Shop.item(item) + "?end_now=true").ok();
  }

  @Test
  void two_at_work_do_each_thing_once() throws Exception {
    JsonObject plan = shop.plan(wanted().put("fee", 500));
    List<JsonObject> items = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      items.add(Shop.current(shop.subscribe(TestManagement.subject(), plan).ok()));
    }
    OffsetDateTime due = end(items.getLast());
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> steps =
          List.of(threads.submit(() -> step(due)), threads.submit(() -> step(due)));
      int done = 0;
      for (Future<Integer> step : steps) {
        done += step.get();
      }
      // One may look a moment too late at what the other has done, and finds nothing to do.
      assertThat(done).isGreaterThanOrEqualTo(20);
    }
    for (JsonObject item : items) {
      assertThat(shop.periods(item)).hasSize(2);
      shop.management.delete(Shop.item(item) + "?end_now=true").ok();
    }
  }

  @Test
  void one_that_can_not_be_done_keeps_no_other_waiting() {
    JsonObject broken = begun(shop.plan(wanted().put("fee", 500)));
    shop.postgres.execute(
        """
        INSERT INTO tollgate.subscription_period SELECT item_id, payer, p.version_id,
          p.plan_period, p.is_free_trial, i.period_end, i.period_end + interval '1 day', amount
        FROM tollgate.subscription_period p JOIN tollgate.subscription_item i ON i.id = p.item_id
        WHERE i.id = '%s'
        """
            .formatted(broken.getString("id")));
    JsonObject item =
        Shop.current(
            shop.subscribe(TestManagement.subject(), shop.plan(wanted().put("fee", 5))).ok());
    step(end(item));
    assertThat(shop.periods(item)).hasSize(2);
    assertThat(shop.listed(broken).getLong("period_end")).isEqualTo(broken.getLong("period_end"));
    shop.management.delete(Shop.item(item) + "?end_now=true").ok();
    shop.management.delete(Shop.item(broken) + "?end_now=true").ok();
  }

  @Test
  void a_version_of_the_default_plan_comes_into_force_for_all_who_have_it() {
    JsonObject plan = shop.plan(wanted().put("is_default", true));
    String secret =
        shop.management
            .created(
                new JsonObject()
                    .put("name", "by default")
                    .put("subject", payer)
                    .put("scopes", new JsonArray().add("read").add("write")))
            .getString("secret");
    long later = Instant.now().plus(Duration.ofHours(1)).toEpochMilli();
    JsonObject change =
        new JsonObject().put("scopes", new JsonArray().add("read")).put("effective_at", later);
    shop.changed(plan, change);
    String announced = shop.versions(plan).get(0).getString("id");
    step(OffsetDateTime.now(ZoneOffset.UTC));
    assertThat(shop.record("instance:")).contains(version(plan));
    assertThat(shop.scopes(secret)).containsExactly("read", "write");
    shop.postgres.execute(
        "UPDATE tollgate.plan_version SET effective_at = effective_at - interval '2 hours'"
            + " WHERE plan_id = '"
            + plan.getString("id")
            + "'");
    step(OffsetDateTime.now(ZoneOffset.UTC));
    assertThat(shop.record("instance:")).contains(announced);
    assertThat(version(shop.management.get(path(plan)).ok())).isEqualTo(announced);
    String last =
        shop.postgres.query(
            "SELECT actor || ' ' || action FROM tollgate.audit ORDER BY number DESC LIMIT 1");
    assertThat(last).isEqualTo("schedule instance.plans.force");
    shop.changed(plan, new JsonObject().put("is_default", false));
  }

  @Test
  void a_running_service_does_it_by_itself() {
    JsonObject item = begun(shop.plan(wanted().put("fee", 500)));
    shop.postgres.execute(
        """
        UPDATE tollgate.subscription_item SET period_end = now() - interval '1 second',
          period_start = now() - interval '1 day', anchor_at = now() - interval '1 day'
        WHERE id = '%s'
        """
            .formatted(item.getString("id")));
    CompletableFuture<Void> renewed = new CompletableFuture<>();
    long timer =
        vertx.setPeriodic(
            100,
            look -> {
              if (shop.periods(item).size() == 2) {
                renewed.complete(null);
              }
            });
    renewed.orTimeout(20, TimeUnit.SECONDS).join();
    vertx.cancelTimer(timer);
    shop.management.delete(Shop.item(item) + "?end_now=true").ok();
  }
}
