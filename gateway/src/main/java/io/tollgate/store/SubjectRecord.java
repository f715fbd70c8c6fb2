package io.tollgate.store;

import java.util.Map;

/**
 * What all keys of one subject have in common. It is there before the subject's first key is.
 *
 * @param revokedBefore keys that were made by a change of a lower number are revoked
 * @param enabled whether keys of the subject work; a user who has left is not enabled
 * @param roles of a user, by organization: the id of the role held there
 */
public record SubjectRecord(long revokedBefore, boolean enabled, Map<String, String> roles)
    implements StoredRecord {
  /** Stands for the number of the change that writes it. */
  public static final long THIS_CHANGE = -1;

  public static final SubjectRecord DEFAULTS = new SubjectRecord(0, true, Map.of());

  public SubjectRecord {
    roles = Map.copyOf(roles);
  }

  /**
   * Returns whether a key of the subject works, as far as that hangs on the subject.
   *
   * @param since the number of the change that made the key
   */
  public boolean isOpen(long since) {
    return enabled && since >= revokedBefore;
  }
}
