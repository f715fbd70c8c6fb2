package io.tollgate.management.connection;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.role.RoleRecords;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Carries a change of what a directory makes of groups and attributes over to its users: at once
 * where they are few, else some at a time, later. Then those come first who lose something by it.
 * Safe for all virtual threads.
 */
final class Recompute {
  /** How many users' roles and attributes one change tells anew. */
  static final int USERS_AT_ONCE = 500;

  /** How many it looks at for those who lose something. */
  private static final int LOOKED_AT_ONCE = 1_000;

  /** And how many of them it tells: writers wait for it, for two seconds at most. */
  private static final int LOSERS_AT_ONCE = 250;

  private static final Origin SCHEDULE = new Origin("schedule", "none");
  private static final ObjectMapper JSON = new ObjectMapper();

  /** Before the user up to whom it has come: which pass it is. */
  private static final String DEMOTIONS = "demotions:";

  private static final String ALL = "all:";

  private static final String WAITING =
      """
      SELECT id FROM tollgate.directory d WHERE recomputed_to IS NOT NULL
        OR EXISTS (SELECT FROM tollgate.directory_recompute r WHERE r.directory_id = d.id)
      ORDER BY id LIMIT 100
      """;

  private static final String IS_DEMOTING =
      """
      SELECT FROM tollgate.directory d WHERE id = $1 AND (recomputed_to LIKE 'demotions:%'
        OR EXISTS (SELECT FROM tollgate.directory_recompute r WHERE r.directory_id = d.id))
      """;

  private static final String BEGIN =
      """
      WITH asked AS (
        DELETE FROM tollgate.directory_recompute WHERE directory_id = $1 RETURNING id
      )
      UPDATE tollgate.directory SET recomputed_to = 'demotions:'
      WHERE id = $1 AND EXISTS (SELECT FROM asked)
      """;

  private static final String REACHED =
      """
      SELECT recomputed_to FROM tollgate.directory WHERE id = $1 AND recomputed_to IS NOT NULL
      FOR NO KEY UPDATE
      """;

  private static final String USERS =
      """
      SELECT id FROM tollgate.app_user
      WHERE directory_id = $1 AND departed_at IS NULL AND id > $2
      ORDER BY id LIMIT $3
      """;

  /** Null where there is nothing to be told. */
  private static final String RESUMING =
      """
      SELECT CASE WHEN is_resuming THEN connection_id END AS connection_id
      FROM tollgate.directory WHERE id = $1
      """;

  /** What has been carried over to all is over. */
  private static final String REACH =
      """
      UPDATE tollgate.directory SET recomputed_to = $2::text,
        is_resuming = is_resuming AND $2::text IS NOT NULL,
        dropped_keys = CASE WHEN $2::text IS NULL THEN '{}' ELSE dropped_keys END
      WHERE id = $1
      """;

  private static final String DOCUMENTS =
      """
      SELECT told.user_id, told.document FROM unnest($2::text[]) wanted (id)
      JOIN LATERAL (
        SELECT p.user_id, p.document::text AS document FROM tollgate.scim_user p
        WHERE p.user_id = wanted.id AND p.directory_id = $1 LIMIT 1
      ) told ON true
      ORDER BY told.user_id
      """;

  /** Each is looked up by himself, whatever Postgres knows yet of how many there are. */
  private static final String HELD =
      """
      SELECT told.user_id FROM (
        SELECT DISTINCT scim_user_id FROM tollgate.scim_group_member
        WHERE directory_id = $1 AND group_id = ANY($2::text[])
      ) m
      JOIN LATERAL (
        SELECT p.user_id FROM tollgate.scim_user p
        WHERE p.directory_id = $1 AND p.id = m.scim_user_id LIMIT 1
      ) told ON true
      LIMIT $3
      """;

  /** Whose attributes have changed, and what they had. */
  private record Filled(List<String> userIds, Overwrites overwrites) {
    static Filled none() {
      return new Filled(List.of(), new Overwrites());
    }
  }

