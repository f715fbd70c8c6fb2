package io.tollgate.limit;

import java.util.concurrent.TimeUnit;

/** Whole seconds, as {@code Retry-After} and {@code RateLimit} speak. */
final class Seconds {
  private static final long NANOS = TimeUnit.SECONDS.toNanos(1);

  private Seconds() {}

  static long roundedUp(long nanos) {
    return (nanos + NANOS - 1) / NANOS;
  }
}
