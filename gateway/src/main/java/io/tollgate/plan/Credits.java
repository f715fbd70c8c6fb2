package io.tollgate.plan;

import org.jspecify.annotations.Nullable;

/**
 * Says that each request draws on the credits of its subject, and is refused where there are none.
 * Immutable.
 *
 * @param meter what counts, as of a {@link Quota}
 * @param refill up to how many the credits are filled up when a period begins; 0 for never
 * @param period how often, null where they are not refilled
 */
public record Credits(Meter meter, long refill, @Nullable Period period) {
  /**
   * Checks the credits.
   *
   * @throws IllegalArgumentException that names the member, its value and what was expected
   */
  public Credits {
    Quota.checkMeter(meter);
    if (refill < 0 || refill > Quota.UNITS_MAX) {
      throw new IllegalArgumentException(
          "refill must be a whole number from 0 to " + Quota.UNITS_MAX + ", was " + refill);
    }
    if ((refill > 0) != (period != null)) {
      throw new IllegalArgumentException("refill and period must come together, or neither");
    }
  }
}
