package io.tollgate.store;

import java.util.Set;

/**
 * A key to the management API. One that is revoked has no record.
 *
 * @param id its public name
 * @param areas what it opens
 * @param expiresAtMillis when it stops working, in milliseconds since the epoch, or {@link
 *     KeyRecord#NEVER}
 */
public record SecretKeyRecord(String id, Set<String> areas, long expiresAtMillis)
    implements StoredRecord {
  public SecretKeyRecord {
    areas = Set.copyOf(areas);
  }
}
