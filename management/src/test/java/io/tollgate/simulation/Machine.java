package io.tollgate.simulation;

import io.tollgate.ring.Clocks;

/**
 * A machine's two clocks. Both run a little too fast or too slow; the monotonic one stands still
 * while the machine is suspended, the wall clock is set back or forth now and then.
 */
final class Machine implements Clocks {
  /** Two machines together stay within the margin that a revocation adds to the bound. */
  private static final double DRIFT_MAX = 0.02;

  private static final long DAY_ONE_MILLIS = 1_700_000_000_000L;

  private final Scheduler scheduler;
  private final double rate;
  private final double wallRate;
  private final long originNanos;
  private long wallOffsetMillis;
  private long stoodStillNanos;
  private long standsStillSince = -1;
  private final boolean mayBeSuspended;

  Machine(Scheduler scheduler) {
    this.scheduler = scheduler;
    rate = 1 + scheduler.random.nextDouble(-DRIFT_MAX, DRIFT_MAX);
    wallRate = 1 + scheduler.random.nextDouble(-DRIFT_MAX, DRIFT_MAX);
    mayBeSuspended = scheduler.random.nextBoolean();
    originNanos = scheduler.random.nextLong();
    wallOffsetMillis = DAY_ONE_MILLIS + scheduler.random.nextLong(1_000);
  }

  @Override
  public long nanos() {
    return originNanos + (long) ((scheduler.nanos() - stoodStillNanos) * rate);
  }

  @Override
  public long millis() {
    return wallOffsetMillis + (long) (scheduler.nanos() * wallRate / Scheduler.MILLI);
  }

  /** Returns how long a span of the monotonic clock really is. */
  long trueNanos(long nanos) {
    return (long) (nanos / rate);
  }

  /** Returns how long a span of any machine's monotonic clock may really be. */
  static long longest(long nanos) {
    return (long) (nanos / (1 - DRIFT_MAX));
  }

  void jump(long millis) {
    wallOffsetMillis += millis;
  }

  /**
   * Returns whether it is one of those that are suspended, and whose wall clock is never set back:
   * where both happen at once both clocks stand still, and nothing is promised.
   */
  boolean mayBeSuspended() {
    return mayBeSuspended;
  }

  /** It is suspended. */
  void standsStill() {
    standsStillSince = scheduler.nanos();
  }

  /** It goes on, if it was suspended. */
  void goesOn() {
    if (standsStillSince >= 0) {
      stoodStillNanos += scheduler.nanos() - standsStillSince;
      standsStillSince = -1;
    }
  }
}
