package io.tollgate.management.role;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.object.WordId;
import io.tollgate.management.wire.ApiError;
import io.tollgate.store.RecordName;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The roles in Postgres. Beside each stands the record that readers follow, written by the same
 * change. Safe for all virtual threads.
 */
final class RoleRegistry {
  static final String PREFIX = "role_";

  /** How many roles an instance may have beside those that are there from the beginning. */
  static final int CUSTOM_MAX = 10;

  private static final Quota QUOTA =
      new Quota(
          "tollgate.role WHERE NOT is_creator AND NOT is_default",
          CUSTOM_MAX,
          "organization_instance_roles_quota_exceeded",
          "roles",
          "roles of its own");

  private static final ObjectView VIEW = ObjectViews.ROLES;

  /** The role sets that the role {@code t} is in. */
  private static final String SETS =
      """
      SELECT FROM tollgate.role_set_role i JOIN tollgate.role_set s ON s.id = i.role_set_id
      WHERE i.role_id = t.id
      """;

  private static final String MAPPINGS =
      "SELECT FROM tollgate.group_role_mapping g WHERE g.role_id = t.id";

  private static final String CHOSEN = " AND t.id IN (s.default_role_id, s.creator_role_id)";

  private static final String UPDATE =
      """
      UPDATE tollgate.role SET name = coalesce($2, name), key = coalesce($3, key),
        description = coalesce($4, description), updated_at = now()
      WHERE id = $1
      """;

  private final Transactions transactions;
  private final RandomGenerator random;

  /**
   * What a role is to be; null is as it is.
   *
   * @param permissions their ids, all that it is to hold
   * @param isInInitialSet whether a new one is to be in the initial role set
   */
  record Wanted(
      @Nullable String name,
      @Nullable String key,
      @Nullable String description,
      @Nullable List<String> permissions,
      boolean isInInitialSet) {}

  RoleRegistry(Transactions transactions, RandomGenerator random) {
    this.transactions = transactions;
    this.random = random;
  }

  Changed insert(Wanted wanted, Origin origin) {
    String id = WordId.make(PREFIX, random);
    return transactions.change(
        change -> {
          RoleRecords.lock(change);
          QUOTA.check(change);
          change.execute(
              "INSERT INTO tollgate.role (id, name, key, description) VALUES ($1, $2, $3, $4)",
              Tuple.of(id, wanted.name, wanted.key, wanted.description));
          replace(change, id, wanted.permissions == null ? List.of() : wanted.permissions);
          RoleRecords.write(change, id);
          if (wanted.isInInitialSet) {
            RoleSetRegistry.addToInitial(change, id);
          }
          return Changed.created(change, origin, "role.create", VIEW.get(change::execute, id));
        });
  }

  private static void replace(Change change, String id, List<String> permissions) {
    change.execute("DELETE FROM tollgate.role_permission WHERE role_id = $1", Tuple.of(id));
    RowSet<Row> unknown =
        change.execute(
            """
            SELECT wanted.id FROM unnest($1::text[]) wanted (id)
            LEFT JOIN tollgate.permission p ON p.id = wanted.id WHERE p.id IS NULL LIMIT 1
            """,
            Tuple.tuple().addArrayOfString(permissions.toArray(String[]::new)));
    for (Row row : unknown) {
      throw Fields.missing(RoleFields.PERMISSIONS, row.getString("id"));
    }
    change.execute(
        "INSERT INTO tollgate.role_permission (role_id, permission_id)"
            + " SELECT $1, unnest($2::text[])",
        Tuple.tuple().addString(id).addArrayOfString(permissions.toArray(String[]::new)));
  }

  /** What is done to a role that is there; false where there was nothing to do. */
  private interface Work {
    boolean on(Change change);
  }

  private Optional<Changed> change(String id, Origin origin, String action, Work work) {
    return transactions.change(
        change -> {
          RoleRecords.lock(change);
          return VIEW.find(change::execute, "id", id)
              .filter(before -> work.on(change))
              .map(
                  before -> {
                    checkCreator(change, id);
                    RoleRecords.write(change, id);
                    Spelled after = VIEW.get(change::execute, id);
                    return Changed.updated(change, origin, action, before, after);
                  });
        });
  }

