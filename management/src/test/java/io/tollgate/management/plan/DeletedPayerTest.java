package io.tollgate.management.plan;

import static io.tollgate.management.plan.Shop.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whoever is deleted has nothing more to pay for. */
class DeletedPayerTest {
  private static Shop shop;

  @BeforeAll
  static void start() {
    shop = new Shop();
  }

  @AfterAll
  static void stop() {
    shop.close();
  }

  private static JsonObject paid(String payerType) {
    return shop.plan(wanted().put("for_payer_type", payerType).put("fee", 500));
  }

  private static String user(String name) {
    var addresses = new JsonArray().add(name + "@example.com");
    return shop.management
        .post("/users", new JsonObject().put("email_address", addresses))
        .ok()
        .getString("id");
  }

  private static String organization() {
    var wanted = new JsonObject().put("name", "A firm");
    return shop.management.post("/organizations", wanted).ok().getString("id");
  }

  private static void assertEndsWith(String payer, String path, String type) {
    JsonObject current = Shop.current(shop.subscribe(payer, paid(type)).ok());
    JsonObject upcoming = shop.planned(payer, paid(type));
    shop.management.delete(path + payer).ok();
    for (JsonObject item : new JsonObject[] {current, upcoming}) {
      assertThat(shop.listed(item).getString("status")).isEqualTo("ended");
      assertThat(shop.actions(item)).startsWith("subscription_item.end");
    }
    assertThat(shop.periods(current)).containsExactly("month f 500");
    assertThat(shop.periods(upcoming)).isEmpty();
    assertThat(shop.record("subject:" + payer))
        .contains("\"enabled\":false")
        .doesNotContain("pver_");
  }

  @Test
  void a_deleted_user_has_no_subscription_any_more() {
    String user = user("gone");
    assertEndsWith(user, "/users/", "user");
    assertThat(shop.actions(new JsonObject().put("id", user))).startsWith("user.delete");
  }

  @Test
  void neither_has_a_deleted_organization() {
    String organization = organization();
    assertEndsWith(organization, "/organizations/", "org");
    assertThat(shop.actions(new JsonObject().put("id", organization)))
        .startsWith("organization.delete");
  }

  @Test
  void who_is_deleted_does_not_subscribe_any_more() {
    String user = user("late");
    JsonObject plan = paid("user");
    shop.management.delete("/users/" + user).ok();
    String before = shop.contents();
    Answer answer = shop.subscribe(user, plan);
    shop.assertRefused(answer, before, "payer_id", "form_param_value_invalid");
  }
}
