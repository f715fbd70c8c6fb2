package io.tollgate.management.rating;

import java.math.BigDecimal;
import org.jspecify.annotations.Nullable;

/**
 * What a block costs from one block on, up to another. Immutable.
 *
 * @param startsAtBlock the first of them; 1 is the first of all
 * @param endsAfterBlock the last of them, null for no end
 * @param feePerBlock in the currency's smallest unit; 0 is a free allocation
 */
public record Tier(long startsAtBlock, @Nullable Long endsAfterBlock, BigDecimal feePerBlock) {
  /** So many digits hold any price, and no text of a few characters names a number of gigabytes. */
  private static final int DIGITS_MAX = 30;

  /**
   * Checks the tier by itself.
   *
   * @throws IllegalArgumentException that names the member, its value and what was expected
   */
  public Tier {
    if (startsAtBlock < 1) {
      throw new IllegalArgumentException(
          "starts_at_block must be a whole number from 1 on, was " + startsAtBlock);
    }
    if (endsAfterBlock != null && endsAfterBlock < startsAtBlock) {
      throw new IllegalArgumentException(
          "ends_after_block must be "
              + startsAtBlock
              + " or more, where its tier starts, was "
              + endsAfterBlock);
    }
    if (feePerBlock.signum() < 0
        || feePerBlock.precision() > DIGITS_MAX
        || Math.abs(feePerBlock.scale()) > DIGITS_MAX) {
      throw new IllegalArgumentException(
          "fee_per_block must be a decimal from 0 on, of " + DIGITS_MAX + " digits at most");
    }
  }
}
