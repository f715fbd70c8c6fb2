package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.node.ValueNode;
import java.math.BigDecimal;
import java.time.ZoneOffset;
import org.jspecify.annotations.Nullable;

/**
 * Where the database has what a filter asks for. Immutable.
 *
 * @param expression one value, or null where there is none
 * @param among the rows that the value may be in, as a query that a condition can be added to; null
 *     where it is in the resource's own row
 */
record SqlField(String expression, Nature nature, @Nullable String among) {
  enum Nature {
    /** Text without case: what is asked for is folded, too. */
    FOLDED,
    EXACT,
    FLAG,
    TIME
  }

  private static final String UNLESS = "nullif(";
  private static final String EMPTY = ", '')";

  static SqlField own(String expression, Nature nature) {
    return new SqlField(expression, nature, null);
  }

  /** Returns what stands in a column that is empty where there is none. */
  static SqlField unlessEmpty(String column, Nature nature) {
    return own(UNLESS + column + EMPTY, nature);
  }

  String presence() {
    return exists(expression + " IS NOT NULL");
  }

  /** Returns the condition, which is null at times where it is not true. */
  String compare(Comparison comparison, ValueNode value, SqlValues values) {
    if (comparison == Comparison.NE) {
      return among == null
          ? expression + " IS DISTINCT FROM " + values.add(typed(value))
          : "NOT " + exists(expression + " = " + values.add(typed(value)));
    }
    return exists(
        switch (comparison) {
          case EQ -> equal(typed(value), values);
          case CO -> like("%" + escaped(value) + "%", values);
          case SW -> like(escaped(value) + "%", values);
          case EW -> like("%" + escaped(value), values);
          case GT -> ordered(">", value, values);
          case GE -> ordered(">=", value, values);
          case LT -> ordered("<", value, values);
          case LE -> ordered("<=", value, values);
          default -> throw new IllegalArgumentException("compares with nothing: " + comparison);
        });
  }

  /** An index knows the column itself, which equals no text but the one that is not empty. */
  private String equal(Object value, SqlValues values) {
    boolean bare = !"".equals(value) && expression.startsWith(UNLESS);
    String column =
        bare
            ? expression.substring(UNLESS.length(), expression.length() - EMPTY.length())
            : expression;
    return column + " = " + values.add(value);
  }

  private String exists(String condition) {
    return among == null ? condition : "EXISTS (" + among + " AND " + condition + ")";
  }

  private String like(String pattern, SqlValues values) {
    return expression + " LIKE " + values.add(pattern) + " ESCAPE '\\'";
  }

  private String ordered(String operator, ValueNode value, SqlValues values) {
    String collated = nature == Nature.TIME ? expression : expression + " COLLATE \"C\"";
    return collated + " " + operator + " " + values.add(typed(value));
  }

  private Object typed(ValueNode value) {
    return switch (nature) {
      case FOLDED -> Folding.key(text(value));
      case EXACT -> text(value);
      case FLAG -> value.booleanValue();
      case TIME -> Comparison.instant(value).atOffset(ZoneOffset.UTC);
    };
  }

  private String escaped(ValueNode value) {
    String text = nature == Nature.FOLDED ? Folding.fold(text(value)) : text(value);
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_");
  }

  /** Returns a value as rows of values spell it. */
  static String text(ValueNode value) {
    if (!value.isNumber()) {
      return value.asText();
    }
    BigDecimal number = value.decimalValue();
    return number.signum() == 0 ? "0" : number.stripTrailingZeros().toPlainString();
  }
}
