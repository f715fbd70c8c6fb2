package io.tollgate.management.scim;

import com.fasterxml.jackson.databind.node.ValueNode;
import com.unboundid.scim2.common.Path;
import com.unboundid.scim2.common.filters.Filter;
import java.util.List;
import java.util.Objects;

/** What a filter has, of which the library says that it may have none: each kind has its own. */
final class FilterNode {
  private FilterNode() {}

  /** Returns what a condition asks for. */
  static Path path(Filter filter) {
    return Objects.requireNonNull(filter.getAttributePath());
  }

  /** Returns what a condition compares with. */
  static ValueNode value(Filter filter) {
    return Objects.requireNonNull(filter.getComparisonValue());
  }

  /** Returns what stands between {@code and}s or {@code or}s. */
  static List<Filter> parts(Filter filter) {
    return Objects.requireNonNull(filter.getCombinedFilters());
  }

  /** Returns what stands behind {@code not}. */
  static Filter inverted(Filter filter) {
    return Objects.requireNonNull(filter.getInvertedFilter());
  }

  /** Returns what stands between brackets. */
  static Filter bracketed(Filter filter) {
    return Objects.requireNonNull(filter.getValueFilter());
  }
}
