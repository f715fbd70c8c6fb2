package io.tollgate.ring;

import org.jspecify.annotations.Nullable;

/**
 * Tells whether the ring may answer: while the newest confirmation that it holds nothing untrue was
 * asked for less than the bound ago.
 *
 * <p>One thread confirms; reading is safe for all threads and allocates nothing. The order makes it
 * right: whoever confirms has removed from the ring before, whoever reads asks the fence first and
 * the ring after. So a reader that sees a confirmation sees all removals before it.
 */
final class Fence {
  private final long boundNanos;
  // Volatile: written after the ring's removals (release), read before the ring (acquire).
  private volatile @Nullable Moment confirmed;

  Fence(long boundNanos) {
    this.boundNanos = boundNanos;
  }

  long boundNanos() {
    return boundNanos;
  }

  /** Returns whether it stood at a moment, which must have been read before. */
  boolean stands(long nanos, long millis) {
    Moment newest = confirmed;
    return newest != null && newest.isWithin(boundNanos, nanos, millis);
  }

  /** Returns the newest confirmation if the fence stands at a moment, else null. */
  @Nullable Moment confirmedWithin(Moment now) {
    Moment newest = confirmed;
    return newest != null && newest.isWithin(boundNanos, now) ? newest : null;
  }

  boolean stands(Moment now) {
    return stands(now.nanos(), now.millis());
  }

  /** Takes a confirmation whose question was sent at that moment. */
  void confirm(Moment sent) {
    Moment newest = confirmed;
    if (newest == null || newest.isBefore(sent)) {
      confirmed = sent;
    }
  }

  /** Returns how old the newest confirmation is, in nanoseconds; -1 if there was none yet. */
  long ageNanos(long nanos) {
    Moment newest = confirmed;
    return newest == null ? -1 : nanos - newest.nanos();
  }
}
