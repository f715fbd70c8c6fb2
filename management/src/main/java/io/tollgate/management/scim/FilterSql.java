package io.tollgate.management.scim;

import com.unboundid.scim2.common.Path;
import com.unboundid.scim2.common.filters.Filter;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A filter in the words of the database, so that it reads only what is found.
 *
 * <p>Each value is a parameter. What no schema knows is in no row, and so compares as absent does.
 */
public final class FilterSql {
  private final ResourceKind kind;
  private final SqlValues values;
  private final SqlFields fields;

  private FilterSql(ResourceKind kind, SqlValues values) {
    this.kind = kind;
    this.values = values;
    this.fields = SqlFields.of(kind, values);
  }

  /**
   * Returns the condition that is true of what a filter matches; of all else it is false or null.
   *
   * @param filter of {@link Filters#parse}
   * @param kind users have the alias {@code u} in it ({@code tollgate.scim_user}), groups {@code g}
   * @param firstParameter the number of the first parameter in the text
   */
  public static SqlCondition of(Filter filter, ResourceKind kind, int firstParameter) {
    var values = new SqlValues(firstParameter);
    return values.with(new FilterSql(kind, values).condition(filter, null));
  }

  /**
   * Returns the condition of a filter.
   *
   * @param elements whose parts the names are; null where they are the resource's own
   */
  private String condition(Filter filter, SqlFields.@Nullable Elements elements) {
    return switch (filter.getFilterType()) {
      case AND -> joined(" AND ", FilterNode.parts(filter), elements);
      case OR -> joined(" OR ", FilterNode.parts(filter), elements);
      case NOT -> "NOT COALESCE(" + condition(FilterNode.inverted(filter), elements) + ", FALSE)";
      case COMPLEX_VALUE -> among(filter);
      case PRESENT -> presence(FilterNode.path(filter), elements);
      case EQUAL -> compared(Comparison.EQ, filter, elements);
      case NOT_EQUAL -> compared(Comparison.NE, filter, elements);
      case CONTAINS -> compared(Comparison.CO, filter, elements);
      case STARTS_WITH -> compared(Comparison.SW, filter, elements);
      case ENDS_WITH -> compared(Comparison.EW, filter, elements);
      case GREATER_THAN -> compared(Comparison.GT, filter, elements);
      case GREATER_OR_EQUAL -> compared(Comparison.GE, filter, elements);
      case LESS_THAN -> compared(Comparison.LT, filter, elements);
      case LESS_OR_EQUAL -> compared(Comparison.LE, filter, elements);
    };
  }

  private String joined(
      String operator, List<Filter> filters, SqlFields.@Nullable Elements elements) {
    var text = new StringBuilder("(");
    for (Filter filter : filters) {
      text.append(text.length() == 1 ? "" : operator).append(condition(filter, elements));
    }
    return text.append(')').toString();
  }

  private String among(Filter filter) {
    SqlFields.@Nullable Elements elements =
        fields.elements(SqlFields.name(FilterNode.path(filter), kind));
    return elements == null
        ? "FALSE"
        : elements.having(condition(FilterNode.bracketed(filter), elements));
  }

  private String presence(Path path, SqlFields.@Nullable Elements elements) {
    if (elements == null) {
      return fields.presence(SqlFields.name(path, kind));
    }
    @Nullable SqlField field = elements.parts().apply(path.toString());
    return field == null ? "FALSE" : field.presence();
  }

  private String compared(
      Comparison comparison, Filter filter, SqlFields.@Nullable Elements elements) {
    Path path = FilterNode.path(filter);
    @Nullable SqlField field =
        elements == null
            ? fields.find(SqlFields.name(path, kind))
            : elements.parts().apply(path.toString());
    if (field == null) {
      return comparison == Comparison.NE ? "TRUE" : "FALSE";
    }
    return field.compare(comparison, FilterNode.value(filter), values);
  }
}
