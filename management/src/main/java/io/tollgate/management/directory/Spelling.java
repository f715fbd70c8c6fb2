package io.tollgate.management.directory;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.scim.ResourceKind;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Resources as answers spell them: what was told of them, and what the server alone tells. */
final class Spelling {
  private static final String SCHEMAS = "schemas";

  private Spelling() {}

  static ObjectNode user(UserRow user, List<GroupMembers.Linked> groups, String location) {
    ObjectNode json = document(user.id(), user.document());
    if (!groups.isEmpty()) {
      link(json.putArray("groups"), groups);
    }
    return withMeta(
        json, ResourceKind.USER, user.createdAt(), user.updatedAt(), user.version(), location);
  }

  /** Spells a group without its members. */
  static ObjectNode group(GroupRow group, String location) {
    ObjectNode json = document(group.id(), group.document());
    return withMeta(
        json, ResourceKind.GROUP, group.createdAt(), group.updatedAt(), group.version(), location);
  }

  private static ObjectNode document(String id, ObjectNode document) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    @Nullable JsonNode schemas = document.get(SCHEMAS);
    if (schemas != null) {
      json.set(SCHEMAS, schemas);
    }
    json.put("id", id);
    document
        .properties()
        .forEach(
            member -> {
              if (!member.getKey().equals(SCHEMAS)) {
                json.set(member.getKey(), member.getValue());
              }
            });
    return json;
  }

  private static void link(ArrayNode array, List<GroupMembers.Linked> all) {
    for (GroupMembers.Linked linked : all) {
      array
          .addObject()
          .put("value", linked.id())
          .put("display", linked.display())
          .put("type", linked.type());
    }
  }

  private static ObjectNode withMeta(
      ObjectNode json,
      ResourceKind kind,
      OffsetDateTime createdAt,
      OffsetDateTime updatedAt,
      String version,
      String location) {
    json.putObject("meta")
        .put("resourceType", kind.title())
        .put("created", time(createdAt))
        .put("lastModified", time(updatedAt))
        .put("location", location)
        .put("version", Versions.tag(version));
    return json;
  }

  private static String time(OffsetDateTime time) {
    return DateTimeFormatter.ISO_INSTANT.format(
        time.withOffsetSameInstant(ZoneOffset.UTC).truncatedTo(ChronoUnit.MILLIS));
  }

  /** Returns an answer that lists resources. */
  static ObjectNode list(List<ObjectNode> resources, long total, long startIndex) {
    ObjectNode json = JsonNodeFactory.instance.objectNode();
    json.putArray(SCHEMAS).add("urn:ietf:params:scim:api:messages:2.0:ListResponse");
    json.put("totalResults", total);
    json.put("startIndex", startIndex);
    json.put("itemsPerPage", resources.size());
    json.putArray("Resources").addAll(resources);
    return json;
  }
}
