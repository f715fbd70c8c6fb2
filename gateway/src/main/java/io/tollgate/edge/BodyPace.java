package io.tollgate.edge;

import java.time.Duration;
import java.util.concurrent.TimeUnit;

/** How fast a client sends a body; one that drips holds an upstream's connection for nothing. */
final class BodyPace {
  private final int bytesPerSecondMin;
  private final long graceNanos;
  private long bytes;
  private long sinceNanos;
  private long lastNanos;

  BodyPace(ClientBounds bounds) {
    this(bounds.bodyBytesPerSecondMin(), bounds.bodyGrace());
  }

  BodyPace(int bytesPerSecondMin, Duration grace) {
    this.bytesPerSecondMin = bytesPerSecondMin;
    graceNanos = grace.toNanos();
  }

  void begin(long nowNanos) {
    bytes = 0;
    sinceNanos = nowNanos;
    lastNanos = nowNanos;
  }

  void came(int more) {
    bytes += more;
  }

  /**
   * Returns whether too little has come.
   *
   * @param reading whether we read at all: the time in which the upstream takes nothing is not the
   *     client's
   */
  boolean isTooSlow(long nowNanos, boolean reading) {
    if (!reading) {
      sinceNanos += nowNanos - lastNanos;
    }
    lastNanos = nowNanos;
    long elapsed = nowNanos - sinceNanos;
    return elapsed > graceNanos
        && bytes < bytesPerSecondMin * TimeUnit.NANOSECONDS.toSeconds(elapsed);
  }
}