  private final Transactions transactions;
  private final RoleResolution roles;
  private final MappedAttributes attributes;

  Recompute(Transactions transactions, RoleResolution roles, MappedAttributes attributes) {
    this.transactions = transactions;
    this.roles = roles;
    this.attributes = attributes;
  }

  /**
   * Tells anew the roles of all whom some of a directory's groups hold; its row must be locked.
   *
   * @return lines of the audit
   */
  List<AuditEntry> ofGroups(
      Change change, String directoryId, Collection<String> groupIds, Origin origin) {
    Tuple parameters =
        Tuple.of(directoryId)
            .addArrayOfString(groupIds.toArray(String[]::new))
            .addInteger(roles.atOnceMax() + 1);
    List<String> users = ids(change, HELD, "user_id", parameters);
    List<RoleChange> changed = roles.apply(change, directoryId, users);
    return told(change, origin, directoryId, changed, Filled.none());
  }

  /** Tells anew the roles and attributes of all users of a directory; its row must be locked. */
  List<AuditEntry> ofAll(Change change, String directoryId, Origin origin) {
    List<String> users = users(change, directoryId, "", USERS_AT_ONCE + 1);
    if (users.size() > USERS_AT_ONCE) {
      later(change, directoryId);
      return List.of();
    }
    List<RoleChange> changed = roles.apply(change, directoryId, users);
    Filled filled = attributes(change, directoryId, users);
    List<AuditEntry> lines = told(change, origin, directoryId, changed, filled);
    reach(change, directoryId, null);
    return lines;
  }

  private static void reach(Change change, String directoryId, @Nullable String to) {
    change.execute(REACH, Tuple.of(directoryId, to));
  }

  /** Lets all users of a directory be told anew some at a time, beginning with those who lose. */
  static void later(Change change, String directoryId) {
    String sql = "INSERT INTO tollgate.directory_recompute (directory_id) VALUES ($1)";
    change.execute(sql, Tuple.of(directoryId));
  }

  /** Returns whether some of a directory's users may yet have what they are to lose. */
  static boolean isDemoting(Change change, String directoryId) {
    return change.execute(IS_DEMOTING, Tuple.of(directoryId)).rowCount() > 0;
  }

  private static List<String> users(Change change, String directoryId, String after, int most) {
    return ids(change, USERS, "id", Tuple.of(directoryId, after, most));
  }

  private static List<String> ids(Change change, String sql, String column, Tuple parameters) {
    return change.execute(sql, parameters).stream().map(row -> row.getString(column)).toList();
  }

  private Filled attributes(Change change, String directoryId, List<String> userIds) {
    Optional<AttributeMapping> mapping = AttributeMapping.find(change, directoryId);
    List<String> changed = new ArrayList<>();
    var overwrites = new Overwrites();
    if (mapping.isPresent()) {
      Tuple parameters = Tuple.of(directoryId).addArrayOfString(userIds.toArray(String[]::new));
      for (Row row : change.execute(DOCUMENTS, parameters)) {
        String user = row.getString("user_id");
        MappedAttributes.Outcome outcome =
            fill(change, mapping.get(), directoryId, user, read(row.getString("document")));
        if (outcome.changed()) {
          changed.add(user);
        }
        overwrites.add(user, outcome.overwritten());
      }
    }
    return new Filled(changed, overwrites);
  }

  private MappedAttributes.Outcome fill(
      Change change,
      AttributeMapping mapping,
      String directoryId,
      String userId,
      ObjectNode document) {
    try {
      return attributes.apply(change, mapping, directoryId, userId, document);
    } catch (MappedAttributes.TooLarge e) {
      // He keeps what he has until his directory tells less of him.
      return MappedAttributes.Outcome.NOTHING;
    }
  }

