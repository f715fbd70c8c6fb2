package io.tollgate.management.role;

import io.tollgate.management.audit.Change;
import io.tollgate.management.wire.ApiError;
import io.tollgate.store.RecordName;
import io.tollgate.store.RoleRecord;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The records of roles, which readers follow, and the lock that keeps roles as they are. */
public final class RoleRecords {
  private static final String KEYS =
      """
      SELECT p.key FROM tollgate.role_permission h
      JOIN tollgate.permission p ON p.id = h.permission_id WHERE h.role_id = $1
      """;

  private RoleRecords() {}

  /** Until the change has ended nobody else changes a role or a permission, or gives a role. */
  static void lock(Change change) {
    change.execute("LOCK TABLE tollgate.role IN EXCLUSIVE MODE", Tuple.tuple());
  }

  /** Until the change has ended nobody changes a role; others may give one, too. */
  public static void hold(Change change) {
    change.execute("LOCK TABLE tollgate.role IN ROW SHARE MODE", Tuple.tuple());
  }

  /** Whoever makes an organization must be able to run it. */
  static void checkCreator(Change change, String roleId) {
    if (!keys(change, roleId).containsAll(ObjectViews.CREATOR_PERMISSIONS)) {
      throw new ApiError(
          422,
          "organization_missing_creator_role_permissions",
          "Creator's permissions missing",
          "The role of whoever makes an organization must hold "
              + String.join(", ", ObjectViews.CREATOR_PERMISSIONS.stream().sorted().toList())
              + ".");
    }
  }

  static List<String> rolesWith(Change change, String permissionId) {
    String sql = "SELECT role_id FROM tollgate.role_permission WHERE permission_id = $1";
    return change.execute(sql, Tuple.of(permissionId)).stream()
        .map(row -> row.getString("role_id"))
        .toList();
  }

  /** Returns the keys of what a role holds. */
  static Set<String> keys(Change change, String roleId) {
    Set<String> keys = new HashSet<>();
    for (Row row : change.execute(KEYS, Tuple.of(roleId))) {
      keys.add(row.getString("key"));
    }
    return keys;
  }

  /** Writes what the role holds now. */
  static void write(Change change, String roleId) {
    change.put(RecordName.role(roleId), new RoleRecord(keys(change, roleId)));
  }
}
