package io.tollgate.management.directory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.scim.Schemas;
import io.tollgate.management.scim.ScimError;
import io.vertx.core.http.HttpMethod;
import java.util.List;

/** The endpoints by which a directory tells of itself. Safe for all virtual threads. */
final class Discovery {
  private final Vocabularies vocabularies;

  Discovery(Vocabularies vocabularies) {
    this.vocabularies = vocabularies;
  }

  void enter(DirectoryRouter router) {
    router.add(
        "scim.config",
        HttpMethod.GET,
        "/ServiceProviderConfig",
        asked -> Reply.ok(Schemas.serviceProviderConfig(asked.base())));
    router.add(
        "scim.schemas.list", HttpMethod.GET, "/Schemas", asked -> all(asked, schemas(asked)));
    router.add(
        "scim.schemas.get", HttpMethod.GET, "/Schemas/:id", asked -> one(asked, schemas(asked)));
    router.add(
        "scim.resource_types.list",
        HttpMethod.GET,
        "/ResourceTypes",
        asked -> all(asked, types(asked)));
    router.add(
        "scim.resource_types.get",
        HttpMethod.GET,
        "/ResourceTypes/:id",
        asked -> one(asked, types(asked)));
    router.add("scim.bulk", HttpMethod.POST, "/Bulk", asked -> unsupported("Bulk requests"));
    for (HttpMethod method :
        List.of(HttpMethod.GET, HttpMethod.PUT, HttpMethod.PATCH, HttpMethod.DELETE)) {
      router.add("scim.me", method, "/Me", asked -> unsupported("An alias of the caller"));
    }
  }

  private List<ObjectNode> schemas(Asked asked) {
    return Schemas.all(vocabularies.of(asked), asked.base());
  }

  private List<ObjectNode> types(Asked asked) {
    return Schemas.resourceTypes(vocabularies.of(asked), asked.base());
  }

  /** RFC 7644, section 4: what is asked for here can't be filtered. */
  private static Reply all(Asked asked, List<ObjectNode> all) {
    if (asked.parameter("filter") != null) {
      throw new ScimError(403, null, "This endpoint takes no filter.");
    }
    return Reply.ok(Spelling.list(all, all.size(), 1));
  }

  private static Reply one(Asked asked, List<ObjectNode> all) {
    return all.stream()
        .filter(each -> each.path("id").asText().equalsIgnoreCase(asked.id()))
        .findFirst()
        .map(Reply::ok)
        .orElseThrow(() -> ScimError.notFound("There is none of this id."));
  }

  private static Reply unsupported(String what) {
    throw new ScimError(
        501, null, what + " are not supported, as the ServiceProviderConfig tells.");
  }
}
