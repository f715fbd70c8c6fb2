package io.tollgate.management.billing;

/**
 * How amounts are called and written, as a version of a plan says: what a Java platform knows of
 * currencies changes with its version, and the bytes of a statement must not. Immutable.
 *
 * @param code such as {@code USD}
 * @param digits how many decimals an amount is written with
 * @param symbol such as {@code $}
 */
record Currency(String code, int digits, String symbol) implements Comparable<Currency> {
  /** What a statement without a price is in. */
  static final Currency DEFAULT = new Currency("USD", 2, "$");

  @Override
  public int compareTo(Currency other) {
    return code.compareTo(other.code);
  }
}
