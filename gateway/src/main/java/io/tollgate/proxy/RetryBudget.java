package io.tollgate.proxy;

import java.time.Duration;

/**
 * How many further tries an upstream's requests may have: a share of the requests, so that an
 * upstream which fails is not asked several times as much as one that works.
 *
 * <p>Confined to the event loop that owns it.
 */
final class RetryBudget {
  /** Where there are few requests, a share of them would be none. */
  static final int PER_SECOND_MIN = 10;

  /** No more than these may be saved up. */
  static final int SAVED_MAX = 100;

  private static final int PERCENT = 100;
  private static final long NANOS_EACH = Duration.ofSeconds(1).toNanos() / PER_SECOND_MIN;

  private final int percent;

  /** In hundredths of a try. */
  private int saved;

  private long savedNanos;

  RetryBudget(int percent, long nowNanos) {
    this.percent = percent;
    saved = PER_SECOND_MIN * PERCENT;
    savedNanos = nowNanos;
  }

  /** A request came. */
  void save() {
    saved = Math.min(saved + percent, SAVED_MAX * PERCENT);
  }

  /** Takes a further try, if there is one left. */
  boolean take(long nowNanos) {
    if (percent == 0) {
      return false;
    }
    long more = (nowNanos - savedNanos) / NANOS_EACH;
    if (more > 0) {
      saved = (int) Math.min(saved + more * PERCENT, SAVED_MAX * PERCENT);
      savedNanos += more * NANOS_EACH;
    }
    if (saved < PERCENT) {
      return false;
    }
    saved -= PERCENT;
    return true;
  }
}
