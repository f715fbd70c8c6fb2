package io.tollgate.ring;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;

/**
 * What an identified key may do: all that the edge decides by. Built once, when its key enters the
 * ring. Immutable.
 */
public final class Grant extends Entry implements Verdict {
  private final KeyId id;
  private final Subject subject;
  private final Scopes scopes;
  private final long expiresAtMillis;

  Grant(
      KeyDigest digest,
      long sentNanos,
      KeyId id,
      Subject subject,
      Scopes scopes,
      long expiresAtMillis) {
    super(digest, sentNanos);
    this.id = id;
    this.subject = subject;
    this.scopes = scopes;
    this.expiresAtMillis = expiresAtMillis;
  }

  @Override
  Verdict verdict() {
    return this;
  }

  public KeyId id() {
    return id;
  }

  public Subject subject() {
    return subject;
  }

  public Scopes scopes() {
    return scopes;
  }

  /**
   * Returns when the key ends, in milliseconds since the epoch, or {@link
   * io.tollgate.store.KeyRecord#NEVER}.
   */
  public long expiresAtMillis() {
    return expiresAtMillis;
  }
}
