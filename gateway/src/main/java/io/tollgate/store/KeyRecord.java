package io.tollgate.store;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the edge decides by, for one secret: all that a store has to know of it, but for what the
 * {@link RecordName}s say that it has in common with others.
 *
 * @param number the change-log number of the last change of this key; never negative
 * @param since the number of the change that made the key; 0 for keys older than this count
 * @param member the user whose role bounds the key's permissions; null for a key that is no user's
 * @param addresses where it may be used from, as {@link io.tollgate.access.AddressRanges} spells
 *     them; from everywhere if empty
 * @param revoked final: a revoked key never works again
 * @param enabled a key that is switched off works again when it is switched on
 * @param expiresAtMillis when the secret stops working, in milliseconds since the epoch, or {@link
 *     #NEVER}
 */
public record KeyRecord(
    long number,
    long since,
    KeyId id,
    Subject subject,
    @Nullable Subject member,
    Scopes scopes,
    List<String> addresses,
    boolean revoked,
    boolean enabled,
    long expiresAtMillis)
    implements StoredRecord {
  public static final long NEVER = Long.MAX_VALUE;

  public KeyRecord {
    addresses = List.copyOf(addresses);
  }

  /** A key without anything special. */
  public static KeyRecord plain(
      long number,
      KeyId id,
      Subject subject,
      Scopes scopes,
      boolean revoked,
      long expiresAtMillis) {
    return new KeyRecord(
        number,
        0,
        id,
        subject,
        subject.isUser() ? subject : null,
        scopes,
        List.of(),
        revoked,
        true,
        expiresAtMillis);
  }
}
