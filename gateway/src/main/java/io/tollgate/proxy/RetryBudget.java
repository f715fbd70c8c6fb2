package io.tollgate.proxy;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How many further tries an upstream's requests may have: a share of the requests, so that an
 * upstream which fails is not asked several times as much as one that works.
 *
 * <p>Confined to the event loop that owns it, but for {@link #left}.
 */
final class RetryBudget {
  /** Where there are few requests, a share of them would be none. */
  static final int PER_SECOND_MIN = 10;

  /** No more than these may be saved up. */
  static final int SAVED_MAX = 100;

  private static final int PERCENT = 100;
  private static final long NANOS_EACH = Duration.ofSeconds(1).toNanos() / PER_SECOND_MIN;

  private final int percent;

  /** In hundredths of a try; others may read it, and none but the owner writes. */
  private final AtomicInteger saved = new AtomicInteger(PER_SECOND_MIN * PERCENT);

  private volatile long savedNanos;

  RetryBudget(int percent, long nowNanos) {
    this.percent = percent;
    savedNanos = nowNanos;
  }

  /** Returns how many tries there are at first. */
  static int begun(int percent) {
    return percent == 0 ? 0 : PER_SECOND_MIN;
  }

  /** A request came. */
  void save() {
    set((long) saved.getPlain() + percent);
  }

  private void set(long hundredths) {
    saved.lazySet((int) Math.min(hundredths, SAVED_MAX * PERCENT));
  }

  /** Takes a further try, if there is one left. */
  boolean take(long nowNanos) {
    if (percent == 0) {
      return false;
    }
    long sinceNanos = savedNanos;
    long more = (nowNanos - sinceNanos) / NANOS_EACH;
    if (more > 0) {
      set(saved.getPlain() + more * PERCENT);
      savedNanos = sinceNanos + more * NANOS_EACH;
    }
    if (saved.getPlain() < PERCENT) {
      return false;
    }
    set((long) saved.getPlain() - PERCENT);
    return true;
  }

  /** Returns how many tries are left, whoever asks. */
  int left(long nowNanos) {
    long more = Math.max(0, nowNanos - savedNanos) / NANOS_EACH;
    return percent == 0 ? 0 : (int) Math.min(saved.get() / PERCENT + more, SAVED_MAX);
  }
}
