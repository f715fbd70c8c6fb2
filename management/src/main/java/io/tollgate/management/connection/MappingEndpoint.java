package io.tollgate.management.connection;

import io.tollgate.management.audit.Origin;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.Forms;
import io.tollgate.management.object.Service;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.EntityTags;
import io.tollgate.management.wire.RequestBody;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The endpoints of which groups make which roles. Safe for all virtual threads. */
final class MappingEndpoint {
  static final String MAPPINGS = "mappings";

  private static final Set<String> MAPPED =
      Set.of(MappingFields.SCIM_GROUP, MappingFields.DIRECTORY_GROUP, MappingFields.ROLE);

  private static final Set<String> NEW =
      Stream.concat(MAPPED.stream(), Stream.of(MappingFields.PRECEDENCE))
          .collect(Collectors.toUnmodifiableSet());

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
    String one = root + "/:mapping_id";
    endpoints.patch(name + ".attach", area, one, Forms.of(this::attach));
    endpoints.delete(name + ".delete", area, one, Forms.of(this::delete));
  }

  private void list(RoutingContext exchange) {
    answer(exchange, DirectoryEndpoint.id(exchange));
  }

  private void answer(RoutingContext exchange, String directoryId) {
    MappingRegistry.Versioned list =
        mappings.list(directoryId).orElseThrow(DirectoryEndpoint::unknown);
    Endpoints.answer(
        exchange,
        Endpoints.CONTENT_TYPE,
        Buffer.buffer(naming.mappings(list.list())),
        Map.of(EntityTags.HEADER, EntityTags.of(list.version())));
  }

  private static MappingRegistry.Place place(RoutingContext exchange) {
    return new MappingRegistry.Place(
        DirectoryEndpoint.id(exchange), EntityTags.ifMatch(exchange), Origin.of(exchange));
  }

  private void create(RoutingContext exchange) {
    MappingRegistry.Place place = place(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(NEW);
    String group = MappingFields.group(body);
    String role = MappingFields.role(body);
    @Nullable Integer precedence = MappingFields.precedence(body);
    Changed made = done(place, () -> mappings.insert(place, group, role, precedence));
    service.answer(exchange, new Changed(naming.mapping(made.object()), made.change()));
  }

  /** What is done already is refused when it holds: whoever did it may have been told to wait. */
  private Changed done(MappingRegistry.Place place, Supplier<Optional<Changed>> change) {
    try {
      return change.get().orElseThrow(DirectoryEndpoint::unknown);
    } catch (MappingRegistry.Repeated repeated) {
      mappings.settle(place.directoryId());
      throw service.passed(repeated.refusal());
    }
  }

  private static MappingList.Entry entry(RequestBody body) {
    return MappingList.Entry.named(MappingFields.group(body), MappingFields.role(body));
  }

  private void replace(RoutingContext exchange) {
    MappingRegistry.Place place = place(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(MAPPINGS));
    List<MappingList.Entry> wanted = new ArrayList<>();
    Set<String> groups = new HashSet<>();
    for (RequestBody part : body.parts(MAPPINGS, MappingRegistry.COUNT_MAX)) {
      part.allowOnly(MAPPED);
      MappingFields.checkOnce(groups, part);
      wanted.add(entry(part));
    }
    service.pass(done(place, () -> mappings.replace(place, wanted)));
    answer(exchange, place.directoryId());
  }

  /** The only way by which a group takes the place of one that is gone: somebody says so. */
  private void attach(RoutingContext exchange) {
    MappingRegistry.Place place = place(exchange);
    String mapping = mapping(exchange);
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(MappingFields.SCIM_GROUP, MappingFields.DIRECTORY_GROUP));
    String group = MappingFields.group(body);
    Changed changed = done(place, () -> mappings.attach(place, mapping, group));
    service.answer(exchange, new Changed(naming.mapping(changed.object()), changed.change()));
  }

  private void delete(RoutingContext exchange) {
    MappingRegistry.Place place = place(exchange);
    String mapping = mapping(exchange);
    service.pass(done(place, () -> mappings.delete(place, mapping)));
    var gone =
        new JsonObject()
            .put("object", naming.mappingObject())
            .put("id", mapping)
            .put("deleted", true);
    Endpoints.answer(exchange, gone.encode());
  }

  private static String mapping(RoutingContext exchange) {
    return Service.id(exchange, "mapping_id", MappingRegistry.PREFIX, MappingEndpoint::unknown);
  }

  static ApiError unknown() {
    return ApiError.notFound("The directory has no mapping of this id.");
  }
}
