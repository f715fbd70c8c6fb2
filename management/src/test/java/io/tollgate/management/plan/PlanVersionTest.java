package io.tollgate.management.plan;

import static io.tollgate.management.plan.Shop.limits;
import static io.tollgate.management.plan.Shop.path;
import static io.tollgate.management.plan.Shop.version;
import static io.tollgate.management.plan.Shop.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A version that was in force never changes; what costs or allows something else is another. */
class PlanVersionTest {
  private static Shop shop;

  @BeforeAll
  static void start() {
    shop = new Shop();
  }

  @AfterAll
  static void stop() {
    shop.close();
  }

  private static long inAnHour() {
    return Instant.now().plus(Duration.ofHours(1)).toEpochMilli();
  }

  @Test
  void what_a_plan_is_called_changes_in_place() {
    JsonObject plan = shop.plan(wanted());
    JsonObject changed =
        shop.changed(
            plan,
            new JsonObject()
                .put("name", "Other")
                .put("description", "words")
                .put("publicly_visible", false));
    assertThat(changed.getString("name")).isEqualTo("Other");
    assertThat(changed.getString("slug")).isEqualTo(plan.getString("slug"));
    assertThat(version(changed)).isEqualTo(version(plan));
    assertThat(shop.versions(plan)).hasSize(1);
  }

  @Test
  void what_it_costs_or_allows_makes_a_version_that_is_in_force_at_once() {
    JsonObject plan = shop.plan(wanted().put("fee", 500).put("limits", limits(10)));
    JsonObject changed = shop.changed(plan, new JsonObject().put("limits", limits(20)));
    assertThat(version(changed)).isNotEqualTo(version(plan));
    assertThat(changed.getJsonObject("fee")).isEqualTo(plan.getJsonObject("fee"));
    List<JsonObject> versions = shop.versions(plan);
    assertThat(versions).extracting(one -> one.getInteger("number")).containsExactly(2, 1);
    assertThat(versions.get(1).getJsonArray("limits").getJsonObject(0).getLong("units"))
        .isEqualTo(10);
    assertThat(shop.record("plan:" + version(plan))).contains("\"units\":10");
    assertThat(shop.record("plan:" + version(changed))).contains("\"units\":20");
  }

  @Test
  void what_is_said_again_makes_none() {
    JsonObject plan = shop.plan(wanted().put("fee", 500));
    shop.changed(plan, new JsonObject().put("fee", 500).put("scopes", (Object) null));
    assertThat(shop.versions(plan)).hasSize(1);
  }

  @Test
  void what_is_announced_comes_into_force_when_its_time_has_come() {
    JsonObject plan = shop.plan(wanted().put("fee", 500));
    JsonObject announced =
        shop.changed(plan, new JsonObject().put("fee", 900).put("effective_at", inAnHour()));
    assertThat(version(announced)).isEqualTo(version(plan));
    assertThat(shop.versions(plan)).hasSize(2);
    shop.postgres.execute(
        "UPDATE tollgate.plan_version SET effective_at = effective_at - interval '2 hours'"
            + " WHERE number = 2 AND plan_id = '"
            + plan.getString("id")
            + "'");
    shop.postgres.execute(
        "UPDATE tollgate.plan_version SET effective_at = effective_at - interval '3 hours'"
            + " WHERE number = 1 AND plan_id = '"
            + plan.getString("id")
            + "'");
    JsonObject later = shop.management.get(path(plan)).ok();
    assertThat(later.getJsonObject("fee").getLong("amount")).isEqualTo(900);
    assertThat(later.getJsonObject("version").getInteger("number")).isEqualTo(2);
  }

  @Test
  void what_was_announced_is_replaced_by_the_next_that_is() {
    JsonObject plan = shop.plan(wanted());
    shop.changed(plan, new JsonObject().put("fee", 900).put("effective_at", inAnHour()));
    long later = inAnHour() + 5_000;
    shop.changed(plan, new JsonObject().put("limits", limits(7)).put("effective_at", later));
    List<JsonObject> versions = shop.versions(plan);
    assertThat(versions).hasSize(2);
    JsonObject announced = versions.get(0);
    assertThat(announced.getLong("effective_at")).isEqualTo(later);
    assertThat(announced.getJsonObject("fee").getLong("amount")).isEqualTo(900);
    assertThat(announced.getJsonArray("limits").getJsonObject(0).getLong("units")).isEqualTo(7);
    assertThat(shop.record("plan:" + announced.getString("id"))).contains("\"units\":7");
  }

