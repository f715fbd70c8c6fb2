package io.tollgate.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clerk.backend_api.models.components.CommercePlan;
import com.clerk.backend_api.models.components.CommerceSubscription;
import com.clerk.backend_api.models.components.CommerceSubscriptionItem;
import com.clerk.backend_api.models.components.CommerceSubscriptionItemStatus;
import com.clerk.backend_api.models.components.CommerceSubscriptionStatus;
import com.clerk.backend_api.models.errors.ClerkErrors;
import com.clerk.backend_api.models.operations.GetCommercePlanListResponse;
import com.clerk.backend_api.models.operations.GetCommerceSubscriptionItemListQueryParamStatus;
import com.clerk.backend_api.models.operations.GetCommerceSubscriptionItemListRequest;
import com.clerk.backend_api.models.operations.PayerType;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The published Java client reads plans and subscriptions, and cancels what was subscribed to. */
class PublishedBillingClientTest extends PublishedClientCase {
  private final String payer = TestManagement.subject();

  private static JsonObject plan(JsonObject wanted) {
    return management.post("/billing/plans", wanted.put("for_payer_type", "user")).ok();
  }

  private JsonObject subscribed(JsonObject plan, String period) {
    return management
        .post(
            "/billing/subscriptions",
            new JsonObject()
                .put("payer_id", payer)
                .put("plan_id", plan.getString("id"))
                .put("plan_period", period))
        .ok();
  }

  private static List<CommercePlan> listed() {
    GetCommercePlanListResponse response =
        clerk.billing().listPlans().payerType(PayerType.USER).limit(500L).call();
    assertThat(response.statusCode()).isEqualTo(200);
    return response.paginatedCommercePlanResponse().orElseThrow().data();
  }

  @Test
  void plans_are_listed_with_all_that_they_have() {
    JsonObject tier =
        new JsonObject()
            .put("starts_at_block", 1)
            .putNull("ends_after_block")
            .put("fee_per_block", 1);
    JsonObject price =
        new JsonObject()
            .put("name", "verified")
            .put("block_size", 1_000)
            .put("tiers", new JsonArray().add(tier));
    JsonObject limit = new JsonObject().put("per", "key").put("units", 5).put("window_seconds", 1);
    plan(
        new JsonObject()
            .put("name", "Whole")
            .put("description", "all of it")
            .put("fee", 1_250)
            .put("free_trial_days", 7)
            .put("features", new JsonArray().add(new JsonObject().put("name", "Fast")))
            .put("unit_prices", new JsonArray().add(price))
            .put("limits", new JsonArray().add(limit)));
    CommercePlan whole =
        listed().stream().filter(one -> one.name().equals("Whole")).findAny().orElseThrow();
    assertThat(whole.fee().orElseThrow().amount()).isEqualTo(1_250);
    assertThat(whole.fee().orElseThrow().amountFormatted()).isEqualTo("12.50");
    assertThat(whole.annualFee()).isEmpty();
    assertThat(whole.slug()).isEqualTo("whole");
    assertThat(whole.hasBaseFee()).isTrue();
    assertThat(whole.freeTrialDays()).contains(7L);
    assertThat(whole.features().orElseThrow().get(0).slug()).isEqualTo("fast");
    var tiers = whole.unitPrices().orElseThrow().get(0).tiers();
    assertThat(tiers.get(0).feePerBlock().amount()).isEqualTo(1);
  }

  @Test
  void an_annual_only_plan_has_no_fee_and_its_subscription_is_read() {
    JsonObject annual =
        plan(
            new JsonObject()
                .put("name", "Annual")
                .put("annual_only", true)
                .put("annual_fee", 12_000));
    CommercePlan told =
        listed().stream().filter(one -> one.name().equals("Annual")).findAny().orElseThrow();
    assertThat(told.fee()).isEmpty();
    assertThat(told.annualFee().orElseThrow().amount()).isEqualTo(12_000);
    assertThat(told.annualMonthlyFee().orElseThrow().amount()).isEqualTo(1_000);
    subscribed(annual, "annual");
    CommerceSubscription subscription =
        clerk.users().getBillingSubscription(payer).commerceSubscription().orElseThrow();
    assertThat(subscription.status()).isEqualTo(CommerceSubscriptionStatus.ACTIVE);
    CommerceSubscriptionItem item = subscription.subscriptionItems().get(0);
    assertThat(item.plan().get().fee()).isEmpty();
    assertThat(item.lifetimePaid().orElseThrow().amount()).isEqualTo(12_000);
    assertThat(subscription.nextPayment().orElseThrow().amount().amount()).isEqualTo(12_000);
    assertThat(item.payer().orElseThrow().userId().get()).isEqualTo(payer);
  }

  @Test
  void items_are_listed_and_canceled() {
    JsonObject plan = plan(new JsonObject().put("name", "Monthly").put("fee", 100));
    JsonObject subscription = subscribed(plan, "month");
    String id = subscription.getJsonArray("subscription_items").getJsonObject(0).getString("id");
    CommerceSubscriptionItem listed =
        clerk
            .billing()
            .listSubscriptionItems(
                GetCommerceSubscriptionItemListRequest.builder()
                    .planId(plan.getString("id"))
                    .status(GetCommerceSubscriptionItemListQueryParamStatus.ACTIVE)
                    .build())
            .paginatedCommerceSubscriptionItemResponse()
            .orElseThrow()
            .data()
            .get(0);
    assertThat(listed.id()).isEqualTo(id);
    assertThat(listed.planId()).contains(plan.getString("id"));
    CommerceSubscriptionItem canceled =
        clerk.billing().cancelSubscriptionItem(id).commerceSubscriptionItem().orElseThrow();
    assertThat(canceled.status()).isEqualTo(CommerceSubscriptionItemStatus.CANCELED);
    assertThat(canceled.canceledAt()).isPresent();
    assertThatThrownBy(() -> clerk.billing().cancelSubscriptionItem(id))
        .isInstanceOfSatisfying(
            ClerkErrors.class, error -> assertThat(error.code()).isEqualTo(400));
  }
}
