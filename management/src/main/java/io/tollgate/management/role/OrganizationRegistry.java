package io.tollgate.management.role;

import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.object.WordId;
import io.tollgate.management.plan.DeletedPayer;
import io.tollgate.management.wire.ApiError;
import io.tollgate.store.SubjectRecord;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The organizations in Postgres. Safe for all virtual threads. */
final class OrganizationRegistry {
  static final String PREFIX = "org_";
  static final String CREATED_BY = "created_by";
  static final String ROLE_SET = "role_set_key";

  /** How many memberships one change ends: each is a record to be locked and written. */
  static final int ENDED_AT_ONCE = 100;

  private static final ObjectView VIEW = ObjectViews.ORGANIZATIONS;
  private static final int SLUG_TAIL = 12;

  private static final String MEMBERS =
      """
      SELECT user_id FROM tollgate.membership WHERE organization_id = $1 ORDER BY user_id LIMIT $2
      """;

  private static final String INSERT =
      """
      INSERT INTO tollgate.organization (
        id, name, slug, created_by, role_set_id, public_metadata, private_metadata)
      VALUES ($1, $2, $3, $4, $5, $6::text::json, $7::text::json)
      """;

  private static final String UPDATE =
      """
      UPDATE tollgate.organization SET name = coalesce($2, name), slug = coalesce($3, slug),
        role_set_id = coalesce($4, role_set_id), updated_at = now()
      WHERE id = $1
      """;

  /** What its members are of other role sets than the one that it is to have. */
  private static final String STRANGE_ROLES =
      """
      SELECT DISTINCT m.role_set_id, m.role_id, r.key, EXISTS (
        SELECT FROM tollgate.role_set_role i WHERE i.role_set_id = $2 AND i.role_id = m.role_id
      ) AS fits
      FROM tollgate.membership m JOIN tollgate.role r ON r.id = m.role_id
      WHERE m.organization_id = $1 AND m.role_set_id <> $2
      """;

  private final Transactions transactions;
  private final MembershipRegistry memberships;
  private final MemberMoves moves;
  private final RandomGenerator random;

  /** An organization that is wanted, in which all is right. */
  record Wanted(
      String name,
      @Nullable String slug,
      @Nullable String createdBy,
      @Nullable String roleSetKey,
      Metadata metadata) {}

  OrganizationRegistry(
      Transactions transactions,
      MembershipRegistry memberships,
      MemberMoves moves,
      RandomGenerator random) {
    this.transactions = transactions;
    this.memberships = memberships;
    this.moves = moves;
    this.random = random;
  }

  Changed insert(Wanted wanted, Origin origin) {
    String id = WordId.make(PREFIX, random);
    @Nullable String maker = wanted.createdBy;
    return transactions.change(
        change -> {
          RoleRecords.hold(change);
          @Nullable SubjectRecord record = maker == null ? null : MemberRoles.lock(change, maker);
          String roleSet = RoleSetRegistry.ofOrganization(change, wanted.roleSetKey);
          change.execute(INSERT, parameters(id, wanted, roleSet));
          if (maker != null && record != null) {
            MembershipRegistry.checkUser(change, CREATED_BY, maker);
            RoleInSet role = RoleInSet.ofCreator(change, roleSet);
            memberships.add(change, id, maker, record, role, Metadata.NONE);
          }
          Spelled after = VIEW.get(change::execute, id);
          return Changed.created(change, origin, "organization.create", after);
        });
  }

  private static Tuple parameters(String id, Wanted wanted, String roleSet) {
    return Tuple.tuple()
        .addString(id)
        .addString(wanted.name)
        .addString(wanted.slug == null ? slug(wanted.name, id) : wanted.slug)
        .addString(wanted.createdBy)
        .addString(roleSet)
        .addString(wanted.metadata.of(Metadata.PUBLIC))
        .addString(wanted.metadata.of(Metadata.PRIVATE));
  }

  /** Clients insist that there is one; the end of the id makes it nobody else's. */
  private static String slug(String name, String id) {
    String tail = id.substring(id.length() - SLUG_TAIL).toLowerCase(Locale.ROOT);
    String words = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String start = words.replaceAll("^-|-$", "");
    return start.isEmpty() ? tail : start + "-" + tail;
  }

  /** What an organization is to be; null is as it is. */
  record Patch(@Nullable String name, @Nullable String slug, @Nullable String roleSetKey) {}

  /** Members who are of another role set yet, and whose turn it is to become of this one. */
  private record Adoption(Turn turn, String roleSetId, List<RoleInSet> roles) {}

  /**
   * Changes what is not null. Its members keep their roles, which another role set must have, too;
   * where there are many, they become of it in steps. Empty where there is no such organization.
   */
  Optional<Changed> update(String id, Patch patch, Origin origin) {
    List<Adoption> adoptions = new ArrayList<>();
    Optional<Changed> changed =
        transactions.change(
            change -> {
              if (patch.roleSetKey != null) {
                RoleRecords.lock(change);
              }
              return VIEW.lock(change, id)
                  .map(before -> update(change, id, patch, before, origin, adoptions));
            });
    for (Adoption adoption : adoptions) {
      adoption.roles.forEach(role -> moves.keep(adoption.turn, role, adoption.roleSetId, id));
      transactions.change(
          change -> {
            adoption.turn.end(change);
            return adoption;
          });
    }
    return changed;
  }

