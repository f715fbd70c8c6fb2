package io.tollgate.fault;

/**
 * One use of a key, as its client saw it. Immutable.
 *
 * @param isFirst whether the gateway has never been shown the key before
 * @param dueNanos when it was to be sent
 * @param sentNanos taken right before the request was written, so never later than it was sent
 * @param answeredNanos taken right after the answer was read
 */
record Use(
    int gateway,
    IssuedKey key,
    boolean isFirst,
    long dueNanos,
    long sentNanos,
    long answeredNanos,
    int status) {
  /** The connection broke or the answer did not come in time. */
  static final int NO_ANSWER = 0;

  boolean isAccepted() {
    return status >= 200 && status < 300;
  }

  /** Says of the key that it is none, which only holds of one that was revoked. */
  boolean isDenied() {
    return status == 401 || status == 403;
  }

  /** Whether the key was certainly valid all the time that this took. */
  boolean isOfValidKey() {
    return answeredNanos < key.revokeSentNanos();
  }

  /** Whether it was certainly sent after its client could know that the key is revoked. */
  boolean isOfRevokedKey() {
    return sentNanos > key.revokedNanos();
  }

  long waitedNanos() {
    return answeredNanos - dueNanos;
  }
}
