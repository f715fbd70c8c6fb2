package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which attributes an answer has. Immutable. */
public final class Projection {
  /** All of them. */
  public static final Projection ALL = new Projection(List.of(), false);

  private static final int NAMES_MAX = 200;

  /** What an answer always has. */
  private static final Set<String> ALWAYS = Set.of("id", "schemas");

  private final List<String> names;
  private final boolean wanted;

  private Projection(List<String> names, boolean wanted) {
    this.names = List.copyOf(names);
    this.wanted = wanted;
  }

  /**
   * Reads the two parameters of a request, each names with commas between.
   *
   * @param attributes what is wanted; null or empty where nothing is said
   * @param excludedAttributes what is not; passed over where the other one is told
   * @throws ScimError a 400 invalidValue where there are too many names
   */
  public static Projection of(@Nullable String attributes, @Nullable String excludedAttributes) {
    List<String> wanted = names(attributes, "attributes");
    if (!wanted.isEmpty()) {
      return new Projection(wanted, true);
    }
    return new Projection(names(excludedAttributes, "excludedAttributes"), false);
  }

  private static List<String> names(@Nullable String text, String parameter) {
    if (text == null) {
      return List.of();
    }
    List<String> names =
        Arrays.stream(text.split(",", NAMES_MAX + 2))
            .map(String::strip)
            .filter(name -> !name.isEmpty())
            .map(Projection::key)
            .toList();
    if (names.size() > NAMES_MAX) {
      throw ScimError.invalidValue(parameter + " may name " + NAMES_MAX + " attributes.");
    }
    return names;
  }

  private static String key(String name) {
    String lower = AttributeType.lower(name);
    for (ResourceKind kind : ResourceKind.values()) {
      String prefix = AttributeType.lower(kind.schema()) + ":";
      if (lower.startsWith(prefix)) {
        return lower.substring(prefix.length());
      }
    }
    return lower;
  }

  /**
   * Tells whether an answer has an attribute or a part of it: so that what it has not need not be
   * read.
   */
  public boolean includes(String attribute) {
    String name = AttributeType.lower(attribute);
    if (ALWAYS.contains(name)) {
      return true;
    }
    return wanted
        ? names.stream().anyMatch(it -> it.equals(name) || isWithin(it, name))
        : !names.contains(name);
  }

  /** Tells the same of a part of an attribute. */
  public boolean includes(String attribute, String part) {
    String whole = AttributeType.lower(attribute);
    String name = whole + "." + AttributeType.lower(part);
    return names.isEmpty() || wanted == (names.contains(whole) || names.contains(name));
  }

  /** Tells whether a name is that of a part of another. */
  private static boolean isWithin(String part, String whole) {
    return part.length() > whole.length()
        && part.startsWith(whole)
        && ".:".indexOf(part.charAt(whole.length())) >= 0;
  }

  /** Returns what an answer has of a resource, which stays as it is. */
  public ObjectNode apply(ObjectNode resource) {
    if (names.isEmpty()) {
      return resource;
    }
    ObjectNode projected = resource.objectNode();
    resource
        .properties()
        .forEach(
            member -> {
              String name = member.getKey();
              if (ALWAYS.contains(name)) {
                projected.set(name, member.getValue());
              } else {
                put(projected, name, AttributeType.lower(name), member.getValue());
              }
            });
    return projected;
  }

  private void put(ObjectNode target, String name, String key, JsonNode value) {
    if (names.contains(key)) {
      if (wanted) {
        target.set(name, value);
      }
      return;
    }
    boolean partly = names.stream().anyMatch(it -> isWithin(it, key));
    if (!partly) {
      if (!wanted) {
        target.set(name, value);
      }
      return;
    }
    JsonNode part = parts(key, value);
    if (!part.isEmpty() || !wanted) {
      target.set(name, part);
    }
  }

  private JsonNode parts(String key, JsonNode value) {
    if (value instanceof ArrayNode list) {
      List<JsonNode> parts = new ArrayList<>();
      for (JsonNode element : list) {
        JsonNode part = parts(key, element);
        if (!part.isEmpty() || !part.isObject()) {
          parts.add(part);
        }
      }
      return list.arrayNode().addAll(parts);
    }
    if (!(value instanceof ObjectNode object)) {
      return value;
    }
    String separator =
        key.startsWith("urn:")
                && key.indexOf('.', key.lastIndexOf(':')) < 0
                && names.stream().anyMatch(it -> it.startsWith(key + ":"))
            ? ":"
            : ".";
    ObjectNode projected = object.objectNode();
    object
        .properties()
        .forEach(
            part ->
                put(
                    projected,
                    part.getKey(),
                    key + separator + AttributeType.lower(part.getKey()),
                    part.getValue()));
    return projected;
  }
}
