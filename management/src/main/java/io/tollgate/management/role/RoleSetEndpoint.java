package io.tollgate.management.role;

import io.tollgate.management.audit.Origin;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.Forms;
import io.tollgate.management.object.Service;
import io.tollgate.management.object.WordId;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The endpoints of role sets. Safe for all virtual threads. */
final class RoleSetEndpoint {
  static final String ROLE_KEYS = "role_keys";

  private static final String ROOT = "/role_sets";
  private static final String ONE = ROOT + "/:key_or_id";
  private static final String ROLES = "roles";
  private static final String TYPE = "type";
  private static final String INITIAL = "initial";
  private static final Set<String> CHANGEABLE =
      Set.of(
          Fields.NAME,
          RoleFields.KEY,
          Fields.DESCRIPTION,
          TYPE,
          RoleSetRegistry.DEFAULT_ROLE,
          RoleSetRegistry.CREATOR_ROLE);

  private final Service service;
  private final RoleSetRegistry roleSets;
  private final RoleSetReplacement replacement;

  RoleSetEndpoint(Service service, RoleSetRegistry roleSets, RoleSetReplacement replacement) {
    this.service = service;
    this.roleSets = roleSets;
    this.replacement = replacement;
  }

  void enter(Endpoints endpoints) {
    endpoints.get("role_sets.list", Area.ROLES, ROOT, Forms.of(this::list));
    endpoints.post("role_sets.create", Area.ROLES, ROOT, Forms.of(this::create));
    endpoints.get("role_sets.get", Area.ROLES, ONE, Forms.of(this::get));
    endpoints.patch("role_sets.update", Area.ROLES, ONE, Forms.of(this::update));
    endpoints.post("role_sets.add_roles", Area.ROLES, ONE + "/roles", Forms.of(this::addRoles));
    endpoints.post(
        "role_sets.replace_role", Area.ROLES, ONE + "/roles/replace", Forms.of(this::replaceRole));
    endpoints.post("role_sets.replace", Area.ROLES, ONE + "/replace", Forms.of(this::replace));
  }

  private void list(RoutingContext exchange) {
    Endpoints.answer(exchange, service.list(ObjectViews.ROLE_SETS, exchange).page());
  }

  private void get(RoutingContext exchange) {
    String keyOrId = keyOrId(exchange);
    String column = WordId.isId(RoleSetRegistry.PREFIX, keyOrId) ? "id" : "key";
    Endpoints.answer(
        exchange,
        service.find(ObjectViews.ROLE_SETS, column, keyOrId, RoleSetEndpoint::unknown).text());
  }

  private void create(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(
        Set.of(
            Fields.NAME,
            RoleFields.KEY,
            Fields.DESCRIPTION,
            TYPE,
            ROLES,
            RoleSetRegistry.DEFAULT_ROLE,
            RoleSetRegistry.CREATOR_ROLE));
    @Nullable String type = body.textOrNull(TYPE);
    if (type != null && !Set.of(INITIAL, "custom").contains(type)) {
      throw Fields.notOneOf(TYPE, type, "initial or custom");
    }
    var wanted =
        new RoleSetRegistry.Wanted(
            Fields.name(body),
            RoleFields.roleSetKeyOrNull(body, RoleFields.KEY),
            Fields.description(body),
            INITIAL.equals(type),
            body.text(RoleSetRegistry.DEFAULT_ROLE),
            body.text(RoleSetRegistry.CREATOR_ROLE));
    List<String> roles = RoleFields.roleKeys(body, ROLES);
    service.answer(exchange, roleSets.insert(wanted, roles, Origin.of(exchange)));
  }

  private void update(RoutingContext exchange) {
    String keyOrId = keyOrId(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(CHANGEABLE);
    @Nullable String type = body.textOrNull(TYPE);
    if (type != null && !type.equals(INITIAL)) {
      throw Fields.notOneOf(TYPE, type, "initial: it ends when another role set becomes that");
    }
    var wanted =
        new RoleSetRegistry.Wanted(
            Fields.nameOrNull(body),
            RoleFields.roleSetKeyOrNull(body, RoleFields.KEY),
            Fields.description(body),
            type != null,
            body.textOrNull(RoleSetRegistry.DEFAULT_ROLE),
            body.textOrNull(RoleSetRegistry.CREATOR_ROLE));
    service.answer(
        exchange,
        roleSets
            .update(keyOrId, wanted, Origin.of(exchange))
            .orElseThrow(RoleSetEndpoint::unknown));
  }

  private void addRoles(RoutingContext exchange) {
    String keyOrId = keyOrId(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(ROLE_KEYS, RoleSetRegistry.DEFAULT_ROLE, RoleSetRegistry.CREATOR_ROLE));
    List<String> roles = RoleFields.roleKeys(body, ROLE_KEYS);
    @Nullable String newcomers = body.textOrNull(RoleSetRegistry.DEFAULT_ROLE);
    @Nullable String creators = body.textOrNull(RoleSetRegistry.CREATOR_ROLE);
    service.answer(
        exchange,
        roleSets
            .addRoles(keyOrId, roles, newcomers, creators, Origin.of(exchange))
            .orElseThrow(RoleSetEndpoint::unknown));
  }

  private void replaceRole(RoutingContext exchange) {
    String keyOrId = keyOrId(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(RoleSetReplacement.ROLE, RoleSetReplacement.TO_ROLE));
    String role = body.text(RoleSetReplacement.ROLE);
    String toRole = body.text(RoleSetReplacement.TO_ROLE);
    service.answer(
        exchange,
        replacement
            .replaceRole(keyOrId, role, toRole, Origin.of(exchange))
            .orElseThrow(() -> service.passed(notAmong(role))));
  }

  private void replace(RoutingContext exchange) {
    String keyOrId = keyOrId(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(RoleSetReplacement.DESTINATION, RoleSetReplacement.MAPPINGS));
    String destination = body.text(RoleSetReplacement.DESTINATION);
    Map<String, String> mappings = body.textsByName(RoleSetReplacement.MAPPINGS);
    service.answerDeleted(
        exchange,
        replacement
            .replace(keyOrId, destination, mappings, Origin.of(exchange))
            .orElseThrow(() -> service.passed(unknown())));
  }

  private static String keyOrId(RoutingContext exchange) {
    String keyOrId = exchange.pathParam("key_or_id");
    if (keyOrId == null
        || !(WordId.isId(RoleSetRegistry.PREFIX, keyOrId) || RoleFields.isRoleSetKey(keyOrId))) {
      throw unknown();
    }
    return keyOrId;
  }

  static ApiError unknown() {
    return ApiError.notFound("No role set has this key or id.");
  }

  private static ApiError notAmong(String role) {
    return ApiError.form(
        "form_resource_not_found",
        "was not found",
        RoleSetReplacement.ROLE,
        RoleSetReplacement.ROLE
            + " must name a role of the role set, was "
            + ApiError.quote(role)
            + ".");
  }
}
