package io.tollgate.management.connection;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.audit.Change;
import io.tollgate.management.scim.AttributePath;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What an enabled directory makes of documents: which path fills which attribute. Immutable.
 *
 * @param standard paths by the members of a user that they fill
 * @param dropped keys of public metadata that have become others, and are to go
 */
record AttributeMapping(
    Map<String, String> standard, List<Definition> custom, Set<String> dropped) {
  static final String EMAIL = "email_address";
  static final String FIRST_NAME = "first_name";
  static final String LAST_NAME = "last_name";
  static final String USERNAME = "username";

  /**
   * What can't be read from elsewhere: by the first the identity provider knows a user, and by the
   * other one it is told who leaves.
   */
  static final Map<String, String> FIXED = Map.of("user_id", "id", "active", "active");

  /** What fills what where nothing else is said. */
  static final Map<String, String> DEFAULTS = defaultPaths();

  /** How many names a directory may map; those that no user has here fill nothing. */
  static final int NAMES_MAX = 50;

  /** Of all that is mapped of a user together. */
  static final int BYTES_MAX = 8 * 1024;

  private static final int EMAILS_MAX = 20;
  private static final int EMAIL_MAX = 320;
  private static final int NAME_MAX = 256;
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  private static final String FIND =
      """
      SELECT d.attribute_mapping::text AS standard, d.dropped_keys, a.key, a.directory_path,
        a.multi_valued
      FROM tollgate.directory d LEFT JOIN tollgate.connection_attribute a
        ON a.connection_id = d.connection_id AND a.directory_path IS NOT NULL
      WHERE d.id = $1 AND d.enabled ORDER BY a.place
      """;

  AttributeMapping {
    standard = Map.copyOf(standard);
    custom = List.copyOf(custom);
    dropped = Set.copyOf(dropped);
  }

  /** One attribute of users' public metadata. */
  record Definition(String key, String path, boolean multiValued) {}

  private static Map<String, String> defaultPaths() {
    Map<String, String> paths = new TreeMap<>(FIXED);
    paths.put(EMAIL, "emails[0].value");
    paths.put(FIRST_NAME, "name.givenName");
    paths.put(LAST_NAME, "name.familyName");
    paths.put(USERNAME, "userName");
    return Collections.unmodifiableMap(paths);
  }

  static JsonObject defaults() {
    var json = new JsonObject();
    DEFAULTS.forEach(json::put);
    return json;
  }

  /** Returns what the directory maps; empty where it is not enabled. */
  static Optional<AttributeMapping> find(Change change, String directoryId) {
    Map<String, String> standard = new TreeMap<>();
    List<Definition> custom = new ArrayList<>();
    Set<String> dropped = new HashSet<>();
    var rows = change.execute(FIND, Tuple.of(directoryId));
    for (Row row : rows) {
      new JsonObject(row.getString("standard"))
          .forEach(each -> standard.put(each.getKey(), (String) each.getValue()));
      dropped.addAll(List.of(row.getArrayOfStrings("dropped_keys")));
      if (row.getString("key") != null) {
        custom.add(
            new Definition(
                row.getString("key"),
                row.getString("directory_path"),
                row.getBoolean("multi_valued")));
      }
    }
    return rows.size() == 0
        ? Optional.empty()
        : Optional.of(new AttributeMapping(standard, custom, dropped));
  }

  /**
   * Returns what is to be merged into a user's public metadata, null for what is to go.
   *
   * @param warnings hears of values that are of no use, and leave what was
   */
  ObjectNode metadata(ObjectNode document, List<AttributeWarning> warnings) {
    ObjectNode patch = NODES.objectNode();
    dropped.forEach(patch::putNull);
    for (Definition definition : custom) {
      patch.remove(definition.key);
      Optional<JsonNode> value = value(definition, AttributePath.read(document, definition.path));
      value.ifPresent(fit -> patch.set(definition.key, fit));
      if (value.isEmpty()) {
        warnings.add(AttributeWarning.mismatch(definition.key, definition.path));
      }
    }
    int bytes = patch.toString().getBytes(StandardCharsets.UTF_8).length;
    if (bytes > BYTES_MAX) {
      throw new MappedAttributes.TooLarge(bytes);
    }
    return patch;
  }

  /** Empty where the value is of no use. */
  private static Optional<JsonNode> value(Definition definition, JsonNode found) {
    if (found.isArray()) {
      return list(found);
    }
    if (found.isObject()) {
      return Optional.empty();
    }
    String text = found.isNull() || found.isMissingNode() ? "" : found.asText();
    if (definition.multiValued) {
      ArrayNode list = NODES.arrayNode();
      return Optional.of(text.isBlank() ? list : list.add(text));
    }
    return Optional.of(text.isEmpty() ? NODES.nullNode() : NODES.textNode(text));
  }

  /** An array stays one, whatever was said; its order is kept, and blanks are not. */
  private static Optional<JsonNode> list(JsonNode found) {
    ArrayNode list = NODES.arrayNode();
    for (JsonNode element : found) {
      if (element.isContainerNode()) {
        return Optional.empty();
      }
      String text = element.isNull() ? "" : element.asText();
      if (!text.isBlank()) {
        list.add(text);
      }
    }
    return Optional.of(list);
  }

  /** Returns a name; null where there is none, and what was where it is of no use or not mapped. */
  @Nullable String name(
      String member, @Nullable String was, ObjectNode document, List<AttributeWarning> warnings) {
    @Nullable String path = standard.get(member);
    if (path == null) {
      return was;
    }
    JsonNode found = AttributePath.read(document, path);
    if (found.isNull() || found.isMissingNode()) {
      return null;
    }
    String text = found.isTextual() ? found.textValue().strip() : "";
    if (!found.isTextual() || text.codePointCount(0, text.length()) > NAME_MAX) {
      warnings.add(AttributeWarning.mismatch(member, path));
      return was;
    }
    return text.isEmpty() ? null : text;
  }

  /** Returns addresses: first that of the path, then all others of the document, each once. */
  List<String> emails(List<String> was, ObjectNode document) {
    @Nullable String path = standard.get(EMAIL);
    if (path == null) {
      return was;
    }
    Set<String> emails = new LinkedHashSet<>();
    addTo(emails, AttributePath.read(document, path));
    document.path("emails").forEach(element -> addTo(emails, element.path("value")));
    // One without any address could not be told from others; the document has had one before.
    return emails.isEmpty() ? was : emails.stream().limit(EMAILS_MAX).toList();
  }

  private static void addTo(Set<String> emails, JsonNode found) {
    String text = found.isTextual() ? found.textValue().strip() : "";
    if (!text.isEmpty() && text.length() <= EMAIL_MAX) {
      emails.add(text);
    }
  }
}
