package io.tollgate.store;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;

/**
 * What the edge decides by, for one secret: all that a store has to know of it.
 *
 * @param number the change-log number of the last change of this key; never negative
 * @param revoked final: a revoked key never works again
 * @param expiresAtMillis when the secret stops working, in milliseconds since the epoch, or {@link
 *     #NEVER}
 */
public record KeyRecord(
    long number, KeyId id, Subject subject, Scopes scopes, boolean revoked, long expiresAtMillis) {
  public static final long NEVER = Long.MAX_VALUE;
}
