package io.tollgate.ring;

import io.tollgate.key.KeyDigest;

/**
 * Where the key of a secret may stand that was not issued here. One that was imported by both of
 * its hashes is two keys, and works while either does. Immutable.
 */
record ForeignAddresses(KeyDigest sha256, KeyDigest sha512) {
  /** Puts together what was found at both: an unknown one is no word on the key. */
  static Verdict of(Verdict one, Verdict other) {
    if (one instanceof Grant || other == Denial.KEY_INVALID) {
      return one;
    }
    return other instanceof Grant || one == Denial.KEY_INVALID ? other : one;
  }
}
