package io.tollgate.management.role;

import io.tollgate.management.audit.Origin;
import io.tollgate.management.key.Texts;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.Forms;
import io.tollgate.management.object.Service;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
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

  private static final Set<String> NEW =
      Set.of(
          Fields.NAME,
          SLUG,
          OrganizationRegistry.CREATED_BY,
          OrganizationRegistry.ROLE_SET,
          Metadata.PUBLIC,
          Metadata.PRIVATE);

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
    endpoints.patch("organizations.update", Area.ROLES, ONE, Forms.of(this::update));
    endpoints.patch(
        "organizations.update_metadata", Area.ROLES, ONE + "/metadata", Forms.of(this::merge));
    endpoints.delete("organizations.delete", Area.ROLES, ONE, Forms.of(this::delete));
  }

  private void list(RoutingContext exchange) {
    Endpoints.answer(exchange, service.list(ObjectViews.ORGANIZATIONS, exchange).page());
  }

  /** By its id, or by its slug, which has no underscore. */
  private void get(RoutingContext exchange) {
    @Nullable String slug = exchange.pathParam("id");
    Spelled found =
        slug != null && SLUG_SHAPE.matcher(slug).matches()
            ? service.find(ObjectViews.ORGANIZATIONS, SLUG, slug, OrganizationEndpoint::unknown)
            : service.find(
                ObjectViews.ORGANIZATIONS, id(exchange, "id"), OrganizationEndpoint::unknown);
    Endpoints.answer(exchange, found.text());
  }

  private void create(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(NEW);
    String name = Fields.name(body);
    @Nullable String slug = slug(body);
    @Nullable String maker = body.textOrNull(OrganizationRegistry.CREATED_BY);
    if (maker != null) {
      UserEndpoint.checked(OrganizationRegistry.CREATED_BY, maker);
    }
    var wanted =
        new OrganizationRegistry.Wanted(
            name,
            slug,
            maker,
            RoleFields.roleSetKeyOrNull(body, OrganizationRegistry.ROLE_SET),
            Metadata.parse(body, Metadata.SHARED));
    service.answer(exchange, organizations.insert(wanted, Origin.of(exchange)));
  }

  private static @Nullable String slug(RequestBody body) {
    @Nullable String slug = body.textOrNull(SLUG);
    if (slug != null && !SLUG_SHAPE.matcher(slug).matches()) {
      throw Texts.format(SLUG, slug, "1 to 256 lower-case letters, digits and hyphens");
    }
    return slug;
  }

  private void update(RoutingContext exchange) {
    String id = id(exchange, "id");
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(Fields.NAME, SLUG, OrganizationRegistry.ROLE_SET));
    var patch =
        new OrganizationRegistry.Patch(
            Fields.nameOrNull(body),
            slug(body),
            RoleFields.roleSetKeyOrNull(body, OrganizationRegistry.ROLE_SET));
    service.answer(
        exchange,
        organizations
            .update(id, patch, Origin.of(exchange))
            .orElseThrow(OrganizationEndpoint::unknown));
  }

  private void merge(RoutingContext exchange) {
    String id = id(exchange, "id");
    RequestBody body = RequestBody.parseOptional(exchange.body().buffer());
    Metadata metadata = Metadata.parseOnly(body, Metadata.SHARED);
    service.answer(
        exchange,
        organizations
            .merge(id, metadata, Origin.of(exchange))
            .orElseThrow(OrganizationEndpoint::unknown));
  }

  private void delete(RoutingContext exchange) {
    String id = id(exchange, "id");
    service.answerEnded(
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
