package io.tollgate.management.role;

import io.tollgate.access.Subject;
import io.tollgate.management.audit.Change;
import io.tollgate.store.RecordName;
import io.tollgate.store.SubjectRecord;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The mirror of a user's memberships in his record, which bounds his keys. Whoever changes them
 * locks the record first.
 */
final class MemberRoles {
  private MemberRoles() {}

  static SubjectRecord lock(Change change, String subjectId) {
    RecordName name = RecordName.subject(new Subject(subjectId));
    return (SubjectRecord) change.lockOrPut(name, SubjectRecord.DEFAULTS);
  }

  /** Writes the role that a user has in an organization; null is none. */
  static void put(
      Change change,
      String userId,
      SubjectRecord before,
      String organizationId,
      @Nullable String roleId) {
    Map<String, String> roles = new HashMap<>(before.roles());
    if (roleId == null) {
      roles.remove(organizationId);
    } else {
      roles.put(organizationId, roleId);
    }
    change.put(RecordName.subject(new Subject(userId)), before.withRoles(roles));
  }

  /** Ends the keys of a subject that is gone, for good. */
  static void end(Change change, String subjectId, SubjectRecord before) {
    change.put(RecordName.subject(new Subject(subjectId)), before.closed());
  }
}
