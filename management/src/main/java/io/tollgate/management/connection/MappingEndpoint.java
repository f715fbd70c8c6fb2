package io.tollgate.management.connection;

import io.tollgate.management.audit.Origin;
import io.tollgate.management.key.Texts;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.Forms;
import io.tollgate.management.object.Service;
import io.tollgate.management.object.WordId;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The endpoints of which groups make which roles. Safe for all virtual threads. */
final class MappingEndpoint {
  static final String SCIM_GROUP = "scim_group_id";
  static final String MAPPINGS = "mappings";

  private static final String DIRECTORY_GROUP = "directory_group_id";
  private static final String PRECEDENCE = "precedence";
  private static final int GROUP_MAX = 255;
  private static final int PRECEDENCE_MAX = 1_000_000;

  private final Naming naming;
  private final Service service;
  private final MappingRegistry mappings;

  MappingEndpoint(Naming naming, Service service, MappingRegistry mappings) {
    this.naming = naming;
    this.service = service;
    this.mappings = mappings;
  }

  void enter(Endpoints endpoints) {
    String name = naming.collection() + ".group_role_mappings";
    String root = "/" + naming.collection() + "/:id/group_role_mappings";
    Area area = Area.DIRECTORY;
    endpoints.get(name + ".list", area, root, Forms.of(this::list));
    endpoints.post(name + ".create", area, root, Forms.of(this::create));
    endpoints.put(name + ".replace", area, root, Forms.of(this::replace));
    endpoints.delete(name + ".delete", area, root + "/:mapping_id", Forms.of(this::delete));
  }

  private void list(RoutingContext exchange) {
    String id = DirectoryEndpoint.id(exchange);
    service.find(ConnectionViews.DIRECTORIES, id, DirectoryEndpoint::unknown);
    Endpoints.answer(exchange, naming.mappings(mappings.list(id)));
  }

  private void create(RoutingContext exchange) {
    String id = DirectoryEndpoint.id(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(SCIM_GROUP, DIRECTORY_GROUP, MappingRegistry.ROLE, PRECEDENCE));
    String group = group(body);
    String role = role(body);
    @Nullable Integer precedence = precedence(body);
    Origin origin = Origin.of(exchange);
    Changed made = done(id, () -> mappings.insert(id, group, role, precedence, origin));
    service.answer(exchange, new Changed(naming.mapping(made.object()), made.change()));
  }

  /** What is done already is refused when it holds: whoever did it may have been told to wait. */
  private Changed done(String directoryId, Supplier<Optional<Changed>> change) {
    try {
      return change.get().orElseThrow(DirectoryEndpoint::unknown);
    } catch (MappingRegistry.Repeated repeated) {
      mappings.settle(directoryId);
      throw service.passed(repeated.refusal());
    }
  }

  private static MappingRegistry.Entry entry(RequestBody body) {
    return new MappingRegistry.Entry(null, group(body), role(body));
  }

  /** By either name; both may be said, if they say the same. */
  private static String group(RequestBody body) {
    @Nullable String older = body.textOrNull(SCIM_GROUP);
    @Nullable String newer = body.textOrNull(DIRECTORY_GROUP);
    if (older != null && newer != null && !older.equals(newer)) {
      throw CustomAttribute.conflict(body.named(DIRECTORY_GROUP), body.named(SCIM_GROUP));
    }
    String group = newer == null ? body.text(SCIM_GROUP) : newer;
    return Texts.within(body.named(SCIM_GROUP), group, 1, GROUP_MAX);
  }

  private static String role(RequestBody body) {
    String role = body.text(MappingRegistry.ROLE);
    if (!WordId.isId("role_", role)) {
      throw Texts.format(
          body.named(MappingRegistry.ROLE),
          role,
          "role_ followed by 27 letters, digits or underscores");
    }
    return role;
  }

  /** More than there are is the weakest. */
  private static @Nullable Integer precedence(RequestBody body) {
    @Nullable BigDecimal number = body.numberOrNull(PRECEDENCE);
    if (number == null) {
      return null;
    }
    // By comparing first: scaling a number such as 1e500000000 would take minutes.
    if (number.compareTo(BigDecimal.ONE) < 0
        || number.compareTo(BigDecimal.valueOf(PRECEDENCE_MAX)) > 0
        || number.stripTrailingZeros().scale() > 0) {
      throw Texts.format(
          PRECEDENCE, number.toString(), "a whole number from 1 to " + PRECEDENCE_MAX);
    }
    return number.intValueExact();
  }

  private void replace(RoutingContext exchange) {
    String id = DirectoryEndpoint.id(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(MAPPINGS));
    List<MappingRegistry.Entry> wanted = new ArrayList<>();
    Set<String> groups = new HashSet<>();
    for (RequestBody part : body.parts(MAPPINGS, MappingRegistry.COUNT_MAX)) {
      part.allowOnly(Set.of(SCIM_GROUP, DIRECTORY_GROUP, MappingRegistry.ROLE));
      MappingRegistry.Entry entry = entry(part);
      if (!groups.add(group(part))) {
        throw ApiError.parameter(
            "form_param_duplicate",
            "is included multiple times",
            part.named(SCIM_GROUP),
            part.named(SCIM_GROUP)
                + " must be another one than those before it, was "
                + ApiError.quote(group(part))
                + ".");
      }
      wanted.add(entry);
    }
    Changed changed =
        mappings.replace(id, wanted, Origin.of(exchange)).orElseThrow(DirectoryEndpoint::unknown);
    service.pass(changed);
    Endpoints.answer(exchange, naming.mappings(mappings.list(id)));
  }

  private void delete(RoutingContext exchange) {
    String id = DirectoryEndpoint.id(exchange);
    String mapping =
        Service.id(exchange, "mapping_id", MappingRegistry.PREFIX, MappingEndpoint::unknown);
    Origin origin = Origin.of(exchange);
    Changed changed = done(id, () -> mappings.delete(id, mapping, origin));
    service.pass(changed);
    var gone =
        new JsonObject()
            .put("object", naming.mappingObject())
            .put("id", mapping)
            .put("deleted", true);
    Endpoints.answer(exchange, gone.encode());
  }

  static ApiError unknown() {
    return ApiError.notFound("The directory has no mapping of this id.");
  }
}
