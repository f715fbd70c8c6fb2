package io.tollgate.limit;

import org.jspecify.annotations.Nullable;

/**
 * The generic cell rate algorithm (ITU-T I.371, annex A) for one key: a rate with a burst, kept in
 * one number, the time at which the next request would come if all came evenly.
 *
 * <p>Times are of the monotonic clock and are compared by difference, as it may be negative and
 * wrap. Safe for all threads.
 */
final class Gcra {
  private long theoreticalArrivalNanos;
  private boolean retired;

  /** Starts with the whole burst in hand. */
  Gcra(long nowNanos) {
    theoreticalArrivalNanos = nowNanos;
  }

  /**
   * Takes a place if the request conforms.
   *
   * @return null if this state was retired meanwhile, so that another counts
   */
  synchronized @Nullable Admission admit(RateLimit limit, long nowNanos) {
    if (retired) {
      return null;
    }
    long aheadNanos = Math.max(0, theoreticalArrivalNanos - nowNanos);
    long waitNanos = Math.max(0, aheadNanos - limit.toleranceNanos());
    if (waitNanos == 0) {
      aheadNanos += limit.emissionIntervalNanos();
      theoreticalArrivalNanos = nowNanos + aheadNanos;
    }
    long freeNanos = limit.toleranceNanos() + limit.emissionIntervalNanos() - aheadNanos;
    long remaining = Math.max(0, freeNanos / limit.emissionIntervalNanos());
    return new Admission(waitNanos, remaining, aheadNanos);
  }

  /** Retires the state, if the key has its whole burst in hand: it loses nothing by that. */
  synchronized boolean retireIfFull(long nowNanos) {
    retired = theoreticalArrivalNanos - nowNanos <= 0;
    return retired;
  }
}
