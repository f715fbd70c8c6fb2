package io.tollgate.management.role;

import io.tollgate.management.audit.Origin;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.Forms;
import io.tollgate.management.object.Service;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The endpoints of roles. Safe for all virtual threads. */
final class RoleEndpoint {
  private static final String ROOT = "/organization_roles";
  private static final String ONE = ROOT + "/:id";
  private static final String HELD = ONE + "/permissions/:permission_id";

  private static final String IN_INITIAL_SET = "include_in_initial_role_set";

  private final Service service;
  private final RoleRegistry roles;

  RoleEndpoint(Service service, RoleRegistry roles) {
    this.service = service;
    this.roles = roles;
  }

  void enter(Endpoints endpoints) {
    endpoints.get("roles.list", Area.ROLES, ROOT, Forms.of(this::list));
    endpoints.post("roles.create", Area.ROLES, ROOT, Forms.of(this::create));
    endpoints.get("roles.get", Area.ROLES, ONE, Forms.of(this::get));
    endpoints.patch("roles.update", Area.ROLES, ONE, Forms.of(this::update));
    endpoints.delete("roles.delete", Area.ROLES, ONE, Forms.of(this::delete));
    endpoints.post("roles.assign", Area.ROLES, HELD, Forms.of(this::assign));
    endpoints.delete("roles.remove", Area.ROLES, HELD, Forms.of(this::remove));
  }

  private void list(RoutingContext exchange) {
    Endpoints.answer(exchange, service.list(ObjectViews.ROLES, exchange).page());
  }

  private void get(RoutingContext exchange) {
    String id = id(exchange);
    Endpoints.answer(exchange, service.find(ObjectViews.ROLES, id, RoleEndpoint::unknown).text());
  }

  private void create(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(
        Set.of(
            Fields.NAME,
            RoleFields.KEY,
            Fields.DESCRIPTION,
            RoleFields.PERMISSIONS,
            IN_INITIAL_SET));
    var wanted =
        new RoleRegistry.Wanted(
            Fields.name(body),
            RoleFields.roleKey(body.text(RoleFields.KEY)),
            Fields.description(body),
            RoleFields.permissions(body),
            body.hasValue(IN_INITIAL_SET) && body.flag(IN_INITIAL_SET));
    service.answer(exchange, roles.insert(wanted, Origin.of(exchange)));
  }

  private void update(RoutingContext exchange) {
    String id = id(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(Fields.NAME, RoleFields.KEY, Fields.DESCRIPTION, RoleFields.PERMISSIONS));
    @Nullable String key = body.textOrNull(RoleFields.KEY);
    var wanted =
        new RoleRegistry.Wanted(
            Fields.nameOrNull(body),
            key == null ? null : RoleFields.roleKey(key),
            Fields.description(body),
            RoleFields.permissions(body),
            false);
    service.answer(
        exchange, roles.update(id, wanted, Origin.of(exchange)).orElseThrow(RoleEndpoint::unknown));
  }

  private void delete(RoutingContext exchange) {
    String id = id(exchange);
    service.answerDeleted(
        exchange,
        roles.delete(id, Origin.of(exchange)).orElseThrow(() -> service.passed(unknown())));
  }

  private void assign(RoutingContext exchange) {
    String id = id(exchange);
    String permission =
        Service.id(
            exchange, "permission_id", PermissionRegistry.PREFIX, PermissionEndpoint::unknown);
    service.answer(
        exchange,
        roles.assign(id, permission, Origin.of(exchange)).orElseThrow(RoleEndpoint::unknown));
  }

  private void remove(RoutingContext exchange) {
    String id = id(exchange);
    String permission =
        Service.id(exchange, "permission_id", PermissionRegistry.PREFIX, RoleEndpoint::notHeld);
    service.answer(
        exchange,
        roles
            .remove(id, permission, Origin.of(exchange))
            .orElseThrow(() -> service.passed(notHeld())));
  }

  private static String id(RoutingContext exchange) {
    return Service.id(exchange, "id", RoleRegistry.PREFIX, RoleEndpoint::unknown);
  }

  private static ApiError unknown() {
    return ApiError.notFound("No role has this id.");
  }

  private static ApiError notHeld() {
    return new ApiError(
        404,
        "organization_role_permission_association_not_found",
        "Not assigned",
        "No role of this id holds a permission of this id.");
  }
}
