package io.tollgate.limit;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Units that Redis has debited and that this gateway may use for a while; what is left then is
 * void. Safe for all threads.
 */
final class Lease {
  static final Lease NONE = new Lease(0, 0);

  private static final VarHandle LEFT = left();

  private final long granted;
  private final long endNanos;

  @SuppressWarnings("FieldMayBeFinal") // written by the handle
  private volatile long left;

  /** How many of it were used when its use was last measured; of the trips' context. */
  private long measured;

  /** How many are on their way to it; of the trips' context. */
  private long expected;

  Lease(long units, long endNanos) {
    this(units, units, endNanos);
  }

  /** Makes one of so many units at most, of which so many are there. */
  Lease(long most, long units, long endNanos) {
    granted = most;
    left = units;
    this.endNanos = endNanos;
  }

  private static VarHandle left() {
    try {
      return MethodHandles.lookup().findVarHandle(Lease.class, "left", long.class);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  boolean has(long units, long nowNanos) {
    return left >= units && endNanos - nowNanos > 0;
  }

  boolean take(long units, long nowNanos) {
    long present = left;
    while (present >= units && endNanos - nowNanos > 0) {
      if (LEFT.compareAndSet(this, present, present - units)) {
        return true;
      }
      present = left;
    }
    return false;
  }

  /**
   * Gives back what was taken from it and not used; it ends no later, nor grows, for that. On the
   * trips' context alone, as the two that follow.
   */
  void giveBack(long units) {
    long most = granted - expected;
    long present = left;
    while (!LEFT.compareAndSet(this, present, Math.min(most, present + units))) {
      present = left;
    }
  }

  /** Keeps room for units that are on their way: what is given back meanwhile must not take it. */
  void expect(long units) {
    expected = units;
  }

  /** Takes units that were expected, or as many of them as have come. */
  void arrive(long units) {
    expected = 0;
    giveBack(units);
  }

  /** Takes all that is left. */
  long drain() {
    return (long) LEFT.getAndSet(this, 0L);
  }

  long left(long nowNanos) {
    return endNanos - nowNanos > 0 ? left : 0;
  }

  /** Returns how many were used since this was asked last; on the trips' context alone. */
  long usedSinceMeasured() {
    long used = granted - left;
    long more = used - measured;
    measured = used;
    return more;
  }
}
