package io.tollgate.management.role;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.store.SubjectRecord;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Gives all who have a role of a role set another one, however many they are, by changes of some at
 * a time. Each is mirrored in the record of its user by the same change. Safe for all virtual
 * threads.
 */
final class MemberMoves {
  /** How many one change moves: each is a record to be locked and written. */
  static final int MOVED_AT_ONCE = 100;

  /** The same where the role stays what it is, and so do the records. */
  static final int KEPT_AT_ONCE = 1_000;

  private static final String MEMBERS =
      """
      SELECT organization_id, user_id FROM tollgate.membership
      WHERE role_set_id = $1 AND role_id = $2 ORDER BY organization_id, user_id LIMIT $3
      """;

  private static final String MOVE =
      """
      UPDATE tollgate.membership SET role_set_id = $5, role_id = $6, updated_at = now()
      WHERE organization_id = $1 AND user_id = $2 AND role_set_id = $3 AND role_id = $4
      """;

  /** Nothing that anybody is told of changes by it. */
  private static final String KEEP_ALL =
      """
      UPDATE tollgate.membership m SET role_set_id = $3 FROM (
        SELECT organization_id, user_id FROM tollgate.membership
        WHERE role_set_id = $1 AND role_id = $2
        ORDER BY organization_id, user_id LIMIT $4 FOR NO KEY UPDATE
      ) next
      WHERE m.organization_id = next.organization_id AND m.user_id = next.user_id
      """;

  /** The same of one organization. */
  private static final String KEEP_SOME =
      KEEP_ALL.replace("role_id = $2", "role_id = $2 AND organization_id = $5");

  private final Transactions transactions;

  /** Who is a member where. */
  private record Member(String organizationId, String userId) {
    JsonObject json() {
      return new JsonObject().put("organization_id", organizationId).put("user_id", userId);
    }
  }

  MemberMoves(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Moves all that have the role. Some may come to have it meanwhile: the caller looks again. */
  void all(Turn turn, RoleInSet from, RoleInSet to, Origin origin) {
    if (from.roleId().equals(to.roleId())) {
      keep(turn, from, to.roleSetId(), null);
      return;
    }
    boolean isMore = true;
    while (isMore) {
      isMore = transactions.change(change -> move(change, turn, from, to, origin));
    }
  }

  /** Returns whether there may be more. */
  private static boolean move(
      Change change, Turn turn, RoleInSet from, RoleInSet to, Origin origin) {
    RoleRecords.hold(change);
    turn.renew(change);
    List<Member> moved = new ArrayList<>();
    List<Member> some = some(change, from);
    for (Member member : some) {
      SubjectRecord before = MemberRoles.lock(change, member.userId);
      Tuple parameters =
          Tuple.of(member.organizationId, member.userId)
              .addString(from.roleSetId())
              .addString(from.roleId())
              .addString(to.roleSetId())
              .addString(to.roleId());
      // By now he may have left, or have been given another role.
      if (change.execute(MOVE, parameters).rowCount() > 0) {
        MemberRoles.put(change, member.userId, before, member.organizationId, to.roleId());
        moved.add(member);
      }
    }
    if (!moved.isEmpty()) {
      change.record(
          origin.entry(
              "role_set.move_members",
              from.roleSetId(),
              told(from.roleId(), moved),
              told(to.roleId(), moved)));
    }
    return !some.isEmpty();
  }

  /** In the order in which all lock the records of several users. */
  private static List<Member> some(Change change, RoleInSet role) {
    Tuple parameters = Tuple.of(role.roleSetId(), role.roleId(), MOVED_AT_ONCE);
    return change.execute(MEMBERS, parameters).stream()
        .map(row -> new Member(row.getString("organization_id"), row.getString("user_id")))
        .sorted(Comparator.comparing(Member::userId))
        .toList();
  }

  private static String told(String roleId, List<Member> members) {
    var array = new JsonArray();
    members.forEach(member -> array.add(member.json()));
    return new JsonObject().put("role_id", roleId).put("members", array).encode();
  }

  /**
   * Makes a role that members have one of another role set.
   *
   * @param organizationId whose members; null is all
   */
  void keep(Turn turn, RoleInSet from, String roleSetId, @Nullable String organizationId) {
    String sql = organizationId == null ? KEEP_ALL : KEEP_SOME;
    Tuple parameters = Tuple.of(from.roleSetId(), from.roleId(), roleSetId, KEPT_AT_ONCE);
    if (organizationId != null) {
      parameters.addString(organizationId);
    }
    boolean isMore = true;
    while (isMore) {
      isMore =
          transactions.change(
              change -> {
                RoleRecords.hold(change);
                turn.renew(change);
                return change.execute(sql, parameters).rowCount() > 0;
              });
    }
  }
}
