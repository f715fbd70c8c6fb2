package io.tollgate.management.role;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.store.SubjectRecord;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/** The organizations in Postgres. Safe for all virtual threads. */
final class OrganizationRegistry {
  static final String PREFIX = "org_";
  static final String CREATED_BY = "created_by";

  /** How many memberships one change ends: each is a record to be locked and written. */
  static final int ENDED_AT_ONCE = 100;

  private static final Shelf SHELF = Shelves.ORGANIZATIONS;
  private static final int SLUG_TAIL = 12;

  private static final String MEMBERS =
      """
      SELECT user_id FROM tollgate.membership WHERE organization_id = $1 ORDER BY user_id LIMIT $2
      """;

  private final Transactions transactions;
  private final MembershipRegistry memberships;
  private final RandomGenerator random;

  OrganizationRegistry(
      Transactions transactions, MembershipRegistry memberships, RandomGenerator random) {
    this.transactions = transactions;
    this.memberships = memberships;
    this.random = random;
  }

  Changed insert(String name, @Nullable String slug, @Nullable String createdBy, Origin origin) {
    String id = WordId.make(PREFIX, random);
    String known = slug == null ? slug(name, id) : slug;
    return transactions.change(
        change -> {
          RoleRecords.hold(change);
          @Nullable SubjectRecord maker =
              createdBy == null ? null : MemberRoles.lock(change, createdBy);
          change.execute(
              "INSERT INTO tollgate.organization (id, name, slug, created_by)"
                  + " VALUES ($1, $2, $3, $4)",
              Tuple.of(id, name, known, createdBy));
          if (createdBy != null && maker != null) {
            MembershipRegistry.checkUser(change, CREATED_BY, createdBy);
            memberships.add(change, id, createdBy, maker, creatorRole(change));
          }
          JsonObject after = SHELF.get(change::execute, id);
          return Changed.created(change, origin, "organization.create", after);
        });
  }

  /** Clients insist that there is one; the end of the id makes it nobody else's. */
  private static String slug(String name, String id) {
    String tail = id.substring(id.length() - SLUG_TAIL).toLowerCase(Locale.ROOT);
    String words = name.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9]+", "-");
    String start = words.replaceAll("^-|-$", "");
    return start.isEmpty() ? tail : start + "-" + tail;
  }

  private static String creatorRole(Change change) {
    String sql = "SELECT id FROM tollgate.role WHERE is_creator";
    return change.execute(sql, Tuple.tuple()).iterator().next().getString("id");
  }

  /**
   * Ends all memberships and all keys of an organization, and removes it. However many members
   * there are, no change is of more than some of them: where it breaks off, the organization has
   * fewer, and the call may be repeated. Empty where there is no such organization.
   */
  Optional<Changed> delete(String id, Origin origin) {
    Optional<Optional<Changed>> done = Optional.empty();
    while (done.isEmpty()) {
      if (!endSome(id, origin)) {
        done = transactions.change(change -> remove(change, id, origin));
      }
    }
    return done.get();
  }

  /** Returns whether there may be more. */
  private boolean endSome(String id, Origin origin) {
    return transactions.change(
        change -> {
          List<String> users =
              change.execute(MEMBERS, Tuple.of(id, ENDED_AT_ONCE)).stream()
                  .map(row -> row.getString("user_id"))
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
    JsonObject before = SHELF.get(change::execute, id);
    MemberRoles.end(change, id, MemberRoles.lock(change, id));
    change.execute("DELETE FROM tollgate.organization WHERE id = $1", Tuple.of(id));
    return Optional.of(Optional.of(Changed.deleted(change, origin, "organization.delete", before)));
  }
}
