package io.tollgate.management.role;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.object.WordId;
import io.tollgate.management.wire.ApiError;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The permissions in Postgres. A change of one rewrites the records of the roles that hold it, of
 * which there are a dozen at most. Safe for all virtual threads.
 */
final class PermissionRegistry {
  static final String PREFIX = "perm_";

  /** A role may hold all of them, and its record is read whole. */
  static final int CUSTOM_MAX = 500;

  private static final Quota QUOTA =
      new Quota(
          "tollgate.permission WHERE NOT system",
          CUSTOM_MAX,
          "organization_instance_permissions_quota_exceeded",
          "permissions",
          "permissions of its own");

  private static final ObjectView VIEW = ObjectViews.PERMISSIONS;

  private static final String UPDATE =
      """
      UPDATE tollgate.permission SET name = coalesce($2, name), key = coalesce($3, key),
        description = coalesce($4, description), updated_at = now()
      WHERE id = $1
      """;

  private final Transactions transactions;
  private final RandomGenerator random;

  PermissionRegistry(Transactions transactions, RandomGenerator random) {
    this.transactions = transactions;
    this.random = random;
  }

  Changed insert(String name, String key, @Nullable String description, Origin origin) {
    String id = WordId.make(PREFIX, random);
    return transactions.change(
        change -> {
          RoleRecords.lock(change);
          QUOTA.check(change);
          change.execute(
              "INSERT INTO tollgate.permission (id, name, key, description)"
                  + " VALUES ($1, $2, $3, coalesce($4, ''))",
              Tuple.of(id, name, key, description));
          Spelled after = VIEW.get(change::execute, id);
          return Changed.created(change, origin, "permission.create", after);
        });
  }

  /** Changes what is not null. Empty where there is no such permission. */
  Optional<Changed> update(
      String id,
      @Nullable String name,
      @Nullable String key,
      @Nullable String description,
      Origin origin) {
    return transactions.change(
        change ->
            lock(change, id)
                .map(
                    before -> {
                      change.execute(UPDATE, Tuple.of(id, name, key, description));
                      RoleRecords.rolesWith(change, id)
                          .forEach(role -> RoleRecords.write(change, role));
                      Spelled after = VIEW.get(change::execute, id);
                      return Changed.updated(change, origin, "permission.update", before, after);
                    }));
  }

  /** Removes one, from all roles too. Empty where there is no such permission. */
  Optional<Changed> delete(String id, Origin origin) {
    return transactions.change(
        change ->
            lock(change, id)
                .map(
                    before -> {
                      List<String> roles = RoleRecords.rolesWith(change, id);
                      change.execute(
                          "DELETE FROM tollgate.role_permission WHERE permission_id = $1",
                          Tuple.of(id));
                      change.execute("DELETE FROM tollgate.permission WHERE id = $1", Tuple.of(id));
                      roles.forEach(role -> RoleRecords.write(change, role));
                      return Changed.deleted(change, origin, "permission.delete", before);
                    }));
  }

  private static Optional<Spelled> lock(Change change, String id) {
    RoleRecords.lock(change);
    Optional<Spelled> found = VIEW.find(change::execute, "id", id);
    if (found.isPresent() && found.get().member("type").equals("system")) {
      throw new ApiError(
          403,
          "organization_system_permission_not_modifiable",
          "System permission",
          "A system permission can be neither changed nor deleted.");
    }
    return found;
  }
}