  @Test
  void a_change_at_once_leaves_what_is_announced() {
    JsonObject plan = shop.plan(wanted().put("fee", 500));
    shop.changed(plan, new JsonObject().put("fee", 900).put("effective_at", inAnHour()));
    JsonObject changed = shop.changed(plan, new JsonObject().put("fee", 600));
    assertThat(changed.getJsonObject("fee").getLong("amount")).isEqualTo(600);
    assertThat(shop.versions(plan))
        .extracting(one -> one.getJsonObject("fee").getLong("amount"))
        .containsExactly(600L, 900L, 500L);
  }

  @Test
  void a_plan_that_is_not_to_be_had_yet_keeps_its_one_version() {
    JsonObject plan = shop.plan(wanted().put("fee", 500).put("effective_at", inAnHour()));
    JsonObject changed = shop.changed(plan, new JsonObject().put("fee", 600));
    assertThat(version(changed)).isEqualTo(version(plan));
    assertThat(changed.getJsonObject("fee").getLong("amount")).isEqualTo(600);
    assertThat(changed.getJsonObject("version").getLong("effective_at"))
        .isEqualTo(plan.getJsonObject("version").getLong("effective_at"));
  }

  @Test
  void a_time_that_is_past_or_of_nothing_is_refused() {
    JsonObject plan = shop.plan(wanted());
    String before = shop.contents();
    long past = Instant.now().minusSeconds(60).toEpochMilli();
    JsonObject late = new JsonObject().put("fee", 5).put("effective_at", past);
    shop.assertRefused(
        shop.management.patch(path(plan), late),
        before,
        "effective_at",
        "form_param_value_invalid");
    JsonObject bare = new JsonObject().put("effective_at", inAnHour());
    shop.assertRefused(
        shop.management.patch(path(plan), bare),
        before,
        "effective_at",
        "form_param_value_invalid");
  }

  @Test
  void a_default_plan_stays_free_of_fees() {
    JsonObject plan = shop.plan(wanted().put("for_payer_type", "org").put("is_default", true));
    String before = shop.contents();
    for (JsonObject change :
        List.of(
            new JsonObject().put("fee", 1),
            new JsonObject().put("fee", 1).put("effective_at", inAnHour()))) {
      shop.assertRefused(
          shop.management.patch(path(plan), change),
          before,
          "is_default",
          "form_param_value_invalid");
    }
    JsonObject changed = shop.changed(plan, new JsonObject().put("limits", limits(3)));
    assertThat(shop.record("instance:"))
        .contains("\"organization_plan\":\"" + version(changed) + '"');
  }

  @Test
  void a_plan_without_a_version_in_force_is_no_default_and_the_former_one_stays() {
    JsonObject former = shop.plan(wanted().put("is_default", true).put("limits", limits(5)));
    JsonObject announced = shop.plan(wanted().put("effective_at", inAnHour()));
    String before = shop.contents();
    JsonObject isDefault = new JsonObject().put("is_default", true);
    for (Answer answer :
        List.of(
            shop.offer(wanted().put("effective_at", inAnHour()).mergeIn(isDefault)),
            shop.management.patch(path(announced), isDefault))) {
      shop.assertRefused(answer, before, "is_default", "form_param_value_invalid");
    }
    assertThat(shop.record("instance:")).contains("\"user_plan\":\"" + version(former) + '"');
    shop.changed(former, new JsonObject().put("is_default", false));
  }

  @Test
  void a_key_of_whom_has_subscribed_to_nothing_may_use_what_the_default_plan_lets_it() {
    JsonObject key =
        shop.management.created(
            new JsonObject()
                .put("name", "by default")
                .put("subject", "user_" + "d".repeat(27))
                .put("scopes", new JsonArray().add("read").add("write")));
    JsonObject plan =
        shop.plan(wanted().put("is_default", true).put("scopes", new JsonArray().add("read")));
    assertThat(shop.scopes(key.getString("secret"))).containsExactly("read");
    shop.changed(plan, new JsonObject().put("scopes", new JsonArray().add("write")));
    assertThat(shop.scopes(key.getString("secret"))).containsExactly("write");
    shop.changed(plan, new JsonObject().put("is_default", false));
    assertThat(shop.scopes(key.getString("secret"))).containsExactly("read", "write");
  }
}
