package io.tollgate.management.role;

import io.tollgate.management.audit.Origin;
import io.tollgate.management.key.Texts;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The endpoints of organizations. Safe for all virtual threads. */
final class OrganizationEndpoint {
  private static final String ROOT = "/organizations";
  private static final String ONE = ROOT + "/:id";
  private static final String SLUG = "slug";
  private static final Pattern SLUG_SHAPE = Pattern.compile("[a-z0-9-]{1,256}");

  private final Service service;
  private final OrganizationRegistry organizations;

  OrganizationEndpoint(Service service, OrganizationRegistry organizations) {
    this.service = service;
    this.organizations = organizations;
  }

  void enter(Endpoints endpoints) {
    endpoints.get("organizations.list", Area.ROLES, ROOT, Forms.of(this::list));
    endpoints.post("organizations.create", Area.ROLES, ROOT, Forms.of(this::create));
    endpoints.get("organizations.get", Area.ROLES, ONE, Forms.of(this::get));
    endpoints.delete("organizations.delete", Area.ROLES, ONE, Forms.of(this::delete));
  }

  private void list(RoutingContext exchange) {
    Endpoints.answer(exchange, service.list(Shelves.ORGANIZATIONS, exchange).encode());
  }

  /** By its id, or by its slug, which has no underscore. */
  private void get(RoutingContext exchange) {
    @Nullable String slug = exchange.pathParam("id");
    JsonObject found =
        slug != null && SLUG_SHAPE.matcher(slug).matches()
            ? service.find(Shelves.ORGANIZATIONS, SLUG, slug, OrganizationEndpoint::unknown)
            : service.find(
                Shelves.ORGANIZATIONS, id(exchange, "id"), OrganizationEndpoint::unknown);
    Endpoints.answer(exchange, found.encode());
  }

  private void create(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(Fields.NAME, SLUG, OrganizationRegistry.CREATED_BY));
    String name = Fields.name(body);
    @Nullable String slug = body.textOrNull(SLUG);
    if (slug != null && !SLUG_SHAPE.matcher(slug).matches()) {
      throw Texts.format(SLUG, slug, "1 to 256 lower-case letters, digits and hyphens");
    }
    @Nullable String maker = body.textOrNull(OrganizationRegistry.CREATED_BY);
    if (maker != null) {
      UserEndpoint.checked(OrganizationRegistry.CREATED_BY, maker);
    }
    service.answer(exchange, organizations.insert(name, slug, maker, Origin.of(exchange)));
  }

  private void delete(RoutingContext exchange) {
    String id = id(exchange, "id");
    service.answerDeleted(
        exchange,
        organizations.delete(id, Origin.of(exchange)).orElseThrow(() -> service.passed(unknown())));
  }

  static String id(RoutingContext exchange, String part) {
    return Service.id(exchange, part, OrganizationRegistry.PREFIX, OrganizationEndpoint::unknown);
  }

  static ApiError unknown() {
    return ApiError.notFound("No organization has this id.");
  }
}
