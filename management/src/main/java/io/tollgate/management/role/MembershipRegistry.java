package io.tollgate.management.role;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.store.SubjectRecord;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The memberships in Postgres, each mirrored in the record of its user by the same change, so that
 * no key of a member can do more than he. Safe for all virtual threads.
 */
final class MembershipRegistry {
  static final String USER = "user_id";
  static final String ROLE = "role";

  private static final Shelf SHELF = Shelves.MEMBERSHIPS;
  private static final String ONE = "t.organization_id = $1 AND t.user_id = $2";

  private static final String INSERT =
      """
      INSERT INTO tollgate.membership (id, organization_id, user_id, role_id)
      VALUES ($1, $2, $3, $4)
      """;

  private final Transactions transactions;
  private final RandomGenerator random;

  MembershipRegistry(Transactions transactions, RandomGenerator random) {
    this.transactions = transactions;
    this.random = random;
  }

  JsonObject list(String organizationId, Page page) {
    return SHELF.list(transactions::read, page, "t.organization_id = $4", Tuple.of(organizationId));
  }

  Changed insert(String organizationId, String userId, String roleKey, Origin origin) {
    return transactions.change(
        change -> {
          RoleRecords.hold(change);
          SubjectRecord before = MemberRoles.lock(change, userId);
          String organization = "SELECT FROM tollgate.organization WHERE id = $1 FOR KEY SHARE";
          if (change.execute(organization, Tuple.of(organizationId)).rowCount() == 0) {
            throw OrganizationEndpoint.unknown();
          }
          checkUser(change, USER, userId);
          add(change, organizationId, userId, before, role(change, roleKey));
          JsonObject after = get(change, organizationId, userId);
          return Changed.created(change, origin, "membership.create", after);
        });
  }

  /** Adds a member; his record must be locked. */
  void add(
      Change change, String organizationId, String userId, SubjectRecord before, String roleId) {
    String id = WordId.make("orgmem_", random);
    change.execute(INSERT, Tuple.of(id, organizationId, userId, roleId));
    MemberRoles.put(change, userId, before, organizationId, roleId);
  }

  /** Refuses whom the body names and nobody knows. */
  static void checkUser(Change change, String member, String userId) {
    String sql = "SELECT FROM tollgate.app_user WHERE id = $1";
    if (change.execute(sql, Tuple.of(userId)).rowCount() == 0) {
      throw Fields.missing(member, userId);
    }
  }

  private static String role(Change change, String key) {
    String sql = "SELECT id FROM tollgate.role WHERE key = $1";
    for (Row row : change.execute(sql, Tuple.of(key))) {
      return row.getString("id");
    }
    throw Fields.missing(ROLE, key);
  }

  private static JsonObject get(Change change, String organizationId, String userId) {
    return find(change, organizationId, userId).orElseThrow();
  }

  private static Optional<JsonObject> find(Change change, String organizationId, String userId) {
    return SHELF.find(change::execute, ONE, Tuple.of(organizationId, userId));
  }

  /** Gives a member another role. Empty where he is none. */
  Optional<Changed> update(String organizationId, String userId, String roleKey, Origin origin) {
    String sql = "UPDATE tollgate.membership t SET role_id = $3, updated_at = now() WHERE " + ONE;
    return transactions.change(
        change -> {
          RoleRecords.hold(change);
          if (find(change, organizationId, userId).isEmpty()) {
            return Optional.empty();
          }
          // By now he has a record, and else none should be made for him.
          SubjectRecord record = MemberRoles.lock(change, userId);
          return find(change, organizationId, userId)
              .map(
                  before -> {
                    String role = role(change, roleKey);
                    change.execute(sql, Tuple.of(organizationId, userId, role));
                    MemberRoles.put(change, userId, record, organizationId, role);
                    JsonObject after = get(change, organizationId, userId);
                    return Changed.updated(change, origin, "membership.update", before, after);
                  });
        });
  }

  /** Ends a membership. Empty where there is none. */
  Optional<Changed> delete(String organizationId, String userId, Origin origin) {
    String sql = "DELETE FROM tollgate.membership t WHERE " + ONE;
    return transactions.change(
        change -> {
          if (find(change, organizationId, userId).isEmpty()) {
            return Optional.empty();
          }
          SubjectRecord record = MemberRoles.lock(change, userId);
          return find(change, organizationId, userId)
              .map(
                  before -> {
                    change.execute(sql, Tuple.of(organizationId, userId));
                    MemberRoles.put(change, userId, record, organizationId, null);
                    return Changed.deleted(change, origin, "membership.delete", before);
                  });
        });
  }
}
