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

/** The endpoints of permissions. Safe for all virtual threads. */
final class PermissionEndpoint {
  private static final String ROOT = "/organization_permissions";
  private static final String ONE = ROOT + "/:id";
  private static final Set<String> MEMBERS =
      Set.of(Fields.NAME, RoleFields.KEY, Fields.DESCRIPTION);

  private final Service service;
  private final PermissionRegistry permissions;

  PermissionEndpoint(Service service, PermissionRegistry permissions) {
    this.service = service;
    this.permissions = permissions;
  }

  void enter(Endpoints endpoints) {
    endpoints.get("permissions.list", Area.ROLES, ROOT, Forms.of(this::list));
    endpoints.post("permissions.create", Area.ROLES, ROOT, Forms.of(this::create));
    endpoints.get("permissions.get", Area.ROLES, ONE, Forms.of(this::get));
    endpoints.patch("permissions.update", Area.ROLES, ONE, Forms.of(this::update));
    endpoints.delete("permissions.delete", Area.ROLES, ONE, Forms.of(this::delete));
  }

  private void list(RoutingContext exchange) {
    Endpoints.answer(exchange, service.list(ObjectViews.PERMISSIONS, exchange).page());
  }

  private void get(RoutingContext exchange) {
    String id = id(exchange);
    Endpoints.answer(
        exchange, service.find(ObjectViews.PERMISSIONS, id, PermissionEndpoint::unknown).text());
  }

  private void create(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(MEMBERS);
    String name = Fields.name(body);
    String key = RoleFields.permissionKey(body.text(RoleFields.KEY));
    @Nullable String description = Fields.description(body);
    service.answer(exchange, permissions.insert(name, key, description, Origin.of(exchange)));
  }

  private void update(RoutingContext exchange) {
    String id = id(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(MEMBERS);
    @Nullable String name = Fields.nameOrNull(body);
    @Nullable String key = body.textOrNull(RoleFields.KEY);
    @Nullable String checked = key == null ? null : RoleFields.permissionKey(key);
    @Nullable String description = Fields.description(body);
    service.answer(
        exchange,
        permissions
            .update(id, name, checked, description, Origin.of(exchange))
            .orElseThrow(PermissionEndpoint::unknown));
  }

  private void delete(RoutingContext exchange) {
    String id = id(exchange);
    service.answerDeleted(
        exchange,
        permissions.delete(id, Origin.of(exchange)).orElseThrow(() -> service.passed(unknown())));
  }

  private static String id(RoutingContext exchange) {
    return Service.id(exchange, "id", PermissionRegistry.PREFIX, PermissionEndpoint::unknown);
  }

  static ApiError unknown() {
    return ApiError.notFound("No permission has this id.");
  }
}
