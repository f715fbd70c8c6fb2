package io.tollgate.management.role;

import io.tollgate.access.Subject;
import io.tollgate.management.audit.Change;
import io.tollgate.management.wire.ApiError;
import io.tollgate.store.RecordName;
import io.tollgate.store.SubjectRecord;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The mirror of a user's memberships in his record, which bounds his keys. Whoever changes them
 * locks the record first.
 */
public final class MemberRoles {
  /** Of how many organizations a user may be a member. */
  static final int ORGANIZATIONS_MAX = 500;

  private MemberRoles() {}

  public static SubjectRecord lock(Change change, String subjectId) {
    RecordName name = RecordName.subject(new Subject(subjectId));
    return (SubjectRecord) change.lockOrPut(name, SubjectRecord.DEFAULTS);
  }

  /** Writes the role that a user has in an organization; null is none. */
  public static void put(
      Change change,
      String userId,
      SubjectRecord before,
      String organizationId,
      @Nullable String roleId) {
    SubjectRecord after =
        roleId == null
            ? withoutRole(before, organizationId)
            : withRole(before, organizationId, roleId);
    change.put(RecordName.subject(new Subject(userId)), after);
  }

  /** Returns the same record without a role in an organization. */
  public static SubjectRecord withoutRole(SubjectRecord before, String organizationId) {
    Map<String, String> roles = new HashMap<>(before.roles());
    roles.remove(organizationId);
    return before.withRoles(roles);
  }

  /**
   * Returns the same record with a role in an organization.
   *
   * @throws ApiError if the user would be a member of too many
   */
  public static SubjectRecord withRole(SubjectRecord before, String organizationId, String roleId) {
    Map<String, String> roles = new HashMap<>(before.roles());
    roles.put(organizationId, roleId);
    if (roles.size() > ORGANIZATIONS_MAX) {
      // His record holds all of them, and is read whole with each of his keys.
      throw new ApiError(
          403,
          "organization_membership_quota_exceeded",
          "Too many memberships",
          "A user may be a member of " + ORGANIZATIONS_MAX + " organizations.");
    }
    return before.withRoles(roles);
  }

  /** Ends the keys of a subject that is gone, for good. */
  static void end(Change change, String subjectId, SubjectRecord before) {
    end(change, subjectId, before, Set.of());
  }

  /**
   * Does the same for a user whose roles in some organizations stay, for what he made there.
   *
   * @param organizationIds where
   */
  static void end(Change change, String userId, SubjectRecord before, Set<String> organizationIds) {
    Map<String, String> roles = new HashMap<>(before.roles());
    roles.keySet().retainAll(organizationIds);
    change.put(RecordName.subject(new Subject(userId)), before.closed().withRoles(roles));
  }
}
