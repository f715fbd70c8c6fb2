package io.tollgate.fault;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;

/** Tells the time of a run: nanoseconds since its start, never negative. Safe for all threads. */
final class Stopwatch {
  /** Later than everything that happens. */
  static final long NEVER = Long.MAX_VALUE;

  private final long originNanos = System.nanoTime();

  long now() {
    return System.nanoTime() - originNanos;
  }

  /** Returns when that moment has come. */
  void until(long nanos) {
    for (long left = nanos - now(); left > 0; left = nanos - now()) {
      LockSupport.parkNanos(left);
      if (Thread.interrupted()) {
        throw new IllegalStateException("interrupted while time passed");
      }
    }
  }

  void pass(Duration time) {
    until(now() + time.toNanos());
  }
}
