package io.tollgate.store;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What all keys of one subject have in common. It is there before the subject's first key is.
 *
 * @param revokedBefore keys that were made by a change of a lower number are revoked
 * @param enabled whether keys of the subject work; a user who has left is not enabled
 * @param roles of a user, by organization: the id of the role held there; who has left keeps them,
 *     since they bound what he made for organizations
 * @param plan the version of a plan that was subscribed to, null for the instance's default
 */
public record SubjectRecord(
    long revokedBefore, boolean enabled, Map<String, String> roles, @Nullable String plan)
    implements StoredRecord {
  /** Stands for the number of the change that writes it. */
  public static final long THIS_CHANGE = -1;

  public static final SubjectRecord DEFAULTS = new SubjectRecord(0, true, Map.of(), null);

  public SubjectRecord {
    roles = Map.copyOf(roles);
  }

  /** Makes the record of a subject that has subscribed to nothing. */
  public SubjectRecord(long revokedBefore, boolean enabled, Map<String, String> roles) {
    this(revokedBefore, enabled, roles, null);
  }

  /** Returns the same, but for the keys that there are, which are revoked. */
  public SubjectRecord withKeysRevoked() {
    return new SubjectRecord(THIS_CHANGE, enabled, roles, plan);
  }

  /** Returns the same of a subject whose keys work, or don't. */
  public SubjectRecord withEnabled(boolean newEnabled) {
    return new SubjectRecord(revokedBefore, newEnabled, roles, plan);
  }

  /** Returns the same with other roles. */
  public SubjectRecord withRoles(Map<String, String> newRoles) {
    return new SubjectRecord(revokedBefore, enabled, newRoles, plan);
  }

  /** Returns the same with another plan, null for the instance's default. */
  public SubjectRecord withPlan(@Nullable String newPlan) {
    return new SubjectRecord(revokedBefore, enabled, roles, newPlan);
  }

  /** Returns the same of a subject that is gone. */
  public SubjectRecord closed() {
    return new SubjectRecord(revokedBefore, false, Map.of(), plan);
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
