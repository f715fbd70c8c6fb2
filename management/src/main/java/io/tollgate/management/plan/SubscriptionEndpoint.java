package io.tollgate.management.plan;

import io.tollgate.access.Subject;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.key.Texts;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.Forms;
import io.tollgate.management.object.Page;
import io.tollgate.management.object.Service;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.management.wire.RequestParameters;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.Set;

/** The endpoints of subscriptions and their items. Safe for all virtual threads. */
final class SubscriptionEndpoint {
  private static final String ITEMS = "/billing/subscription_items";
  private static final String ITEM = ITEMS + "/:id";
  private static final String CHANGE = "change";

  /** Those of the contract, of which some never come to be here. */
  private static final Set<String> STATUSES =
      Set.of(
          "active",
          "canceled",
          "expired",
          "ended",
          "past_due",
          "upcoming",
          "incomplete",
          "abandoned",
          "free_trial");

  /** A free trial is active, and asked for by a word of its own. */
  private static final String MATCHING =
      """
      ($4::text = '' OR CASE $4 WHEN 'free_trial' THEN t.is_free_trial AND t.status = 'active'
        ELSE t.status = $4 END)
      AND ($6::text = '' OR t.plan_id = $6)
      AND EXISTS (SELECT FROM tollgate.plan p, tollgate.plan_version v
        WHERE p.id = t.plan_id AND v.id = t.version_id
          AND ($5::text = '' OR p.for_payer_type = $5) AND ($7 OR v.fee > 0 OR v.annual_fee > 0))
      """;

  private final Service service;
  private final SubscriptionRegistry subscriptions;

  SubscriptionEndpoint(Service service, SubscriptionRegistry subscriptions) {
    this.service = service;
    this.subscriptions = subscriptions;
  }

  void enter(Endpoints endpoints) {
    endpoints.post(
        "subscriptions.create",
        Area.BILLING,
        "/billing/subscriptions",
        Forms.of(proven(this::subscribe)));
    endpoints.get(
        "subscriptions.of_user",
        Area.BILLING,
        "/users/:id/billing/subscription",
        Forms.of(exchange -> get(exchange, "user_")));
    endpoints.get(
        "subscriptions.of_organization",
        Area.BILLING,
        "/organizations/:id/billing/subscription",
        Forms.of(exchange -> get(exchange, "org_")));
    endpoints.get("subscription_items.list", Area.BILLING, ITEMS, Forms.of(this::list));
    endpoints.delete(
        "subscription_items.cancel", Area.BILLING, ITEM, Forms.of(proven(this::cancel)));
    endpoints.post(
        "subscription_items.extend_free_trial",
        Area.BILLING,
        ITEM + "/extend_free_trial",
        Forms.of(this::extend));
  }

  /** Tells that something is so already when that holds everywhere. */
  private Handler<RoutingContext> proven(Handler<RoutingContext> endpoint) {
    return exchange -> {
      try {
        endpoint.handle(exchange);
      } catch (Settled settled) {
        throw service.passed(settled.refusal());
      }
    };
  }

  private void subscribe(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(
        Set.of(
            SubscriptionRegistry.PAYER,
            SubscriptionRegistry.PLAN,
            SubscriptionRegistry.PERIOD,
            CHANGE));
    String period = body.textOr(SubscriptionRegistry.PERIOD, Cycle.MONTH.text());
    String change = body.textOr(CHANGE, "now");
    if (!Set.of("now", "period_end").contains(change)) {
      throw Fields.notOneOf(CHANGE, change, "now or period_end");
    }
    var order =
        new SubscriptionRegistry.Order(
            payer(body.text(SubscriptionRegistry.PAYER)),
            body.text(SubscriptionRegistry.PLAN),
            Cycle.of(period)
                .orElseThrow(
                    () -> Fields.notOneOf(SubscriptionRegistry.PERIOD, period, "month or annual")),
            change.equals("period_end"));
    service.answer(exchange, subscriptions.subscribe(order, Origin.of(exchange)));
  }

  static Subject payer(String id) {
    boolean isPayer = id.startsWith("user_") || id.startsWith("org_");
    if (!isPayer || !Subject.isSubject(id)) {
      throw Texts.format(
          SubscriptionRegistry.PAYER, id, "user_ or org_ and 27 letters, digits or underscores");
    }
    return new Subject(id);
  }

  private void get(RoutingContext exchange, String prefix) {
    String payer = Service.id(exchange, "id", prefix, SubscriptionEndpoint::unsubscribed);
    Endpoints.answer(
        exchange,
        service
            .find(
                SubscriptionViews.SUBSCRIPTIONS, "payer", payer, SubscriptionEndpoint::unsubscribed)
            .text());
  }

  private static ApiError unsubscribed() {
    return new ApiError(
        404, "subscription_not_found", "Subscription not found", "Nobody of this id subscribed.");
  }

  private void list(RoutingContext exchange) {
    var parameters = new RequestParameters(exchange);
    String status = parameters.or("status", "");
    if (!status.isEmpty() && !STATUSES.contains(status)) {
      throw Fields.notOneOf(
          "status", status, "one of " + String.join(", ", STATUSES.stream().sorted().toList()));
    }
    Tuple values =
        Tuple.of(
            status,
            PlanEndpoint.payerType(parameters),
            parameters.or("plan_id", ""),
            parameters.flag("include_free"));
    Page page = PlanEndpoint.page(parameters, SubscriptionViews.ITEMS.columns());
    Endpoints.answer(
        exchange, service.list(SubscriptionViews.ITEMS, page, MATCHING, values).page());
  }

  private void cancel(RoutingContext exchange) {
    String id = id(exchange);
    boolean endsNow = new RequestParameters(exchange).flag("end_now");
    service.answer(
        exchange,
        subscriptions
            .cancel(id, endsNow, Origin.of(exchange))
            .orElseThrow(SubscriptionEndpoint::unknown));
  }

  private void extend(RoutingContext exchange) {
    String id = id(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(SubscriptionRegistry.EXTEND_TO));
    String text = body.text(SubscriptionRegistry.EXTEND_TO);
    OffsetDateTime until;
    try {
      // Postgres counts no finer.
      until = OffsetDateTime.parse(text).truncatedTo(ChronoUnit.MICROS);
    } catch (DateTimeParseException e) {
      throw Texts.format(
          SubscriptionRegistry.EXTEND_TO, text, "a time of RFC 3339, such as 2030-01-31T00:00:00Z");
    }
    service.answer(
        exchange,
        subscriptions
            .extend(id, until, Origin.of(exchange))
            .orElseThrow(SubscriptionEndpoint::unknown));
  }

  private static String id(RoutingContext exchange) {
    return Service.id(exchange, "id", Item.PREFIX, SubscriptionEndpoint::unknown);
  }

  private static ApiError unknown() {
    return new ApiError(
        404,
        "subscription_item_not_found",
        "Subscription item not found",
        "No subscription item has this id.");
  }
}
