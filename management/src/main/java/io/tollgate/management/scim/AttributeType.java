package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a schema says of one attribute. Immutable.
 *
 * @param name as the schema spells it
 * @param readOnly whether the server alone tells it
 * @param parts the attributes within, by their names in small letters; of a complex one only
 */
record AttributeType(
    String name,
    Kind kind,
    boolean multiValued,
    boolean caseExact,
    boolean readOnly,
    Map<String, AttributeType> parts) {
  enum Kind {
    STRING,
    BOOLEAN,
    TIME,
    /** Text that is kept and returned, and too long to be looked for. */
    BINARY,
    COMPLEX,
    /** Whatever the identity provider sends by that name. */
    FREE
  }

  /** What every resource has beside what its schema says (RFC 7643, 3.1). */
  static final Map<String, AttributeType> COMMON =
      byName(
          List.of(
              simple("id", Kind.STRING, false, true),
              simple("externalId", Kind.STRING, false, false),
              simple("schemas", Kind.STRING, true, true),
              new AttributeType(
                  "meta",
                  Kind.COMPLEX,
                  false,
                  false,
                  true,
                  byName(
                      List.of(
                          simple("resourceType", Kind.STRING, false, true),
                          simple("created", Kind.TIME, false, true),
                          simple("lastModified", Kind.TIME, false, true),
                          simple("location", Kind.STRING, false, true),
                          simple("version", Kind.STRING, false, true))))));

  private static AttributeType simple(
      String name, Kind kind, boolean multiValued, boolean readOnly) {
    return new AttributeType(name, kind, multiValued, true, readOnly, Map.of());
  }

  /** Returns the type of an attribute that no schema describes. */
  static AttributeType free(String name) {
    return new AttributeType(name, Kind.FREE, false, false, false, Map.of());
  }

  /** Reads the attributes of a schema as RFC 7643 spells it. */
  static Map<String, AttributeType> read(JsonNode attributes) {
    Map<String, AttributeType> types = new LinkedHashMap<>();
    for (JsonNode attribute : attributes) {
      AttributeType type =
          new AttributeType(
              attribute.path("name").asText(),
              kind(attribute.path("type").asText()),
              attribute.path("multiValued").asBoolean(),
              attribute.path("caseExact").asBoolean(),
              attribute.path("mutability").asText().equals("readOnly"),
              read(attribute.path("subAttributes")));
      types.put(lower(type.name()), type);
    }
    return Map.copyOf(types);
  }

  private static Kind kind(String type) {
    return switch (type) {
      case "boolean" -> Kind.BOOLEAN;
      case "dateTime" -> Kind.TIME;
      case "binary" -> Kind.BINARY;
      case "complex" -> Kind.COMPLEX;
      default -> Kind.STRING;
    };
  }

  private static Map<String, AttributeType> byName(List<AttributeType> types) {
    Map<String, AttributeType> byName = new LinkedHashMap<>();
    types.forEach(type -> byName.put(lower(type.name()), type));
    return Map.copyOf(byName);
  }

  /** Returns how a name is looked for: names of attributes have no case. */
  static String lower(String name) {
    return name.toLowerCase(Locale.ROOT);
  }

  @Nullable AttributeType part(String name) {
    return kind == Kind.FREE ? free(name) : parts.get(lower(name));
  }

  /** Tells whether a part of it has case; of what no schema knows, none has. */
  static boolean hasCase(@Nullable AttributeType type, String part) {
    @Nullable AttributeType named = type == null ? null : type.part(part);
    return named != null && named.caseExact();
  }

  boolean isComplex() {
    return kind == Kind.COMPLEX;
  }

  boolean isFree() {
    return kind == Kind.FREE;
  }
}
