package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One value of a user's document as filters look for it: a row of {@code tollgate.scim_user_value}.
 * Immutable.
 *
 * <p>An element of a list is one row with its value, and one more for each of its other parts: they
 * have the same place.
 *
 * @param attribute the path of names, in small letters
 * @param place which of a list; 0 where there is one only
 * @param typeKey what the element is for, folded; null where it says none
 * @param value empty where an element has none of its own
 * @param primary null where the element does not say
 */
public record ValueRow(
    String attribute,
    int place,
    @Nullable String typeKey,
    String value,
    String valueKey,
    @Nullable Boolean primary) {
  private static final int ROWS_MAX = 2_000;

  /** What has a column of its own, or is looked for nowhere. */
  private static final Set<String> ELSEWHERE =
      Set.of("schemas", "userName", "externalId", "active");

  /** Returns the rows of a user's document. */
  static List<ValueRow> of(ObjectNode document) {
    var rows = new Rows();
    for (Map.Entry<String, JsonNode> member : document.properties()) {
      String name = member.getKey();
      if (name.regionMatches(true, 0, "urn:", 0, 4)) {
        String urn = AttributeType.lower(name) + ":";
        boolean enterprise = name.equals(Schemas.ENTERPRISE);
        member
            .getValue()
            .properties()
            .forEach(
                part ->
                    addAll(
                        rows,
                        urn + AttributeType.lower(part.getKey()),
                        enterprise
                            ? Schemas.ENTERPRISE_USER.get(AttributeType.lower(part.getKey()))
                            : null,
                        part.getValue()));
      } else if (!ELSEWHERE.contains(name)) {
        String lower = AttributeType.lower(name);
        addAll(rows, lower, Schemas.USER.get(lower), member.getValue());
      }
    }
    return List.copyOf(rows.byPlace.values());
  }

  /** Two names that differ in case alone share a row: the first has it. */
  private static final class Rows {
    private final Map<String, ValueRow> byPlace = new LinkedHashMap<>();

    void add(ValueRow row) {
      byPlace.putIfAbsent(row.place + " " + row.attribute, row);
      if (byPlace.size() > ROWS_MAX) {
        throw ScimError.invalidValue("A user may have " + ROWS_MAX + " values in all.");
      }
    }
  }

  private static void addAll(
      Rows rows, String attribute, @Nullable AttributeType type, JsonNode value) {
    if (!value.isArray()) {
      add(rows, attribute, 0, type, value);
      return;
    }
    for (int i = 0; i < value.size(); i++) {
      add(rows, attribute, i, type, value.get(i));
    }
  }

  private static void add(
      Rows rows, String attribute, int place, @Nullable AttributeType type, JsonNode value) {
    if (value instanceof ValueNode simple) {
      rows.add(simple(attribute, place, SqlField.text(simple)));
    } else if (value instanceof ObjectNode object) {
      boolean described = type != null && type.isComplex();
      boolean element = !described || (type != null && type.multiValued());
      if (element) {
        rows.add(element(attribute, place, type, object));
      }
      for (Map.Entry<String, JsonNode> part : object.properties()) {
        boolean column = described && element && isColumn(part.getKey());
        if (!column && part.getValue() instanceof ValueNode simple) {
          String name = attribute + "." + AttributeType.lower(part.getKey());
          rows.add(simple(name, place, SqlField.text(simple)));
        }
      }
    }
  }

  private static boolean isColumn(String part) {
    return part.equals("value") || part.equals("type") || part.equals("primary");
  }

  private static ValueRow simple(String attribute, int place, String value) {
    return new ValueRow(attribute, place, null, value, Folding.key(value), null);
  }

  private static ValueRow element(
      String attribute, int place, @Nullable AttributeType type, ObjectNode element) {
    JsonNode value = element.path("value");
    boolean sought = value.isValueNode() && !value.isMissingNode() && !isBinary(type);
    String text = sought ? SqlField.text((ValueNode) value) : "";
    JsonNode mark = element.path("type");
    JsonNode primary = element.path("primary");
    return new ValueRow(
        attribute,
        place,
        mark.isTextual() ? Folding.key(mark.textValue()) : null,
        text,
        Folding.key(text),
        primary.isBoolean() ? primary.booleanValue() : null);
  }

  private static boolean isBinary(@Nullable AttributeType type) {
    @Nullable AttributeType value = type == null ? null : type.part("value");
    return value != null && value.kind() == AttributeType.Kind.BINARY;
  }
}
