package io.tollgate.management.role;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Page;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.object.WordId;
import io.tollgate.store.SubjectRecord;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The memberships in Postgres, each mirrored in the record of its user by the same change, so that
 * no key of a member can do more than he. Safe for all virtual threads.
 */
final class MembershipRegistry {
  static final String USER = "user_id";
  static final String ROLE = "role";

  private static final ObjectView VIEW = ObjectViews.MEMBERSHIPS;
  private static final String ONE =
      "t.organization_id = $1 AND t.user_id = $2 AND t.left_at IS NULL";

  private static final String INSERT =
      """
      INSERT INTO tollgate.membership (
        id, organization_id, user_id, role_set_id, role_id, public_metadata, private_metadata)
      VALUES ($1, $2, $3, $4, $5, $6::text::json, $7::text::json)
      """;

  private final Transactions transactions;
  private final RandomGenerator random;

  MembershipRegistry(Transactions transactions, RandomGenerator random) {
    this.transactions = transactions;
    this.random = random;
  }

  ObjectView.Listed list(String organizationId, Page page) {
    String condition = "t.organization_id = $4 AND t.left_at IS NULL";
    return VIEW.list(transactions::read, page, condition, Tuple.of(organizationId));
  }

  Changed insert(
      String organizationId, String userId, String roleKey, Metadata metadata, Origin origin) {
    return transactions.change(
        change -> {
          RoleRecords.hold(change);
          DirectoryHold.checkRole(change, organizationId, userId);
          SubjectRecord before = MemberRoles.lock(change, userId);
          String organization = "SELECT FROM tollgate.organization WHERE id = $1 FOR KEY SHARE";
          if (change.execute(organization, Tuple.of(organizationId)).rowCount() == 0) {
            throw OrganizationEndpoint.unknown();
          }
          checkUser(change, USER, userId);
          RoleInSet role = RoleInSet.ofOrganization(change, organizationId, roleKey);
          add(change, organizationId, userId, before, role, metadata);
          Spelled after = get(change, organizationId, userId);
          return Changed.created(change, origin, "membership.create", after);
        });
  }

  /** Adds a member; his record must be locked. */
  void add(
      Change change,
      String organizationId,
      String userId,
      SubjectRecord before,
      RoleInSet role,
      Metadata metadata) {
    Tuple parameters =
        Tuple.tuple()
            .addString(WordId.make("orgmem_", random))
            .addString(organizationId)
            .addString(userId)
            .addString(role.roleSetId())
            .addString(role.roleId())
            .addString(metadata.of(Metadata.PUBLIC))
            .addString(metadata.of(Metadata.PRIVATE));
    change.execute(INSERT, parameters);
    MemberRoles.put(change, userId, before, organizationId, role.roleId());
  }

  /** Refuses whom the body names and nobody knows. */
  static void checkUser(Change change, String member, String userId) {
    String sql = "SELECT FROM tollgate.app_user WHERE id = $1";
    if (change.execute(sql, Tuple.of(userId)).rowCount() == 0) {
      throw Fields.missing(member, userId);
    }
  }

  private static Spelled get(Change change, String organizationId, String userId) {
    return find(change, organizationId, userId).orElseThrow();
  }

  private static Optional<Spelled> find(Change change, String organizationId, String userId) {
    return VIEW.find(change::execute, ONE, Tuple.of(organizationId, userId));
  }

  /** Gives a member another role. Empty where he is none. */
  Optional<Changed> update(String organizationId, String userId, String roleKey, Origin origin) {
    String sql =
        "UPDATE tollgate.membership t SET role_set_id = $3, role_id = $4, mapped_by = NULL,"
            + " manual_role_id = NULL, updated_at = now() WHERE "
            + ONE;
    return transactions.change(
        change -> {
          RoleRecords.hold(change);
          if (find(change, organizationId, userId).isEmpty()) {
            return Optional.empty();
          }
          DirectoryHold.checkRole(change, organizationId, userId);
          // By now he has a record, and else none should be made for him.
          SubjectRecord record = MemberRoles.lock(change, userId);
          return find(change, organizationId, userId)
              .map(
                  before -> {
                    RoleInSet role = RoleInSet.ofOrganization(change, organizationId, roleKey);
                    change.execute(
                        sql, Tuple.of(organizationId, userId, role.roleSetId(), role.roleId()));
                    MemberRoles.put(change, userId, record, organizationId, role.roleId());
                    DirectoryHold.checkLocalOwner(change, List.of(organizationId));
                    Spelled after = get(change, organizationId, userId);
                    return Changed.updated(change, origin, "membership.update", before, after);
                  });
        });
  }

  /** Merges into what is noted of a membership. Empty where there is none. */
  Optional<Changed> merge(String organizationId, String userId, Metadata metadata, Origin origin) {
    Tuple key = Tuple.of(organizationId, userId);
    return transactions.change(
        change -> metadata.merge(change, VIEW, ONE, key, origin, "membership.update_metadata"));
  }

  /** Ends a membership. Empty where there is none. */
  Optional<Changed> delete(String organizationId, String userId, Origin origin) {
    String sql = "DELETE FROM tollgate.membership t WHERE " + ONE;
    return transactions.change(
        change -> {
          if (find(change, organizationId, userId).isEmpty()) {
            return Optional.empty();
          }
          DirectoryHold.checkRole(change, organizationId, userId);
          SubjectRecord record = MemberRoles.lock(change, userId);
          return find(change, organizationId, userId)
              .map(
                  before -> {
                    change.execute(sql, Tuple.of(organizationId, userId));
                    MemberRoles.put(change, userId, record, organizationId, null);
                    DirectoryHold.checkLocalOwner(change, List.of(organizationId));
                    return Changed.deleted(change, origin, "membership.delete", before);
                  });
        });
  }
}
