package io.tollgate.management.role;

import io.tollgate.access.Subject;
import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.object.WordId;
import io.tollgate.management.plan.DeletedPayer;
import io.tollgate.management.wire.ApiError;
import io.tollgate.store.RecordName;
import io.tollgate.store.SubjectRecord;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What becomes of users by what a directory tells: they come, are taken over, leave, come back, and
 * depart for good. Each is a part of a change that holds the roles.
 */
public final class DirectoryUsers {
  private static final String INSERT =
      "INSERT INTO tollgate.app_user (id, directory_id, active) VALUES ($1, $2, $3)";

  /** Two directories that tell of one address at once come one after the other. */
  private static final String TURN =
      """
      SELECT pg_advisory_xact_lock(hashtextextended(e, 0)) FROM (
        SELECT DISTINCT e FROM unnest(tollgate.folded($1)) e ORDER BY e) e
      """;

  /** One row for each who has one of the addresses; of a user who has departed it is nobody's. */
  private static final String NAMESAKES =
      """
      SELECT id, directory_id, ARRAY(
          SELECT e FROM unnest(email_addresses) e
          WHERE lower(e COLLATE "C") = ANY(tollgate.folded($2))
        ) AS shared
      FROM tollgate.app_user
      WHERE tollgate.folded(email_addresses) && tollgate.folded($2) AND departed_at IS NULL
        AND directory_id IS DISTINCT FROM $1
      ORDER BY id LIMIT 10
      """;

  private static final String TAKE_OVER =
      """
      UPDATE tollgate.app_user SET directory_id = $2, active = $3, updated_at = now()
      WHERE id = $1 AND directory_id IS NULL AND departed_at IS NULL
      """;

  private static final String ACTIVATE =
      "UPDATE tollgate.app_user SET active = $2, updated_at = now() WHERE id = $1";

  /** What nobody else could have as long as he has it is free again. */
  private static final String DEPART =
      """
      UPDATE tollgate.app_user SET active = false, departed_at = now(), username = NULL,
        external_id = NULL, departed_as = $2, updated_at = now()
      WHERE id = $1
      """;

  private static final String MADE_FOR_ORGANIZATIONS =
      """
      SELECT json_build_object('keys', coalesce(json_agg(json_build_object('id', k.id,
        'subject', k.subject, 'name', k.name) ORDER BY k.created_at, k.id), '[]'))::text AS made,
        count(*) AS count
      FROM (SELECT * FROM tollgate.api_key WHERE created_by = $1 AND revoked_at IS NULL
        AND subject LIKE 'org\\_%' ORDER BY created_at, id LIMIT 1000) k
      """;

  /**
   * A user of another directory, or of none, who has an address that a directory tells of.
   *
   * @param directoryId null of a user whom no directory manages
   * @param shared the addresses in question
   */
  public record Namesake(String id, @Nullable String directoryId, List<String> shared) {}

  private DirectoryUsers() {}

  /** Returns a user as the wire spells him. */
  public static Spelled get(Change change, String userId) {
    return ObjectViews.USERS.get(change::execute, userId);
  }

  /** Makes a user, with a record by which his keys will be judged, and returns his id. */
  public static String insert(
      Change change, RandomGenerator random, String directoryId, boolean active) {
    String id = WordId.make(UserRegistry.PREFIX, random);
    change.execute(INSERT, Tuple.of(id, directoryId, active));
    SubjectRecord record = SubjectRecord.DEFAULTS.withEnabled(active);
    change.putIfAbsent(RecordName.subject(new Subject(id)), record);
    return id;
  }

  /** Returns users of other directories, or of none, who have one of these addresses. */
  public static List<Namesake> namesakes(Change change, String directoryId, List<String> emails) {
    String[] addresses = emails.toArray(String[]::new);
    change.execute(TURN, Tuple.tuple().addArrayOfString(addresses));
    Tuple parameters = Tuple.of(directoryId).addArrayOfString(addresses);
    List<Namesake> namesakes = new ArrayList<>();
    for (Row row : change.execute(NAMESAKES, parameters)) {
      namesakes.add(
          new Namesake(
              row.getString("id"),
              row.getString("directory_id"),
              List.of(row.getArrayOfStrings("shared"))));
    }
    return namesakes;
  }

