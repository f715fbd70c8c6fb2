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
 * @param guard true where there is a value in that row; null where there always is, or null says it
 */
record SqlField(String expression, Nature nature, @Nullable String among, @Nullable String guard) {
  enum Nature {
    /** Text without case: what is asked for is folded, too. */
    FOLDED,
    EXACT,
    FLAG,
    TIME
  }

  static SqlField own(String expression, Nature nature) {
    return new SqlField(expression, nature, null, null);
  }

  SqlField among(String rows) {
    return new SqlField(expression, nature, rows, guard);
  }

  SqlField guarded(String condition) {
    return new SqlField(expression, nature, among, condition);
  }

  String presence() {
    return exists(expression + " IS NOT NULL");
  }

  /** Returns the condition, which is null at times where it is not true. */
  String compare(Comparison comparison, ValueNode value, SqlValues values) {
    if (comparison == Comparison.NE) {
      return among == null && guard == null
          ? expression + " IS DISTINCT FROM " + values.add(typed(value))
          : "NOT " + exists(expression + " = " + values.add(typed(value)));
    }
    return exists(
        switch (comparison) {
          case EQ -> expression + " = " + values.add(typed(value));
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

  private String exists(String condition) {
    String guarded = guard == null ? condition : "(" + guard + " AND " + condition + ")";
    return among == null ? guarded : "EXISTS (" + among + " AND " + guarded + ")";
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
