package io.tollgate.attack;

/** A header or trailer field, its value without the white space around it. */
record Field(String name, String value) {
  boolean is(String other) {
    return name.equalsIgnoreCase(other);
  }
}
