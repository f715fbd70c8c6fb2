package io.tollgate.management.object;

import io.tollgate.management.key.Texts;
import io.tollgate.management.wire.RequestParameters;
import java.util.Set;

/**
 * Which part of a list is wanted, and in which order. Immutable.
 *
 * @param query what is searched for; empty is all
 * @param column one that the list may be ordered by
 */
public record Page(String query, String column, boolean ascending, int limit, int offset) {
  private static final int LIMIT_DEFAULT = 10;
  private static final int LIMIT_MAX = 500;
  private static final int OFFSET_MAX = 1_000_000;

  public static Page parse(RequestParameters parameters, Set<String> columns) {
    String order = parameters.or("order_by", "-created_at");
    // A plus that was not encoded arrives as a space.
    boolean isSigned = !order.isEmpty() && "+- ".indexOf(order.charAt(0)) >= 0;
    String column = isSigned ? order.substring(1) : order;
    if (!columns.contains(column)) {
      throw Texts.format(
          "order_by",
          order,
          "one of "
              + String.join(", ", columns.stream().sorted().toList())
              + ", with + or - before it for the direction");
    }
    return new Page(
        parameters.or("query", ""),
        column,
        !order.startsWith("-"),
        parameters.integer("limit", LIMIT_DEFAULT, 1, LIMIT_MAX),
        parameters.integer("offset", 0, 0, OFFSET_MAX));
  }

  /** Returns the longest part that there may be, from the beginning. */
  public Page longest() {
    return new Page(query, column, ascending, LIMIT_MAX, 0);
  }
}
