package io.tollgate.ring;

import io.tollgate.key.KeyDigest;

/** A revoked secret, remembered so that asking again costs no store a command. */
final class InvalidKey extends Entry {
  InvalidKey(KeyDigest digest, long sentNanos) {
    super(digest, sentNanos);
  }

  @Override
  Verdict verdict() {
    return Denial.KEY_INVALID;
  }
}
