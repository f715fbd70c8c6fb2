package io.tollgate.limit;

/**
 * What the limiter says to one request. Immutable.
 *
 * @param waitNanos 0 if it may pass, else how long to wait; a place was taken only if it may
 * @param remaining how many more would pass now, one after the other
 * @param fullInNanos when the whole burst is in hand again
 */
public record Admission(long waitNanos, long remaining, long fullInNanos) {
  static final Admission UNLIMITED = new Admission(0, Long.MAX_VALUE, 0);

  public boolean passes() {
    return waitNanos == 0;
  }

  /** Returns the whole seconds to wait. */
  public long waitSeconds() {
    return Seconds.roundedUp(waitNanos);
  }

  /** Returns the whole seconds until the burst is in hand again. */
  public long fullInSeconds() {
    return Seconds.roundedUp(fullInNanos);
  }
}
