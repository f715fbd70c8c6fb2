package io.tollgate.management.scim;

import java.util.ArrayList;
import java.util.List;

/** The values of a statement while it is made, each known there by its number only. */
final class SqlValues {
  private final int first;
  private final List<Object> values = new ArrayList<>();

  SqlValues(int first) {
    this.first = first;
  }

  /** Returns what stands for the value in the statement. */
  String add(Object value) {
    values.add(value);
    return "$" + (first + values.size() - 1);
  }

  SqlCondition with(String text) {
    return new SqlCondition(text, values);
  }
}
