package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import io.tollgate.management.wire.ApiError;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Turns values as identity providers send them into values as schemas describe them: {@code "True"}
 * into true, a manager's id into a manager, {@code ""} and null into nothing.
 */
final class Normaliser {
  /** Of one text, in characters. */
  private static final int TEXT_MAX = 8_192;

  private static final int BINARY_MAX = 65_536;

  /** Of one list. */
  private static final int ELEMENTS_MAX = 500;

  /** What says nothing where there is nothing else. */
  private static final Set<String> MARKS = Set.of("type", "primary");

  /** How many names of what is left out are kept. */
  private static final int DROPPED_MAX = 20;

  private final List<String> dropped = new ArrayList<>();
  private int droppedMore;

  /**
   * Returns what was left out since no schema knows it, in the order in which it was met. Where it
   * is too much to name, the last name has the number of the others behind it.
   */
  List<String> dropped() {
    List<String> told = new ArrayList<>(dropped);
    if (droppedMore > 0) {
      told.add(told.removeLast() + " and " + droppedMore + " more");
    }
    return List.copyOf(told);
  }

  void drop(String name) {
    if (dropped.size() < DROPPED_MAX) {
      dropped.add(ApiError.quote(name));
    } else {
      droppedMore++;
    }
  }

  /**
   * Returns the value as an attribute keeps it, null where it is none.
   *
   * @param where the attribute's name in an error
   * @throws ScimError a 400 invalidValue
   */
  @Nullable JsonNode value(AttributeType type, JsonNode value, String where) {
    if (type.isFree()) {
      return free(value, where);
    }
    return type.multiValued() ? list(type, value, where) : single(type, value, where);
  }

  /** Returns one element of a list as the list keeps it, null where it is none. */
  @Nullable JsonNode element(AttributeType type, JsonNode value, String where) {
    return type.isFree() ? free(value, where) : single(type, value, where);
  }

  private @Nullable JsonNode list(AttributeType type, JsonNode value, String where) {
    ArrayNode clean = JsonNodeFactory.instance.arrayNode();
    for (JsonNode element : value.isArray() ? value : List.of(value)) {
      @Nullable JsonNode one = single(type, element, where);
      if (one != null && !isHollow(one)) {
        clean.add(one);
      }
    }
    checkSize(clean, where);
    return clean.isEmpty() ? null : clean;
  }

  static void checkSize(JsonNode list, String where) {
    if (list.size() > ELEMENTS_MAX) {
      throw ScimError.invalidValue(
          where + " may have " + ELEMENTS_MAX + " values, has " + list.size() + ".");
    }
  }

  /** Tells an element of which nothing is left but what it would be for. */
  static boolean isHollow(JsonNode element) {
    return element instanceof ObjectNode object
        && object.properties().stream().allMatch(part -> MARKS.contains(part.getKey()));
  }

  private @Nullable JsonNode single(AttributeType type, JsonNode given, String where) {
    JsonNode value = given;
    if (value.isArray() && value.size() == 1) {
      // The way of some clients to say one value.
      value = value.get(0);
    }
    if (isNothing(value)) {
      return null;
    }
    return switch (type.kind()) {
      case COMPLEX -> complex(type, value, where);
      case BOOLEAN -> flag(value, where);
      case BINARY -> text(value, where, BINARY_MAX);
      default -> text(value, where, TEXT_MAX);
    };
  }

  static boolean isNothing(JsonNode value) {
    return value.isNull()
        || (value.isTextual() && value.textValue().isEmpty())
        || (value.isContainerNode() && value.isEmpty());
  }

  private @Nullable JsonNode complex(AttributeType type, JsonNode value, String where) {
    @Nullable AttributeType single = type.part("value");
    if (!(value instanceof ObjectNode object)) {
      if (single == null || value.isArray()) {
        throw ScimError.invalidValue(where + " must be an object, was " + shown(value) + ".");
      }
      JsonNode only = JsonNodeFactory.instance.objectNode().set("value", value);
      return complex(type, only, where);
    }
    ObjectNode clean = JsonNodeFactory.instance.objectNode();
    for (Map.Entry<String, JsonNode> member : object.properties()) {
      @Nullable AttributeType part = type.part(member.getKey());
      if (part == null) {
        drop(where + "." + member.getKey());
      } else if (!part.readOnly()) {
        put(clean, part, member.getValue(), where + "." + part.name());
      }
    }
    return clean.isEmpty() ? null : clean;
  }

  private void put(ObjectNode object, AttributeType part, JsonNode value, String where) {
    if (object.has(part.name())) {
      throw ScimError.invalidSyntax(where + " is named twice.");
    }
    @Nullable JsonNode clean = value(part, value, where);
    if (clean != null) {
      object.set(part.name(), clean);
    }
  }

  private static JsonNode flag(JsonNode value, String where) {
    if (value.isBoolean()) {
      return value;
    }
    // Entra sends "True" and "False".
    if (value.isTextual() && value.textValue().strip().equalsIgnoreCase("true")) {
      return BooleanNode.TRUE;
    }
    if (value.isTextual() && value.textValue().strip().equalsIgnoreCase("false")) {
      return BooleanNode.FALSE;
    }
    throw ScimError.invalidValue(where + " must be true or false, was " + shown(value) + ".");
  }

  private static JsonNode text(JsonNode value, String where, int max) {
    if (!value.isTextual() && !value.isNumber()) {
      throw ScimError.invalidValue(where + " must be a text, was " + shown(value) + ".");
    }
    String text = value.asText();
    checkLength(text, where, max);
    return value.isTextual() ? value : TextNode.valueOf(text);
  }

  private static void checkLength(String text, String where, int max) {
    if (text.length() > max) {
      throw ScimError.invalidValue(
          where + " may have " + max + " characters, has " + text.length() + ".");
    }
  }

  /** What no schema describes keeps its shape; but "" and null are nothing there, too. */
  private @Nullable JsonNode free(JsonNode value, String where) {
    if (value.isTextual()) {
      checkLength(value.textValue(), where, TEXT_MAX);
    }
    if (isNothing(value)) {
      return null;
    }
    if (value.isArray()) {
      ArrayNode clean = JsonNodeFactory.instance.arrayNode();
      for (JsonNode element : value) {
        @Nullable JsonNode one = free(element, where);
        if (one != null) {
          clean.add(one);
        }
      }
      checkSize(clean, where);
      return clean.isEmpty() ? null : clean;
    }
    if (value instanceof ObjectNode object) {
      ObjectNode clean = JsonNodeFactory.instance.objectNode();
      object
          .properties()
          .forEach(
              member -> {
                checkLength(member.getKey(), where + "'s name", 128);
                @Nullable JsonNode one = free(member.getValue(), where + "." + member.getKey());
                if (one != null) {
                  clean.set(member.getKey(), one);
                }
              });
      return clean.isEmpty() ? null : clean;
    }
    return value;
  }

  static String shown(JsonNode value) {
    return ApiError.quote(value.isTextual() ? value.textValue() : ScimJson.text(value));
  }
}