  private Changed update(
      Change change,
      String id,
      Patch patch,
      Spelled before,
      Origin origin,
      List<Adoption> adoptions) {
    @Nullable String roleSet = null;
    if (patch.roleSetKey != null) {
      roleSet = RoleSetRegistry.ofOrganization(change, patch.roleSetKey);
      adoptions.addAll(adoption(change, id, roleSet));
    }
    change.execute(UPDATE, Tuple.of(id, patch.name, patch.slug, roleSet));
    Spelled after = VIEW.get(change::execute, id);
    return Changed.updated(change, origin, "organization.update", before, after);
  }

  /** Returns what is to be done about members, if anything is. */
  private List<Adoption> adoption(Change change, String id, String roleSet) {
    List<RoleInSet> roles = new ArrayList<>();
    Set<String> roleSets = new HashSet<>(Set.of(roleSet));
    for (Row row : change.execute(STRANGE_ROLES, Tuple.of(id, roleSet))) {
      if (!row.getBoolean("fits")) {
        throw RoleSetReplacement.unmapped(row.getString("key"));
      }
      roles.add(new RoleInSet(row.getString("role_set_id"), row.getString("role_id")));
      roleSets.add(row.getString("role_set_id"));
    }
    MappedRoles.lacking(change, id, roleSet)
        .ifPresent(
            key -> {
              throw RoleSetReplacement.unmapped(key);
            });
    return roles.isEmpty()
        ? List.of()
        : List.of(new Adoption(Turn.take(change, random, roleSets), roleSet, roles));
  }

  /** Merges into what is noted of an organization. Empty where there is none. */
  Optional<Changed> merge(String id, Metadata metadata, Origin origin) {
    String action = "organization.update_metadata";
    return transactions.change(
        change -> metadata.merge(change, VIEW, "t.id = $1", Tuple.of(id), origin, action));
  }

  /**
   * Ends all memberships, all keys and the subscription of an organization, and removes it. However
   * many members there are, no change is of more than some of them: where it breaks off, the
   * organization has fewer, and the call may be repeated. Empty where there is no such
   * organization.
   */
  Optional<Changed> delete(String id, Origin origin) {
    checkConnections(transactions::read, id);
    Optional<Optional<Changed>> done = Optional.empty();
    while (done.isEmpty()) {
      if (!endSome(id, origin)) {
        done = transactions.change(change -> remove(change, id, origin));
      }
    }
    return done.get();
  }

  /** First of all, too, since members would else be gone before it is refused. */
  private static void checkConnections(ObjectView.Reader reader, String id) {
    String sql = "SELECT FROM tollgate.enterprise_connection WHERE organization_id = $1 LIMIT 1";
    if (reader.apply(sql, Tuple.of(id)).size() > 0) {
      throw new ApiError(
          409,
          "organization_has_enterprise_connection",
          "Enterprise connection in use",
          "An enterprise connection is the organization's; delete that one first.");
    }
  }

  /** Returns whether there may be more. */
  private boolean endSome(String id, Origin origin) {
    return transactions.change(
        change -> {
          // In the order in which all lock the records of several users.
          List<String> users =
              change.execute(MEMBERS, Tuple.of(id, ENDED_AT_ONCE)).stream()
                  .map(row -> row.getString("user_id"))
                  .sorted()
                  .toList();
          if (users.isEmpty()) {
            return false;
          }
          for (String user : users) {
            SubjectRecord before = MemberRoles.lock(change, user);
            MemberRoles.put(change, user, before, id, null);
          }
          change.execute(
              "DELETE FROM tollgate.membership WHERE organization_id = $1"
                  + " AND user_id = ANY($2::text[])",
              Tuple.tuple().addString(id).addArrayOfString(users.toArray(String[]::new)));
          JsonObject ended = new JsonObject().put("user_ids", users);
          change.record(origin.entry("organization.end_memberships", id, ended.encode(), null));
          return users.size() == ENDED_AT_ONCE;
        });
  }

  /** Returns empty where somebody has joined meanwhile. */
  private static Optional<Optional<Changed>> remove(Change change, String id, Origin origin) {
    String lock = "SELECT FROM tollgate.organization WHERE id = $1 FOR UPDATE";
    if (change.execute(lock, Tuple.of(id)).rowCount() == 0) {
      return Optional.of(Optional.empty());
    }
    if (change.execute(MEMBERS, Tuple.of(id, 1)).rowCount() > 0) {
      return Optional.empty();
    }
    checkConnections(change::execute, id);
    Spelled before = VIEW.get(change::execute, id);
    List<AuditEntry> ended = DeletedPayer.end(change, origin, id);
    MemberRoles.end(change, id, MemberRoles.lock(change, id));
    change.execute("DELETE FROM tollgate.organization WHERE id = $1", Tuple.of(id));
    return Optional.of(
        Optional.of(Changed.deleted(change, origin, "organization.delete", before, ended)));
  }
}
