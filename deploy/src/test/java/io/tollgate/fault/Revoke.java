package io.tollgate.fault;

/**
 * One call that revokes a key. Immutable.
 *
 * @param code the error's code where it was refused, empty otherwise
 */
record Revoke(IssuedKey key, long sentNanos, long answeredNanos, int status, String code) {
  boolean isConfirmed() {
    return status >= 200 && status < 300;
  }

  long tookNanos() {
    return answeredNanos - sentNanos;
  }
}
