package io.tollgate.management.plan;

import static io.tollgate.management.plan.Shop.wanted;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A call that is repeated since it was not proven says that it is done when that is proven. */
class SettledTest {
  private static Shop shop;

  @BeforeAll
  static void start() {
    shop = new Shop();
  }

  @AfterAll
  static void stop() {
    shop.close();
  }

  private static JsonObject begun(JsonObject plan) {
    return Shop.current(shop.subscribe(TestManagement.subject(), plan).ok());
  }

  @Test
  void what_is_so_already_is_told_only_when_it_holds_everywhere() {
    JsonObject plan = shop.plan(wanted().put("fee", 500));
    String payer = TestManagement.subject();
    String canceled = Shop.item(begun(plan));
    shop.management.delete(canceled).ok();
    String ended = Shop.item(begun(plan)) + "?end_now=true";
    shop.management.delete(ended).ok();
    Supplier<Answer> subscribe = () -> shop.subscribe(payer, plan);
    Supplier<Answer> cancel = () -> shop.management.delete(canceled);
    Supplier<Answer> end = () -> shop.management.delete(ended);
    shop.postgres.execute(
        """
        INSERT INTO tollgate.gateway
          (name, boot, bound_millis, absence_max_millis, epoch, number, seen_at)
        VALUES ('of another history', 'boot', 100, 1800000, 'other', 0, now())
        """);
    shop.redis.freeze();
    try {
      subscribe.get().assertRefused(503, "revocation_pending");
      for (Supplier<Answer> repeated : List.of(subscribe, cancel, end)) {
        repeated.get().assertRefused(503, "revocation_pending");
      }
    } finally {
      shop.redis.thaw();
      shop.postgres.execute("DELETE FROM tollgate.gateway");
    }
    subscribe.get().assertRefused(409, "subscription_exists");
    cancel.get().assertRefused(400, "commerce_subscription_item_already_canceled");
    end.get().assertRefused(409, "subscription_item_no_longer_active");
  }
}