  /**
   * Gives a user to a directory. His keys stay as they are, where he is active.
   *
   * @return whether he was there, and nobody else's
   * @throws ApiError if an organization would be left without anybody who can run it when its
   *     directory can't
   */
  public static boolean takeOver(Change change, String userId, String directoryId, boolean active) {
    SubjectRecord record = MemberRoles.lock(change, userId);
    Tuple parameters = Tuple.of(userId, directoryId, active);
    if (change.execute(TAKE_OVER, parameters).rowCount() == 0) {
      return false;
    }
    SubjectRecord kept = active ? record : record.withKeysRevoked();
    change.put(RecordName.subject(new Subject(userId)), kept.withEnabled(active));
    // He may have been the last one whom no directory manages, here or elsewhere.
    DirectoryHold.checkLocalOwner(change, record.roles().keySet());
    return true;
  }

  /**
   * Takes back the roles that an earlier directory has left him who was not active when that went;
   * he must be taken over.
   *
   * @return what has changed, for the audit
   */
  public static List<AuditEntry> lapse(Change change, Origin origin, String userId) {
    return MappedRoles.lapse(change, origin, userId);
  }

  /**
   * Keeps a user in his groups who is to go: whoever takes him out of one locks that he is in it,
   * and then his record. To be called before the record is locked, and when his resource is.
   *
   * @param id of his resource, as the directory knows him
   */
  public static void lockGroups(Change change, String directoryId, String id) {
    String sql =
        "SELECT FROM tollgate.scim_group_member WHERE directory_id = $1 AND scim_user_id = $2"
            + " ORDER BY group_id FOR UPDATE";
    change.execute(sql, Tuple.of(directoryId, id));
  }

  /** Ends all keys of a user for good, by one write, and lets him have no others. */
  public static void leave(Change change, String userId) {
    close(change, userId);
    change.execute(ACTIVATE, Tuple.of(userId, false));
  }

  /** Lets a user have keys again; those that he had stay ended. */
  public static void comeBack(Change change, String userId) {
    SubjectRecord record = MemberRoles.lock(change, userId);
    change.put(RecordName.subject(new Subject(userId)), record.withEnabled(true));
    change.execute(ACTIVATE, Tuple.of(userId, true));
  }

  /** Refuses to make active who is a directory's, or was deleted by one; he must be locked. */
  static void checkUnmanaged(Change change, String userId) {
    String sql = "SELECT directory_id, departed_at FROM tollgate.app_user WHERE id = $1";
    Row user = change.execute(sql, Tuple.of(userId)).iterator().next();
    if (user.getValue("departed_at") != null) {
      throw new ApiError(
          409,
          "user_departed",
          "User departed",
          "His directory has deleted the user for good; create another one.");
    }
    if (user.getString("directory_id") != null) {
      throw new ApiError(
          409,
          "user_managed_by_scim",
          "Managed by a directory",
          "The user's directory tells whether he is active; activate him in the identity provider,"
              + " or delete the directory first.");
    }
  }

  /**
   * Ends a user for good; he stays for the audit, and his memberships with him, since what he made
   * for an organization is bounded by his role there, and lives on. Who he was is forgotten later.
   *
   * @param names what the directory called him
   * @return the lines of the audit that the change must record with its own
   */
  public static List<AuditEntry> depart(
      Change change, Origin origin, String userId, List<String> names) {
    // Before his record is locked: the order in which all lock who change a subscription.
    List<AuditEntry> ended = DeletedPayer.end(change, origin, userId);
    close(change, userId);
    change.execute(DEPART, Tuple.of(userId).addArrayOfString(names.toArray(String[]::new)));
    return ended;
  }

  private static void close(Change change, String userId) {
    SubjectRecord record = MemberRoles.lock(change, userId);
    SubjectRecord closed = record.withKeysRevoked().withEnabled(false);
    change.put(RecordName.subject(new Subject(userId)), closed);
  }

  /** Returns the organizations of keys that a user made and that are not revoked. */
  static Set<String> organizationsWithKeysOf(Change change, String userId) {
    String sql =
        "SELECT DISTINCT subject FROM tollgate.api_key WHERE created_by = $1"
            + " AND revoked_at IS NULL AND subject LIKE 'org\\_%'";
    return change.execute(sql, Tuple.of(userId)).stream()
        .map(row -> row.getString("subject"))
        .collect(Collectors.toSet());
  }

  /** Returns the line that tells which keys a leaver made for organizations, where he made any. */
  public static List<AuditEntry> madeForOrganizations(Change change, Origin origin, String userId) {
    Row row = change.execute(MADE_FOR_ORGANIZATIONS, Tuple.of(userId)).iterator().next();
    return row.getLong("count") == 0
        ? List.of()
        : List.of(origin.entry("user.made_keys", userId, null, row.getString("made")));
  }
}
