package io.tollgate.ring;

import io.tollgate.key.KeyDigest;
import java.util.Set;

/** What an identified secret key opens of the management API. Immutable. */
public final class Access extends Entry implements Verdict {
  private final String id;
  private final Set<String> areas;
  private final long expiresAtMillis;

  Access(KeyDigest digest, long sentNanos, String id, Set<String> areas, long expiresAtMillis) {
    super(digest, sentNanos);
    this.id = id;
    this.areas = Set.copyOf(areas);
    this.expiresAtMillis = expiresAtMillis;
  }

  @Override
  Verdict verdict() {
    return this;
  }

  public String id() {
    return id;
  }

  public Set<String> areas() {
    return areas;
  }

  /** Returns when it stops, in milliseconds since the epoch. */
  public long expiresAtMillis() {
    return expiresAtMillis;
  }
}
