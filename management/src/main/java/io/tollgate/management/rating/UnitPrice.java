package io.tollgate.management.rating;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the units of one meter cost, in graduated tiers: each unit costs what its tier says, so that
 * no unit more makes another one cheaper. Immutable.
 *
 * <p>Parts of a block are charged in proportion. All amounts are exact: a block's size has no other
 * factors than 2 and 5, so that every part of its fee is a decimal that ends.
 *
 * @param meter the name of what is counted
 * @param blockSize how many units the fee of a block is for
 * @param tiers in order, from block 1 on, without gap or overlap; the last has no end
 */
public record UnitPrice(String meter, long blockSize, List<Tier> tiers) {
  /**
   * Checks that the tiers fit together.
   *
   * @throws IllegalArgumentException that names the member, its value and what was expected
   */
  public UnitPrice {
    tiers = List.copyOf(tiers);
    if (!hasOnlyTwosAndFives(blockSize)) {
      throw new IllegalArgumentException(
          "block_size must be a whole number without other factors than 2 and 5, such as 1, 10 or"
              + " 1000, was "
              + blockSize);
    }
    long next = 1;
    for (int i = 0; i < tiers.size(); i++) {
      Tier tier = tiers.get(i);
      @Nullable Long end = tier.endsAfterBlock();
      if (tier.startsAtBlock() != next) {
        throw new IllegalArgumentException(
            "starts_at_block must be "
                + next
                + ", where the tier before it ends, was "
                + tier.startsAtBlock());
      }
      if ((end == null) != (i == tiers.size() - 1)) {
        throw new IllegalArgumentException("ends_after_block must be null in the last tier alone");
      }
      next = end == null ? next : Math.addExact(end, 1);
    }
    if (tiers.isEmpty()) {
      throw new IllegalArgumentException("tiers must name one at least");
    }
  }

  private static boolean hasOnlyTwosAndFives(long size) {
    long rest = size;
    for (int factor : new int[] {2, 5}) {
      while (rest > 1 && rest % factor == 0) {
        rest /= factor;
      }
    }
    return rest == 1;
  }

  /** Returns the price of so many units: one line for each tier that any of them fell into. */
  public List<RatedTier> rate(BigInteger units) {
    if (units.signum() < 0) {
      throw new IllegalArgumentException("units must be 0 or more, was " + units);
    }
    List<RatedTier> rated = new ArrayList<>();
    BigInteger size = BigInteger.valueOf(blockSize);
    for (Tier tier : tiers) {
      BigInteger before = BigInteger.valueOf(tier.startsAtBlock() - 1).multiply(size);
      @Nullable Long end = tier.endsAfterBlock();
      @Nullable BigInteger last = end == null ? null : BigInteger.valueOf(end).multiply(size);
      BigInteger within = (last == null ? units : units.min(last)).subtract(before);
      if (within.signum() <= 0) {
        break;
      }
      rated.add(
          new RatedTier(
              before.add(BigInteger.ONE),
              last,
              within,
              tier.feePerBlock(),
              amount(within, tier.feePerBlock())));
    }
    return List.copyOf(rated);
  }

  /** Returns the exact price of so many units. */
  public BigDecimal amount(BigInteger units) {
    return rate(units).stream().map(RatedTier::amount).reduce(BigDecimal.ZERO, BigDecimal::add);
  }

  /** Divides without rounding, which an exception would tell of if it were not possible. */
  private BigDecimal amount(BigInteger units, BigDecimal fee) {
    return new BigDecimal(units).multiply(fee).divide(BigDecimal.valueOf(blockSize));
  }
}
