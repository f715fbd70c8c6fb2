package io.tollgate.management.connection;

import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.ObjectView;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.role.RoleRecords;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;

/**
 * Removes directories: first nobody can write into one any more, then its users become nobody's,
 * some at a time, and at last it goes. Where it breaks off, the call may be repeated. Safe for all
 * virtual threads.
 */
final class DirectoryRemoval {
  /** How many users one change lets go: each has a line of the audit. */
  static final int LET_GO_AT_ONCE = 100;

  static final String CLOSED =
      " Its tokens are revoked already: the identity provider can write nothing any more.";

  private static final ObjectView VIEW = ConnectionViews.DIRECTORIES;

  private static final String LOCK = "SELECT FROM tollgate.directory WHERE id = $1 FOR UPDATE";

  private static final String NEXT =
      "SELECT id FROM tollgate.app_user WHERE directory_id = $1 ORDER BY id LIMIT $2";

  /** In the order in which all lock who delete a user. */
  private static final List<String> LOCK_USERS =
      List.of(
          "SELECT FROM tollgate.scim_user WHERE user_id = ANY($1) ORDER BY user_id FOR UPDATE",
          "SELECT FROM tollgate.app_user WHERE id = ANY($1) ORDER BY id FOR NO KEY UPDATE");

  /**
   * They keep their roles, which are from now on as if given by hand; not of those who are not
   * active, whom nobody has told anew: they lose what groups told when they become active again.
   */
  private static final String LET_GO =
      """
      WITH freed AS (
        UPDATE tollgate.app_user SET directory_id = NULL, updated_at = now()
        WHERE id = ANY($2::text[])
      ), given AS (
        UPDATE tollgate.membership m SET mapped_by = NULL, manual_role_id = NULL
        FROM (
          SELECT known.id FROM tollgate.directory d CROSS JOIN unnest($2::text[]) gone (id)
          JOIN LATERAL (
            SELECT FROM tollgate.app_user a WHERE a.id = gone.id AND a.active LIMIT 1
          ) u ON true
          JOIN LATERAL (
            SELECT e.id FROM tollgate.membership e
            WHERE e.organization_id = d.organization_id AND e.user_id = gone.id LIMIT 1
          ) known ON true
          WHERE d.id = $1
        ) n
        WHERE m.id = n.id
      )
      DELETE FROM tollgate.scim_user WHERE user_id = ANY($2::text[])
      """;

  private final Transactions transactions;
  private final Demotions demotions;

  DirectoryRemoval(Transactions transactions, Demotions demotions) {
    this.transactions = transactions;
    this.demotions = demotions;
  }

  /** Empty where there is no such directory. */
  Optional<Changed> delete(String id, Origin origin) {
    if (!demotions.after(id, () -> close(id, origin), CLOSED)) {
      return Optional.empty();
    }
    Optional<Optional<Changed>> done = Optional.empty();
    while (done.isEmpty()) {
      if (!letSomeGo(id, origin)) {
        done = transactions.change(change -> remove(change, id, origin));
      }
    }
    return done.get();
  }

  /** Roles first: whoever changes them writes mappings, and then the directory's row. */
  private static void hold(Change change, String id) {
    RoleRecords.hold(change);
    DirectoryQueue.enterAlone(change, id);
  }

  /** Returns whether there is such a directory; empty where it can't be closed yet. */
  private Optional<Boolean> close(String id, Origin origin) {
    return transactions.change(
        change -> {
          hold(change, id);
          Optional<Spelled> before = VIEW.lock(change, id);
          if (before.isPresent() && before.get().flag("enabled")) {
            if (Recompute.isDemoting(change, id)) {
              shut(change, id, origin);
              return Optional.empty();
            }
            change.execute(
                "UPDATE tollgate.directory SET enabled = false, recomputed_to = NULL,"
                    + " updated_at = now() WHERE id = $1",
                Tuple.of(id));
            DirectoryTokens.revokeAll(change, id);
            Spelled after = VIEW.get(change::execute, id);
            Changed.updated(change, origin, "directory.update", before.get(), after);
          }
          return Optional.of(before.isPresent());
        });
  }

  /** Lets nobody write into a directory any more that is about to be closed. */
  static void shut(Change change, String id, Origin origin) {
    if (DirectoryTokens.revokeAll(change, id) > 0) {
      change.record(origin.entry("directory.revoke_tokens", id, null, null));
    }
  }

  /** Returns whether there may be more. */
  private boolean letSomeGo(String id, Origin origin) {
    return transactions.change(
        change -> {
          // So that nobody writes into it meanwhile, should it have been enabled again.
          hold(change, id);
          change.execute(LOCK, Tuple.of(id));
          List<String> users =
              change.execute(NEXT, Tuple.of(id, LET_GO_AT_ONCE)).stream()
                  .map(row -> row.getString("id"))
                  .toList();
          if (users.isEmpty()) {
            return false;
          }
          String[] ids = users.toArray(String[]::new);
          LOCK_USERS.forEach(lock -> change.execute(lock, Tuple.tuple().addArrayOfString(ids)));
          change.execute(LET_GO, Tuple.of(id).addArrayOfString(ids));
          String before = new JsonObject().put("directory_id", id).encode();
          String after = new JsonObject().putNull("directory_id").encode();
          List<AuditEntry> lines =
              users.stream()
                  .map(user -> origin.entry("user.leave_directory", user, before, after))
                  .toList();
          change.record(lines);
          return true;
        });
  }

  /** Returns empty where somebody has come to it meanwhile. */
  private static Optional<Optional<Changed>> remove(Change change, String id, Origin origin) {
    hold(change, id);
    if (change.execute(LOCK, Tuple.of(id)).rowCount() == 0) {
      return Optional.of(Optional.empty());
    }
    if (change.execute(NEXT, Tuple.of(id, 1)).rowCount() > 0) {
      return Optional.empty();
    }
    Spelled before = VIEW.get(change::execute, id);
    change.execute("DELETE FROM tollgate.directory WHERE id = $1", Tuple.of(id));
    return Optional.of(Optional.of(Changed.deleted(change, origin, "directory.delete", before)));
  }
}
