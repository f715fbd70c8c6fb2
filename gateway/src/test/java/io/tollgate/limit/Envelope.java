package io.tollgate.limit;

import io.tollgate.plan.Limit;

/**
 * What a limit promises: in any span of time no more passes than the burst and what comes back in
 * it. A level that rises by each unit and falls at the rate stays below the burst if, and only if,
 * that is so.
 */
final class Envelope {
  private final double perNano;
  private double level;
  private double highest;
  private long lastNanos;
  private long passed;

  Envelope(Limit limit) {
    perNano = limit.units() / (limit.windowSeconds() * 1e9);
  }

  void pass(long units, long nowNanos) {
    level = Math.max(0, level - (nowNanos - lastNanos) * perNano) + units;
    lastNanos = nowNanos;
    highest = Math.max(highest, level);
    passed += units;
  }

  /** Returns the burst that would have allowed all that passed. */
  double highest() {
    return highest;
  }

  long passed() {
    return passed;
  }
}
