package io.tollgate.management.scim;

import java.util.List;

/**
 * A part of a statement, with its values apart. Immutable.
 *
 * @param text names them by their numbers, and none of them stands in it
 * @param parameters in the order of their numbers
 */
public record SqlCondition(String text, List<Object> parameters) {
  public SqlCondition {
    parameters = List.copyOf(parameters);
  }
}
