package io.tollgate.ring;

import io.tollgate.key.KeyDigest;

/**
 * What the ring keeps of one secret: its digest, and until when it may be believed. Immutable.
 *
 * <p>A class, not an interface, so that a grant carries these words itself: to read them from an
 * object of their own would cost each hit one more wait for memory.
 */
abstract sealed class Entry permits Grant, InvalidKey {
  private final long a;
  private final long b;
  private final long c;
  private final long d;
  private final long untilNanos;

  /** {@code untilNanos} is of the monotonic clock. */
  Entry(KeyDigest digest, long untilNanos) {
    a = digest.a();
    b = digest.b();
    c = digest.c();
    d = digest.d();
    this.untilNanos = untilNanos;
  }

  abstract Verdict verdict();

  final boolean matches(long otherA, long otherB, long otherC, long otherD) {
    return a == otherA && b == otherB && c == otherC && d == otherD;
  }

  final boolean matches(Entry other) {
    return matches(other.a, other.b, other.c, other.d);
  }

  /** The word that chooses the set. */
  final long setWord() {
    return a;
  }

  /** The word that stands in the set's line of tags. */
  final long tag() {
    return b;
  }

  // By difference: the monotonic clock has no fixed origin and may be negative.

  final boolean isLive(long nowNanos) {
    return untilNanos - nowNanos > 0;
  }

  final boolean endsBefore(Entry other) {
    return untilNanos - other.untilNanos < 0;
  }
}
