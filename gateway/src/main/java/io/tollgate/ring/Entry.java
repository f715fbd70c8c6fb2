package io.tollgate.ring;

import io.tollgate.key.KeyDigest;

/**
 * What the ring keeps of one secret: its digest, and how old the answer is. Immutable.
 *
 * <p>A class, not an interface, so that a grant carries these words itself: to read them from an
 * object of their own would cost each hit one more wait for memory.
 */
abstract sealed class Entry permits Grant, Access, InvalidKey {
  private final long a;
  private final long b;
  private final long c;
  private final long d;
  private final long sentNanos;

  /** {@code sentNanos} is when the look-up was sent, by the monotonic clock. */
  Entry(KeyDigest digest, long sentNanos) {
    a = digest.a();
    b = digest.b();
    c = digest.c();
    d = digest.d();
    this.sentNanos = sentNanos;
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

  /** Returns the digest's words in an object of their own: where the secret's key stands. */
  public final KeyDigest digest() {
    return new KeyDigest(a, b, c, d);
  }

  final boolean isOlderThan(Entry other) {
    // By difference: the monotonic clock has no fixed origin and may be negative.
    return sentNanos - other.sentNanos < 0;
  }
}
