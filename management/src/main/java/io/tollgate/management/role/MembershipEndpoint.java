package io.tollgate.management.role;

import io.tollgate.management.audit.Origin;
import io.tollgate.management.object.Forms;
import io.tollgate.management.object.Page;
import io.tollgate.management.object.Service;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.management.wire.RequestParameters;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/** The endpoints of the members of organizations. Safe for all virtual threads. */
final class MembershipEndpoint {
  private static final String ROOT = "/organizations/:id/memberships";
  private static final String ONE = ROOT + "/:user_id";
  private static final Set<String> NEW =
      Set.of(MembershipRegistry.USER, MembershipRegistry.ROLE, Metadata.PUBLIC, Metadata.PRIVATE);

  private final Service service;
  private final MembershipRegistry memberships;

  MembershipEndpoint(Service service, MembershipRegistry memberships) {
    this.service = service;
    this.memberships = memberships;
  }

  void enter(Endpoints endpoints) {
    endpoints.get("memberships.list", Area.ROLES, ROOT, Forms.of(this::list));
    endpoints.post("memberships.create", Area.ROLES, ROOT, Forms.of(this::create));
    endpoints.patch("memberships.update", Area.ROLES, ONE, Forms.of(this::update));
    endpoints.patch(
        "memberships.update_metadata", Area.ROLES, ONE + "/metadata", Forms.of(this::merge));
    endpoints.delete("memberships.delete", Area.ROLES, ONE, Forms.of(this::delete));
  }

  private void list(RoutingContext exchange) {
    String id = OrganizationEndpoint.id(exchange, "id");
    Page page = Page.parse(new RequestParameters(exchange), ObjectViews.MEMBERSHIPS.columns());
    service.find(ObjectViews.ORGANIZATIONS, id, OrganizationEndpoint::unknown);
    Endpoints.answer(exchange, memberships.list(id, page).page());
  }

  private void create(RoutingContext exchange) {
    String id = OrganizationEndpoint.id(exchange, "id");
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(NEW);
    String user = UserEndpoint.checked(MembershipRegistry.USER, body.text(MembershipRegistry.USER));
    String role = body.text(MembershipRegistry.ROLE);
    Metadata metadata = Metadata.parse(body, Metadata.SHARED);
    service.answer(exchange, memberships.insert(id, user, role, metadata, Origin.of(exchange)));
  }

  private void update(RoutingContext exchange) {
    String id = OrganizationEndpoint.id(exchange, "id");
    String user = user(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(MembershipRegistry.ROLE));
    service.answer(
        exchange,
        memberships
            .update(id, user, body.text(MembershipRegistry.ROLE), Origin.of(exchange))
            .orElseThrow(MembershipEndpoint::unknown));
  }

  private void merge(RoutingContext exchange) {
    String id = OrganizationEndpoint.id(exchange, "id");
    String user = user(exchange);
    RequestBody body = RequestBody.parseOptional(exchange.body().buffer());
    Metadata metadata = Metadata.parseOnly(body, Metadata.SHARED);
    service.answer(
        exchange,
        memberships
            .merge(id, user, metadata, Origin.of(exchange))
            .orElseThrow(MembershipEndpoint::unknown));
  }

  /** Answers with the membership as it was, as the contract has it. */
  private void delete(RoutingContext exchange) {
    String id = OrganizationEndpoint.id(exchange, "id");
    String user = user(exchange);
    service.answer(
        exchange,
        memberships
            .delete(id, user, Origin.of(exchange))
            .orElseThrow(() -> service.passed(unknown())));
  }

  private static String user(RoutingContext exchange) {
    return Service.id(
        exchange, MembershipRegistry.USER, UserRegistry.PREFIX, MembershipEndpoint::unknown);
  }

  private static ApiError unknown() {
    return ApiError.notFound("The organization has no member of this id.");
  }
}
