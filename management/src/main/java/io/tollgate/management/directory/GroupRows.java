package io.tollgate.management.directory;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.scim.Folding;
import io.tollgate.management.scim.ScimDocument;
import io.tollgate.management.scim.ScimError;
import io.tollgate.management.scim.ScimJson;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.Objects;
import java.util.Optional;

/** What directories have told of groups, in Postgres; their members are rows of their own. */
final class GroupRows {
  private static final String FIND =
      "SELECT "
          + GroupRow.COLUMNS
          + " FROM tollgate.scim_group g WHERE directory_id = $1 AND id = $2";

  private static final String INSERT =
      """
      INSERT INTO tollgate.scim_group AS g (
        directory_id, id, display_name, display_name_key, external_id, document)
      VALUES ($1, $2, $3, $4, $5, $6::text::jsonb)
      RETURNING %s
      """
          .formatted(GroupRow.COLUMNS);

  /** Whoever looks at the list of mappings is to know a group by the name that it has. */
  private static final String UPDATE =
      """
      WITH renamed AS (
        UPDATE tollgate.group_role_mapping SET group_display_name = $3,
          group_display_name_key = $4, group_external_id = $5
        WHERE directory_id = $1 AND group_id = $2
          AND (group_display_name, group_external_id) IS DISTINCT FROM ($3, $5::text)
      )
      UPDATE tollgate.scim_group AS g SET display_name = $3, display_name_key = $4,
        external_id = $5, document = $6::text::jsonb, version = version + 1, updated_at = now()
      WHERE directory_id = $1 AND id = $2
      RETURNING %s
      """
          .formatted(GroupRow.COLUMNS);

  private GroupRows() {}

  static GroupRow find(Transactions transactions, String directoryId, String id) {
    return first(transactions.read(FIND, Tuple.of(directoryId, id)))
        .orElseThrow(GroupRows::unknown);
  }

  /** Returns one that nobody else changes until the change has ended, its members included. */
  static Optional<GroupRow> lock(Change change, String directoryId, String id) {
    return first(change.execute(FIND + " FOR NO KEY UPDATE", Tuple.of(directoryId, id)));
  }

  /** Returns one that nobody else brings into a group or a mapping either, since it is to go. */
  static Optional<GroupRow> lockForGood(Change change, String directoryId, String id) {
    return first(change.execute(FIND + " FOR UPDATE", Tuple.of(directoryId, id)));
  }

  static ScimError unknown() {
    return ScimError.notFound("No group of this directory has this id.");
  }

  private static Optional<GroupRow> first(RowSet<Row> rows) {
    return rows.size() == 0 ? Optional.empty() : Optional.of(GroupRow.from(rows.iterator().next()));
  }

  static GroupRow insert(Change change, String directoryId, String id, ScimDocument document) {
    return first(change.execute(INSERT, parameters(directoryId, id, document))).orElseThrow();
  }

  static GroupRow update(Change change, String directoryId, String id, ScimDocument document) {
    return first(change.execute(UPDATE, parameters(directoryId, id, document))).orElseThrow();
  }

  private static Tuple parameters(String directoryId, String id, ScimDocument document) {
    String name = Objects.requireNonNull(document.displayName(), "each group has one");
    return Tuple.of(directoryId, id, name, Folding.key(name))
        .addString(document.externalId())
        .addString(ScimJson.text(document.json()));
  }

  /** Returns whether somebody's role may hang on who is in the group. */
  static boolean isMapped(Change change, String directoryId, String id) {
    String sql =
        "SELECT FROM tollgate.group_role_mapping WHERE directory_id = $1 AND group_id = $2";
    return change.execute(sql, Tuple.of(directoryId, id)).rowCount() > 0;
  }

  /** Notes where another group has the name: providers allow it, and yet some match by names. */
  static void warnOfNamesake(
      Change change, String directoryId, String id, ScimDocument document, Noted noted) {
    String sql =
        """
        SELECT FROM tollgate.scim_group
        WHERE directory_id = $1 AND display_name_key = $2 AND id <> $3 LIMIT 1
        """;
    String key = Folding.key(Objects.requireNonNull(document.displayName(), "each group has one"));
    if (change.execute(sql, Tuple.of(directoryId, key, id)).rowCount() > 0) {
      noted.warn(
          "scim_group_name_duplicate",
          "Another group of this directory has the displayName as well: let the provider match"
              + " groups by externalId.");
    }
  }

  static void delete(Change change, String directoryId, String id) {
    change.execute(
        "DELETE FROM tollgate.scim_group WHERE directory_id = $1 AND id = $2",
        Tuple.of(directoryId, id));
  }
}
