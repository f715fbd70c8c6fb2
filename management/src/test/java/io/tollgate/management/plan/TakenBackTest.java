package io.tollgate.management.plan;

import static io.tollgate.management.plan.Shop.path;
import static io.tollgate.management.plan.Shop.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A cancellation is taken back. */
class TakenBackTest {
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
    return shop.plan(wanted().put("fee", 1_000));
  }

  private JsonObject begun(JsonObject plan) {
    return Shop.current(shop.subscribe(payer, plan).ok());
  }

  @Test
  void after_it_was_canceled_though_the_plan_has_a_newer_version_and_nothing_more_is_due() {
    JsonObject plan = paid();
    JsonObject item = begun(plan);
    shop.changed(plan, new JsonObject().put("fee", 2_000));
    shop.management.delete(Shop.item(item)).ok();
    assertGoesOn(item, plan);
  }

  @Test
  void after_it_was_canceled_though_the_plan_is_archived() {
    JsonObject plan = paid();
    JsonObject item = begun(plan);
    shop.management.delete(Shop.item(item)).ok();
    shop.management.post(path(plan) + "/archive", "").ok();
    assertGoesOn(item, plan);
  }

  private void assertGoesOn(JsonObject item, JsonObject plan) {
    JsonObject kept = begun(plan);
    assertThat(kept.getString("id")).isEqualTo(item.getString("id"));
    assertThat(kept.getString("status")).isEqualTo("active");
    assertThat(kept.getString("price_id")).isEqualTo(item.getString("price_id"));
    assertThat(shop.periods(kept)).containsExactly("month f 1000");
  }

  @Test
  void when_the_change_that_was_planned_is_withdrawn() {
    JsonObject item = begun(paid());
    shop.planned(payer, paid());
    JsonObject upcoming = shop.planned(payer, paid());
    shop.management.delete(Shop.item(upcoming)).ok();
    JsonObject kept = shop.listed(item);
    assertThat(kept.getString("status")).isEqualTo("active");
    assertThat(kept.getValue("canceled_at")).isNull();
    assertThat(
            shop.management
                .get("/users/" + payer + "/billing/subscription")
                .ok()
                .getJsonArray("subscription_items"))
        .hasSize(1);
    assertThat(shop.actions(item)).startsWith("subscription_item.resume");
  }

  @Test
  void but_not_where_it_had_been_canceled_before_the_change_was_planned() {
    JsonObject item = begun(paid());
    shop.management.delete(Shop.item(item)).ok();
    JsonObject upcoming = shop.planned(payer, paid());
    shop.management.delete(Shop.item(upcoming)).ok();
    assertThat(shop.listed(item).getString("status")).isEqualTo("canceled");
  }
}
