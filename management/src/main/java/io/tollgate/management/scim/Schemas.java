package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What a directory tells an identity provider of itself: its schemas, its resources, and what it
 * can do.
 */
public final class Schemas {
  /** RFC 7643's extension of a user. */
  public static final String ENTERPRISE =
      "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

  /** Ours, which takes any attribute. */
  public static final String TOLLGATE = "urn:ietf:params:scim:schemas:extension:tollgate:2.0:User";

  /** The contract's name of ours. */
  public static final String CLERK = "urn:ietf:params:scim:schemas:extension:clerk:2.0:User";

  /** How many resources an answer lists at most. */
  public static final int RESULTS_MAX = 200;

  private static final String SCHEMA = "urn:ietf:params:scim:schemas:core:2.0:Schema";
  private static final String RESOURCE_TYPE = "urn:ietf:params:scim:schemas:core:2.0:ResourceType";
  private static final String CONFIG =
      "urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig";

  private static final ObjectNode USER_SCHEMA = load("user.json");
  private static final ObjectNode GROUP_SCHEMA = load("group.json");
  private static final ObjectNode ENTERPRISE_SCHEMA = load("enterprise-user.json");

  /** What RFC 7643 says of a user. */
  static final Map<String, AttributeType> USER = types(USER_SCHEMA);

  /** What RFC 7643 says of a group. */
  static final Map<String, AttributeType> GROUP = types(GROUP_SCHEMA);

  /** What RFC 7643 says of a user in an enterprise. */
  static final Map<String, AttributeType> ENTERPRISE_USER = types(ENTERPRISE_SCHEMA);

  private Schemas() {}

  private static ObjectNode load(String name) {
    try (InputStream file = Schemas.class.getResourceAsStream(name)) {
      return ScimJson.parse(Objects.requireNonNull(file, name).readAllBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Map<String, AttributeType> types(ObjectNode schema) {
    return AttributeType.read(schema.path("attributes"));
  }

  /**
   * Returns all schemas of a directory, with what its attributes are mapped from among them: an
   * identity provider offers to its admins only what it finds here.
   *
   * @param baseUrl where the directory answers, without a slash at its end
   */
  public static List<ObjectNode> all(Vocabulary vocabulary, String baseUrl) {
    List<ObjectNode> schemas = new ArrayList<>();
    ObjectNode user = USER_SCHEMA.deepCopy();
    vocabulary.mappedCore().forEach(type -> add(user, type));
    schemas.add(user);
    schemas.add(GROUP_SCHEMA.deepCopy());
    for (Vocabulary.Extension extension : vocabulary.extensions()) {
      ObjectNode schema =
          extension.urn().equals(ENTERPRISE) ? ENTERPRISE_SCHEMA.deepCopy() : bare(extension.urn());
      extension.mapped().forEach(type -> add(schema, type));
      schemas.add(schema);
    }
    schemas.forEach(schema -> finish(schema, baseUrl));
    return List.copyOf(schemas);
  }

  /** Returns one of {@link #all}, by its URN in any case. */
  public static Optional<ObjectNode> find(Vocabulary vocabulary, String baseUrl, String urn) {
    return all(vocabulary, baseUrl).stream()
        .filter(schema -> schema.path("id").asText().equalsIgnoreCase(urn))
        .findFirst();
  }

  private static ObjectNode bare(String urn) {
    ObjectNode schema = JsonNodeFactory.instance.objectNode().put("id", urn);
    schema.put("name", urn.substring(urn.lastIndexOf(':') + 1));
    schema.put("description", "Attributes of a person; others than these are taken as well.");
    schema.putArray("attributes");
    return schema;
  }

  private static void add(ObjectNode schema, AttributeType type) {
    schema
        .withArray("attributes")
        .addObject()
        .put("name", type.name())
        .put("type", "string")
        .put("multiValued", type.multiValued())
        .put("description", "Mapped to an attribute of the user.")
        .put("required", false)
        .put("caseExact", false)
        .put("mutability", "readWrite")
        .put("returned", "default")
        .put("uniqueness", "none");
  }

  private static void finish(ObjectNode schema, String baseUrl) {
    schema.putArray("schemas").add(SCHEMA);
    meta(schema, "Schema", baseUrl + "/Schemas/" + schema.path("id").asText());
  }

  private static void meta(ObjectNode resource, String type, String location) {
    resource.putObject("meta").put("resourceType", type).put("location", location);
  }

  /** Returns the two types of resources. */
  public static List<ObjectNode> resourceTypes(Vocabulary vocabulary, String baseUrl) {
    return List.of(
        resourceType(ResourceKind.USER, vocabulary, baseUrl),
        resourceType(ResourceKind.GROUP, vocabulary, baseUrl));
  }

  private static ObjectNode resourceType(ResourceKind kind, Vocabulary vocabulary, String baseUrl) {
    ObjectNode type = JsonNodeFactory.instance.objectNode();
    type.putArray("schemas").add(RESOURCE_TYPE);
    type.put("id", kind.title())
        .put("name", kind.title())
        .put("description", kind == ResourceKind.USER ? "A person." : "A set of users.")
        .put("endpoint", "/" + kind.endpoint())
        .put("schema", kind.schema());
    ArrayNode extensions = type.putArray("schemaExtensions");
    if (kind == ResourceKind.USER) {
      vocabulary
          .extensions()
          .forEach(
              extension ->
                  extensions.addObject().put("schema", extension.urn()).put("required", false));
    }
    meta(type, "ResourceType", baseUrl + "/ResourceTypes/" + kind.title());
    return type;
  }

  /** Returns what the service can do, and what it can't. */
  public static ObjectNode serviceProviderConfig(String baseUrl) {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.putArray("schemas").add(CONFIG);
    config.putObject("patch").put("supported", true);
    config
        .putObject("bulk")
        .put("supported", false)
        .put("maxOperations", 0)
        .put("maxPayloadSize", 0);
    config.putObject("filter").put("supported", true).put("maxResults", RESULTS_MAX);
    config.putObject("changePassword").put("supported", false);
    config.putObject("sort").put("supported", true);
    config.putObject("etag").put("supported", true);
    config
        .putArray("authenticationSchemes")
        .addObject()
        .put("type", "oauthbearertoken")
        .put("name", "Bearer token")
        .put("description", "The token of the directory, in the header Authorization.")
        .put("primary", true);
    meta(config, "ServiceProviderConfig", baseUrl + "/ServiceProviderConfig");
    return config;
  }
}
