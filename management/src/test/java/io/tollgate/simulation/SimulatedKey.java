package io.tollgate.simulation;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import java.util.List;

/** A key, and what the world may expect of it. */
final class SimulatedKey {
  private static final long NEVER = Long.MAX_VALUE;

  final String name;
  final KeyId id;
  final List<KeyDigest> digests;

  /** When it was committed; from a while after that on it must be accepted. */
  long createdNanos = NEVER;

  /** When a revocation of it was committed first; from then on it may be refused. */
  long revokedNanos = NEVER;

  /** Whether a revocation of it has returned 2xx, and Postgres holds it still. */
  boolean returned;

  /** Whether a restore made Postgres say something else of it: the promises do not cover that. */
  boolean touchedByRestore;

  SimulatedKey(String name, KeyId id, List<KeyDigest> digests) {
    this.name = name;
    this.id = id;
    this.digests = digests;
  }

  /** Returns whether it is live, or is on its way to be. */
  boolean mayBeLive() {
    return revokedNanos == NEVER && (createdNanos != NEVER || !touchedByRestore);
  }

  boolean isLive() {
    return createdNanos != NEVER && revokedNanos == NEVER;
  }

  /** Returns whether it was valid all the time since a moment. */
  boolean isValidSince(long nanos) {
    return createdNanos < nanos && revokedNanos == NEVER && !touchedByRestore;
  }

  @Override
  public String toString() {
    return name;
  }
}
