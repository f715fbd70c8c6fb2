package io.tollgate.store;

import java.util.Set;

/**
 * What all who hold a role may do at most.
 *
 * @param permissions their keys, such as {@code org:invoices:read}
 */
public record RoleRecord(Set<String> permissions) implements StoredRecord {
  public RoleRecord {
    permissions = Set.copyOf(permissions);
  }
}
