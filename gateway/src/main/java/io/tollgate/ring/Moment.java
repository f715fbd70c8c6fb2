package io.tollgate.ring;

/**
 * A moment by both clocks of this machine. The monotonic one stands still while the machine is
 * suspended, the wall clock may be set back: what is bounded in time is so by both, and ends with
 * whichever says so first.
 *
 * @param nanos of the monotonic clock
 * @param millis of the wall clock
 */
public record Moment(long nanos, long millis) {
  private static final long NANOS_PER_MILLI = 1_000_000;

  /** Returns whether less than the bound has passed from this moment to the other one. */
  boolean isWithin(long boundNanos, long laterNanos, long laterMillis) {
    // By difference: the monotonic clock has no fixed origin and may be negative.
    return laterNanos - nanos < boundNanos && (laterMillis - millis) * NANOS_PER_MILLI < boundNanos;
  }

  boolean isWithin(long boundNanos, Moment later) {
    return isWithin(boundNanos, later.nanos, later.millis);
  }

  boolean isBefore(Moment other) {
    return nanos - other.nanos < 0;
  }
}
