package io.tollgate.management.rating;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.math.RoundingMode;

/** How exact amounts are spelled and rounded, the same everywhere. */
public final class Amounts {
  private Amounts() {}

  /**
   * Returns the one spelling of an amount: without exponent, and no zero behind that says naught.
   */
  public static String text(BigDecimal amount) {
    return amount.signum() == 0 ? "0" : amount.stripTrailingZeros().toPlainString();
  }

  /** Rounds to whole ones, half up: what is done once, to a total. */
  public static BigInteger whole(BigDecimal amount) {
    return amount.setScale(0, RoundingMode.HALF_UP).toBigInteger();
  }
}