  private static ObjectNode read(String document) {
    try {
      return (ObjectNode) JSON.readTree(document);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("what Postgres keeps as JSON is JSON", e);
    }
  }

  private static List<AuditEntry> told(
      Change change, Origin origin, String directoryId, List<RoleChange> roles, Filled filled) {
    if (roles.isEmpty() && filled.userIds.isEmpty()) {
      return List.of();
    }
    List<AuditEntry> lines = new ArrayList<>();
    lines.add(resolved(origin, directoryId, roles, filled.userIds));
    lines.addAll(filled.overwrites.lines(origin, directoryId));
    for (Row row : change.execute(RESUMING, Tuple.of(directoryId))) {
      @Nullable String connection = row.getString("connection_id");
      if (connection != null) {
        filled.overwrites.add(roles);
        filled.overwrites.log(change, connection);
      }
    }
    return lines;
  }

  private static AuditEntry resolved(
      Origin origin, String directoryId, List<RoleChange> roles, List<String> attributesOf) {
    var before = new JsonArray();
    var after = new JsonArray();
    for (RoleChange role : roles) {
      var user = new JsonObject().put("user_id", role.userId());
      before.add(user.copy().put("role_id", role.before()));
      after.add(user.put("role_id", role.after()).put("mapped_by", role.mappedBy()));
    }
    var is =
        new JsonObject().put("members", after).put("attributes_of", new JsonArray(attributesOf));
    return origin.entry(
        "directory.resolve",
        directoryId,
        new JsonObject().put("members", before).encode(),
        is.encode());
  }

  /** Goes on with one directory, if one waits; returns whether there may be more at once. */
  boolean step() {
    return transactions.change(
        change -> {
          RoleRecords.hold(change);
          for (String id : ids(change, WAITING, "id", Tuple.tuple())) {
            if (DirectoryQueue.isFirstWorker(change, id)) {
              goOn(change, id);
              return true;
            }
          }
          return false;
        });
  }

  /** Goes on with this directory; returns whether there was anything to be done. */
  boolean step(String directoryId) {
    return transactions.change(
        change -> {
          RoleRecords.hold(change);
          return goOn(change, directoryId);
        });
  }

  private boolean goOn(Change change, String directoryId) {
    DirectoryQueue.enterAloneForStep(change, directoryId);
    change.execute(BEGIN, Tuple.of(directoryId));
    // Whoever was alone with it before may have ended what there was to be done.
    for (Row row : change.execute(REACHED, Tuple.of(directoryId))) {
      goOn(change, directoryId, row.getString("recomputed_to"));
      return true;
    }
    return false;
  }

  private void goOn(Change change, String directoryId, String to) {
    boolean isFirst = !to.startsWith(ALL);
    String after = to.substring(to.indexOf(':') + 1);
    int most = isFirst ? LOOKED_AT_ONCE : USERS_AT_ONCE;
    List<String> users = users(change, directoryId, after, most);
    boolean isEnd = users.size() < most;
    List<String> told = users;
    if (isFirst) {
      Set<String> losing = new HashSet<>(roles.losing(change, directoryId, users));
      told = users.stream().filter(losing::contains).limit(LOSERS_AT_ONCE).toList();
      if (told.size() < losing.size()) {
        // The others are left for the next step: whoever writes into the directory waits for this.
        users = users.subList(0, users.indexOf(told.getLast()) + 1);
        isEnd = false;
      }
    }
    List<RoleChange> changed = roles.apply(change, directoryId, told);
    Filled filled = isFirst ? Filled.none() : attributes(change, directoryId, users);
    String pass = isFirst ? DEMOTIONS : ALL;
    String next = isEnd ? (isFirst ? ALL : null) : pass + users.getLast();
    List<AuditEntry> lines = told(change, SCHEDULE, directoryId, changed, filled);
    reach(change, directoryId, next);
    if (!lines.isEmpty()) {
      change.record(lines);
    }
  }
}
