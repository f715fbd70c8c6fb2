package io.tollgate.management.rating;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Objects;

/**
 * The same prices in the slowest and plainest way: each unit is looked up by itself, and what it
 * costs is a fraction of whole numbers, which knows no decimals and no rounding.
 */
final class UnitByUnit {
  /** A number as a fraction, in lowest terms. */
  record Fraction(BigInteger top, BigInteger bottom) {
    static final Fraction ZERO = new Fraction(BigInteger.ZERO, BigInteger.ONE);

    Fraction {
      BigInteger common = top.gcd(bottom);
      top = top.divide(common);
      bottom = bottom.divide(common);
    }

    Fraction plus(Fraction other) {
      return new Fraction(
          top.multiply(other.bottom).add(other.top.multiply(bottom)),
          bottom.multiply(other.bottom));
    }

    boolean isSame(BigDecimal decimal) {
      BigInteger scaled = decimal.unscaledValue();
      return decimal.scale() > 0
          ? top.multiply(BigInteger.TEN.pow(decimal.scale())).equals(scaled.multiply(bottom))
          : top.equals(scaled.multiply(BigInteger.TEN.pow(-decimal.scale())).multiply(bottom));
    }
  }

  private UnitByUnit() {}

  static Fraction price(UnitPrice price, int units) {
    Fraction sum = Fraction.ZERO;
    for (int unit = 1; unit <= units; unit++) {
      sum = sum.plus(priceOfOne(price, unit));
    }
    return sum;
  }

  private static Fraction priceOfOne(UnitPrice price, int unit) {
    long block = (unit - 1) / price.blockSize() + 1;
    for (Tier tier : price.tiers()) {
      if (tier.endsAfterBlock() == null || block <= Objects.requireNonNull(tier.endsAfterBlock())) {
        BigInteger size = BigInteger.valueOf(price.blockSize());
        int scale = Math.max(0, tier.feePerBlock().scale());
        return new Fraction(
            tier.feePerBlock().movePointRight(scale).toBigIntegerExact(),
            size.multiply(BigInteger.TEN.pow(scale)));
      }
    }
    throw new AssertionError("the last tier has no end");
  }
}
