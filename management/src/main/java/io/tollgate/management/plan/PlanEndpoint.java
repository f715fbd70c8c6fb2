package io.tollgate.management.plan;

import io.tollgate.management.audit.Origin;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.Forms;
import io.tollgate.management.object.Page;
import io.tollgate.management.object.Service;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.management.wire.RequestParameters;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Tuple;
import java.util.HashSet;
import java.util.Set;

/** The endpoints of plans. Safe for all virtual threads. */
final class PlanEndpoint {
  private static final String ROOT = "/billing/plans";
  private static final String ONE = ROOT + "/:id";
  private static final String PAYER_TYPE = "for_payer_type";

  private final Service service;
  private final PlanRegistry plans;

  PlanEndpoint(Service service, PlanRegistry plans) {
    this.service = service;
    this.plans = plans;
  }

  void enter(Endpoints endpoints) {
    endpoints.get("plans.list", Area.BILLING, ROOT, Forms.of(this::list));
    endpoints.post("plans.create", Area.BILLING, ROOT, Forms.of(this::create));
    endpoints.get("plans.get", Area.BILLING, ONE, Forms.of(this::get));
    endpoints.patch("plans.update", Area.BILLING, ONE, Forms.of(this::update));
    endpoints.delete("plans.delete", Area.BILLING, ONE, Forms.of(this::delete));
    endpoints.post(
        "plans.archive", Area.BILLING, ONE + "/archive", Forms.of(each -> archive(each, true)));
    endpoints.post(
        "plans.unarchive",
        Area.BILLING,
        ONE + "/unarchive",
        Forms.of(each -> archive(each, false)));
    endpoints.get("plans.versions", Area.BILLING, ONE + "/versions", Forms.of(this::versions));
  }

  private void list(RoutingContext exchange) {
    var parameters = new RequestParameters(exchange);
    String payerType = payerType(parameters);
    boolean archived = parameters.flag("include_archived");
    Page page = page(parameters, PlanViews.PLANS.columns());
    Endpoints.answer(
        exchange,
        service
            .list(
                PlanViews.PLANS,
                page,
                "($4::text = '' OR t.for_payer_type = $4) AND ($5 OR t.archived_at IS NULL)",
                Tuple.of(payerType, archived))
            .page());
  }

  /** Returns a type of payers, or nothing for all. */
  static String payerType(RequestParameters parameters) {
    String type = parameters.or("payer_type", "");
    return type.isEmpty() ? type : payerType("payer_type", type);
  }

  private static String payerType(String member, String type) {
    if (!Set.of("user", "org").contains(type)) {
      throw Fields.notOneOf(member, type, "user or org");
    }
    return type;
  }

  /** Returns the part of a list that is wanted: the longest one, where it is not to be paged. */
  static Page page(RequestParameters parameters, Set<String> columns) {
    Page page = Page.parse(parameters, columns);
    boolean isPaged = parameters.textOrNull("paginated") == null || parameters.flag("paginated");
    return isPaged ? page : page.longest();
  }

  private void get(RoutingContext exchange) {
    String id = id(exchange);
    Endpoints.answer(exchange, service.find(PlanViews.PLANS, id, PlanEndpoint::unknown).text());
  }

  private void create(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(members(PAYER_TYPE));
    var wanted =
        new PlanRegistry.Wanted(
            payerType(PAYER_TYPE, body.text(PAYER_TYPE)),
            Offer.parse(body),
            Terms.parse(body, Terms.NONE),
            PlanRegistry.effectiveAt(body));
    service.answer(exchange, plans.insert(wanted, Origin.of(exchange)));
  }

  private static Set<String> members(String... more) {
    Set<String> members = new HashSet<>(Offer.MEMBERS);
    members.addAll(Terms.MEMBERS);
    members.add(PlanVersion.EFFECTIVE_AT);
    members.addAll(Set.of(more));
    return members;
  }

  private void update(RoutingContext exchange) {
    String id = id(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(members());
    service.answer(
        exchange, plans.update(id, body, Origin.of(exchange)).orElseThrow(PlanEndpoint::unknown));
  }

  private void archive(RoutingContext exchange, boolean isArchived) {
    String id = id(exchange);
    service.answer(
        exchange,
        plans.archive(id, isArchived, Origin.of(exchange)).orElseThrow(PlanEndpoint::unknown));
  }

  private void delete(RoutingContext exchange) {
    String id = id(exchange);
    service.answerDeleted(
        exchange,
        plans.delete(id, Origin.of(exchange)).orElseThrow(() -> service.passed(unknown())));
  }

  private void versions(RoutingContext exchange) {
    String id = id(exchange);
    service.find(PlanViews.PLANS, id, PlanEndpoint::unknown);
    Page page = Page.parse(new RequestParameters(exchange), PlanViews.VERSIONS.columns());
    Endpoints.answer(
        exchange, service.list(PlanViews.VERSIONS, page, "t.plan_id = $4", Tuple.of(id)).page());
  }

  private static String id(RoutingContext exchange) {
    return Service.id(exchange, "id", PlanRegistry.PREFIX, PlanEndpoint::unknown);
  }

  private static ApiError unknown() {
    return new ApiError(404, "plan_not_found", "Plan not found", "No plan has this id.");
  }
}
