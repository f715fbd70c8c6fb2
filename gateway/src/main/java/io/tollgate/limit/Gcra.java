package io.tollgate.limit;

/**
 * The generic cell rate algorithm (ITU-T I.371, annex A) for one key: a rate with a burst, kept in
 * one number, the time at which the next request would come if all came evenly.
 *
 * <p>Times are of the monotonic clock and are compared by difference, as it may be negative and
 * wrap. Safe for all threads.
 */
final class Gcra {
  private long theoreticalArrivalNanos;

  /** Starts with the whole burst in hand. */
  Gcra(long nowNanos) {
    theoreticalArrivalNanos = nowNanos;
  }

  /**
   * Takes a place if the request conforms.
   *
   * @return 0, or the nanoseconds to wait, having taken nothing
   */
  synchronized long admit(RateLimit limit, long nowNanos) {
    long aheadNanos = Math.max(0, theoreticalArrivalNanos - nowNanos);
    long waitNanos = aheadNanos - limit.toleranceNanos();
    if (waitNanos > 0) {
      return waitNanos;
    }
    theoreticalArrivalNanos = nowNanos + aheadNanos + limit.emissionIntervalNanos();
    return 0;
  }

  /** Returns how many requests would conform now, one after the other. */
  synchronized long remaining(RateLimit limit, long nowNanos) {
    long aheadNanos = Math.max(0, theoreticalArrivalNanos - nowNanos);
    long freeNanos = limit.toleranceNanos() + limit.emissionIntervalNanos() - aheadNanos;
    return Math.max(0, freeNanos / limit.emissionIntervalNanos());
  }

  /** Returns the nanoseconds until the whole burst is in hand again. */
  synchronized long fullInNanos(long nowNanos) {
    return Math.max(0, theoreticalArrivalNanos - nowNanos);
  }
}
