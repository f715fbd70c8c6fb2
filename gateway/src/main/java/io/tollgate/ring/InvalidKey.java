package io.tollgate.ring;

import io.tollgate.key.KeyDigest;

/** A secret that opens nothing, remembered so that asking again costs no store a command. */
final class InvalidKey extends Entry {
  InvalidKey(KeyDigest digest, long untilNanos) {
    super(digest, untilNanos);
  }

  @Override
  Verdict verdict() {
    return Denial.KEY_INVALID;
  }
}
