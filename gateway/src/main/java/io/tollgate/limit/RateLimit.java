package io.tollgate.limit;

import java.util.concurrent.TimeUnit;

/**
 * A rate with a burst, in the form that {@link Gcra} computes with.
 *
 * @param emissionIntervalNanos the time between two requests at the steady rate; rounded down, so 7
 *     a second is a hair generous
 * @param toleranceNanos how far ahead of the steady rate a key may run
 */
record RateLimit(long emissionIntervalNanos, long toleranceNanos, int burst) {

  static RateLimit of(int requestsPerSecond, int burst) {
    long interval = TimeUnit.SECONDS.toNanos(1) / requestsPerSecond;
    return new RateLimit(interval, interval * (burst - 1), burst);
  }

  /** Returns the seconds in which a whole burst comes back, at least 1. */
  long windowSeconds() {
    return Math.max(1, Seconds.roundedUp(emissionIntervalNanos * burst));
  }
}
