package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.node.BooleanNode;
import com.fasterxml.jackson.databind.node.TextNode;
import com.fasterxml.jackson.databind.node.ValueNode;
import com.unboundid.scim2.common.Path;
import com.unboundid.scim2.common.filters.Filter;
import io.tollgate.management.wire.ApiError;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/** How a filter compares an attribute, and with what it may. */
enum Comparison {
  EQ,
  NE,
  CO,
  SW,
  EW,
  GT,
  GE,
  LT,
  LE,
  PR;

  private static final int YEAR_MAX = 9999;

  /** Returns the comparison that a filter calls so, in any case; null where there is none. */
  static @Nullable Comparison find(String operator) {
    for (Comparison comparison : values()) {
      if (comparison.name().equalsIgnoreCase(operator)) {
        return comparison;
      }
    }
    return null;
  }

  private boolean isEquality() {
    return this == EQ || this == NE;
  }

  private boolean isOfParts() {
    return this == CO || this == SW || this == EW;
  }

  /** Returns the condition that an attribute is there. */
  Filter filter(AttributeName name) {
    checkReadable(name);
    return Filter.pr(name.path());
  }

  /** Returns the condition that an attribute compares so with a value. */
  Filter filter(AttributeName asked, ValueNode value) {
    checkReadable(asked);
    if (value.isNull()) {
      return absence(asked);
    }
    AttributeName name = asked;
    @Nullable AttributeType type = name.target();
    if (type != null && type.isComplex()) {
      if (name.sub() != null || type.part("value") == null) {
        throw ScimError.invalidFilter(name + " has parts: one of them must be named.");
      }
      name = name.withSub("value");
      type = name.target();
    }
    return make(name.path(), typed(name, type, value));
  }

  private Filter make(Path path, ValueNode value) {
    return switch (this) {
      case EQ -> Filter.eq(path, value);
      case NE -> Filter.ne(path, value);
      case CO -> Filter.co(path, value);
      case SW -> Filter.sw(path, value);
      case EW -> Filter.ew(path, value);
      case GT -> Filter.gt(path, value);
      case GE -> Filter.ge(path, value);
      case LT -> Filter.lt(path, value);
      case LE -> Filter.le(path, value);
      case PR -> Filter.pr(path);
    };
  }

  private static void checkReadable(AttributeName name) {
    if ("password".equals(name.attribute()) && name.type() != null && !name.type().isFree()) {
      throw ScimError.invalidFilter("password is not kept, so no filter can ask for it.");
    }
  }

  /** RFC 7643, 2.5: null and absent are the same. */
  private Filter absence(AttributeName name) {
    return switch (this) {
      case EQ -> Filter.not(Filter.pr(name.path()));
      case NE -> Filter.pr(name.path());
      default -> throw mistyped(name, "null can only be compared by eq and ne");
    };
  }

  private ValueNode typed(AttributeName name, @Nullable AttributeType type, ValueNode value) {
    AttributeType.Kind kind = type == null ? AttributeType.Kind.FREE : type.kind();
    return switch (kind) {
      case BOOLEAN -> flag(name, value);
      case TIME -> time(name, value);
      case FREE -> free(name, value);
      default -> text(name, value);
    };
  }

  private ValueNode flag(AttributeName name, ValueNode value) {
    if (!isEquality()) {
      throw mistyped(name, "it is true or false, and can only be compared by eq and ne");
    }
    if (value.isBoolean()) {
      return value;
    }
    if (value.isTextual() && value.textValue().equalsIgnoreCase("true")) {
      return BooleanNode.TRUE;
    }
    if (value.isTextual() && value.textValue().equalsIgnoreCase("false")) {
      return BooleanNode.FALSE;
    }
    throw mistyped(name, "it must be compared with true or false, was " + shown(value));
  }

  private ValueNode time(AttributeName name, ValueNode value) {
    if (!isOfParts() && value.isTextual()) {
      try {
        OffsetDateTime time = OffsetDateTime.parse(value.textValue());
        int year = time.withOffsetSameInstant(ZoneOffset.UTC).getYear();
        if (year >= 1 && year <= YEAR_MAX) {
          return TextNode.valueOf(time.toInstant().toString());
        }
      } catch (DateTimeException e) {
        // It is said below.
      }
    }
    throw mistyped(
        name,
        "it must be compared with a time such as \"2026-01-31T12:00:00Z\", and not in parts, was "
            + shown(value));
  }

  private ValueNode text(AttributeName name, ValueNode value) {
    if (value.isTextual()) {
      return value;
    }
    if (value.isNumber()) {
      return TextNode.valueOf(value.asText());
    }
    throw mistyped(name, "it must be compared with a text, was " + shown(value));
  }

  private ValueNode free(AttributeName name, ValueNode value) {
    if (value.isTextual() || isEquality()) {
      return value;
    }
    throw mistyped(name, "only texts can be compared so, was " + shown(value));
  }

  private static String shown(ValueNode value) {
    return value.isTextual() ? ApiError.quote(value.textValue()) : value.asText();
  }

  private ScimError mistyped(AttributeName name, String expected) {
    return ScimError.invalidFilter(
        "The filter can't compare "
            + name
            + " by "
            + AttributeType.lower(name())
            + ": "
            + expected
            + ".");
  }

  /** Reads back the time of a condition. */
  static Instant instant(ValueNode value) {
    return Instant.parse(value.textValue());
  }
}
