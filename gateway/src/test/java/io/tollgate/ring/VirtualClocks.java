package io.tollgate.ring;

import java.time.Duration;

/** Clocks that a test moves. */
public final class VirtualClocks implements Clocks {
  private long nanos = -1_000_000_000L;
  private long millis = 1_800_000_000_000L;

  @Override
  public long nanos() {
    return nanos;
  }

  @Override
  public long millis() {
    return millis;
  }

  public void advance(Duration time) {
    nanos += time.toNanos();
    millis += time.toMillis();
  }

  /** Stops the monotonic clock for a while, as a suspended machine does. */
  void suspend(Duration time) {
    millis += time.toMillis();
  }
}
