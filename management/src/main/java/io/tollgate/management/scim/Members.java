package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Members as a body names them. Immutable.
 *
 * @param ids of users, each once, in the order in which they were named
 * @param groups the ids of members that are groups themselves: they are told, and count for nothing
 */
public record Members(List<String> ids, List<String> groups) {
  /** Nobody. */
  public static final Members NONE = new Members(List.of(), List.of());

  /** In one operation. */
  static final int MEMBERS_MAX = 50_000;

  private static final int ID_MAX = 256;

  public Members {
    ids = List.copyOf(ids);
    groups = List.copyOf(groups);
  }

  /**
   * Reads a list of members, one, or an object that has the list.
   *
   * @throws ScimError a 400 invalidValue or tooMany
   */
  static Members read(JsonNode value) {
    if (isNothing(value)) {
      return NONE;
    }
    if (value.isObject() && value.has("members") && !value.has("value")) {
      return read(value.path("members"));
    }
    if (value.size() > MEMBERS_MAX && value.isArray()) {
      throw ScimError.tooMany(
          "members may have " + MEMBERS_MAX + " values, has " + value.size() + ".");
    }
    Set<String> ids = new LinkedHashSet<>();
    Set<String> groups = new LinkedHashSet<>();
    for (JsonNode member : value.isArray() ? value : List.of(value)) {
      (isGroup(member) ? groups : ids).add(id(member));
    }
    return new Members(List.copyOf(ids), List.copyOf(groups));
  }

  private static boolean isNothing(JsonNode value) {
    return value.isNull()
        || value.isMissingNode()
        || (value.isArray() && value.isEmpty())
        || (value.isTextual() && value.textValue().isEmpty());
  }

  private static String id(JsonNode member) {
    JsonNode id = member.isObject() ? member.path("value") : member;
    if (!id.isTextual() || id.textValue().isBlank() || id.textValue().length() > ID_MAX) {
      throw ScimError.invalidValue(
          "members must be objects such as {\"value\": \"<id of a user>\"}, was "
              + Normaliser.shown(member)
              + ".");
    }
    return id.textValue();
  }

  private static boolean isGroup(JsonNode member) {
    @Nullable String reference = member.path("$ref").textValue();
    return member.path("type").asText().equalsIgnoreCase("Group")
        || (reference != null && reference.toLowerCase(Locale.ROOT).contains("/groups/"));
  }
}
