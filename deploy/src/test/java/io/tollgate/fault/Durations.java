package io.tollgate.fault;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.LongStream;

/** How long things took, in order. Immutable. */
final class Durations {
  private static final double NANOS_PER_MILLI = 1e6;

  private final long[] nanos;

  Durations(LongStream nanos) {
    this.nanos = nanos.toArray();
    Arrays.sort(this.nanos);
  }

  int count() {
    return nanos.length;
  }

  /** Returns what that share of them, in percent, does not exceed; 0 where there is none. */
  double millis(double percent) {
    if (nanos.length == 0) {
      return 0;
    }
    int rank = (int) Math.ceil(nanos.length * percent / 100) - 1;
    return nanos[Math.clamp(rank, 0, nanos.length - 1)] / NANOS_PER_MILLI;
  }

  double maxMillis() {
    return millis(100);
  }

  @Override
  public String toString() {
    return String.format(
        Locale.ROOT,
        "p50 %.1f ms, p99 %.1f ms, max %.1f ms of %d",
        millis(50),
        millis(99),
        maxMillis(),
        count());
  }
}
