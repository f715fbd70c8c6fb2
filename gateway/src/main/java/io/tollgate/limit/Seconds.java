package io.tollgate.limit;

/** Whole seconds, as {@code Retry-After} and {@code RateLimit} speak. */
final class Seconds {
  private static final long MICROS = 1_000_000;

  private Seconds() {}

  static long roundedUp(long micros) {
    return Math.ceilDiv(micros, MICROS);
  }
}