  private static void checkCreator(Change change, String id) {
    if (is(change, id, "(t.is_creator OR EXISTS (" + SETS + " AND s.creator_role_id = t.id))")) {
      RoleRecords.checkCreator(change, id);
    }
  }

  private static boolean is(Change change, String id, String condition) {
    String sql = "SELECT FROM tollgate.role t WHERE t.id = $1 AND " + condition;
    return change.execute(sql, Tuple.of(id)).rowCount() > 0;
  }

  /** Empty where there is no such role. */
  Optional<Changed> update(String id, Wanted wanted, Origin origin) {
    return change(
        id,
        origin,
        "role.update",
        change -> {
          change.execute(UPDATE, Tuple.of(id, wanted.name, wanted.key, wanted.description));
          if (wanted.permissions != null) {
            replace(change, id, wanted.permissions);
          }
          return true;
        });
  }

  /** Empty where there is no such role. */
  Optional<Changed> assign(String id, String permissionId, Origin origin) {
    return change(
        id,
        origin,
        "role.assign",
        change -> {
          if (ObjectViews.PERMISSIONS.find(change::execute, "id", permissionId).isEmpty()) {
            throw PermissionEndpoint.unknown();
          }
          String sql =
              "INSERT INTO tollgate.role_permission (role_id, permission_id) VALUES ($1, $2)"
                  + " ON CONFLICT DO NOTHING";
          if (change.execute(sql, Tuple.of(id, permissionId)).rowCount() == 0) {
            throw new ApiError(
                409,
                "organization_role_permission_association_exists",
                "Already assigned",
                "The role holds this permission already.");
          }
          touch(change, id);
          return true;
        });
  }

  private static void touch(Change change, String id) {
    change.execute("UPDATE tollgate.role SET updated_at = now() WHERE id = $1", Tuple.of(id));
  }

  /** Empty where there is no such role, or it does not hold the permission. */
  Optional<Changed> remove(String id, String permissionId, Origin origin) {
    String sql = "DELETE FROM tollgate.role_permission WHERE role_id = $1 AND permission_id = $2";
    return change(
        id,
        origin,
        "role.remove",
        change -> {
          boolean isHeld = change.execute(sql, Tuple.of(id, permissionId)).rowCount() > 0;
          if (isHeld) {
            touch(change, id);
          }
          return isHeld;
        });
  }

  /** Removes a role that nobody needs. Empty where there is none. */
  Optional<Changed> delete(String id, Origin origin) {
    return transactions.change(
        change -> {
          RoleRecords.lock(change);
          return VIEW.find(change::execute, "id", id)
              .map(
                  before -> {
                    refuseNeeded(change, id);
                    change.execute(
                        "DELETE FROM tollgate.role_permission WHERE role_id = $1", Tuple.of(id));
                    change.execute("DELETE FROM tollgate.role WHERE id = $1", Tuple.of(id));
                    change.remove(RecordName.role(id));
                    return Changed.deleted(change, origin, "role.delete", before);
                  });
        });
  }

  private static void refuseNeeded(Change change, String id) {
    if (is(change, id, "(t.is_creator OR t.is_default OR EXISTS (" + SETS + CHOSEN + "))")) {
      // The contract has one code for both.
      throw new ApiError(
          422,
          "organization_role_default_creator_role",
          "Role is a default",
          "The role is given to whoever makes or joins an organization, so it can't be deleted.");
    }
    if (is(change, id, "EXISTS (" + MAPPINGS + ")")) {
      throw new ApiError(
          422,
          "organization_role_assigned_members",
          "Role is mapped",
          "Groups of a directory tell the role, so that members come to have it; take it out of the"
              + " directory's mappings first.");
    }
    if (is(change, id, "EXISTS (" + SETS + ")")) {
      // What helps is what helps where members hold it, so the code is that one, too.
      throw new ApiError(
          422,
          "organization_role_assigned_members",
          "Role is in a role set",
          "The role is in a role set, where members hold it or may come to; replace it there"
              + " first.");
    }
  }
}
