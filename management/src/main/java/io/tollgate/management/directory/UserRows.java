package io.tollgate.management.directory;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.scim.ScimDocument;
import io.tollgate.management.scim.ScimError;
import io.tollgate.management.scim.ScimJson;
import io.tollgate.management.scim.ValueRow;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What directories have told of people, in Postgres. */
final class UserRows {
  private static final String FIND =
      "SELECT "
          + UserRow.COLUMNS
          + " FROM tollgate.scim_user u WHERE directory_id = $1 AND id = $2";

  private static final String INSERT =
      """
      INSERT INTO tollgate.scim_user AS u (
        directory_id, id, user_id, user_name, user_name_key, external_id, active, document)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8::text::jsonb)
      RETURNING %s
      """
          .formatted(UserRow.COLUMNS);

  private static final String UPDATE =
      """
      UPDATE tollgate.scim_user AS u SET user_name = $3, user_name_key = $4, external_id = $5,
        active = $6, document = $7::text::jsonb, version = version + 1, updated_at = now()
      WHERE directory_id = $1 AND id = $2
      RETURNING %s
      """
          .formatted(UserRow.COLUMNS);

  private static final String DROP_VALUES =
      "DELETE FROM tollgate.scim_user_value WHERE directory_id = $1 AND scim_user_id = $2";

  private static final String ADD_VALUES =
      """
      INSERT INTO tollgate.scim_user_value (
        directory_id, scim_user_id, attribute, place, type_key, value, value_key, is_primary)
      SELECT $1, $2, a, p, t, v, k, m
      FROM unnest($3::text[], $4::int[], $5::text[], $6::text[], $7::text[], $8::boolean[])
        AS told (a, p, t, v, k, m)
      """;

  private UserRows() {}

  static UserRow find(Transactions transactions, String directoryId, String id) {
    return first(transactions.read(FIND, Tuple.of(directoryId, id))).orElseThrow(UserRows::unknown);
  }

  /** Returns one that nobody else changes until the change has ended. */
  static Optional<UserRow> lock(Change change, String directoryId, String id) {
    return first(change.execute(FIND + " FOR NO KEY UPDATE", Tuple.of(directoryId, id)));
  }

  static ScimError unknown() {
    return ScimError.notFound("No user of this directory has this id.");
  }

  private static Optional<UserRow> first(RowSet<Row> rows) {
    return rows.size() == 0 ? Optional.empty() : Optional.of(UserRow.from(rows.iterator().next()));
  }

  static UserRow insert(
      Change change, String directoryId, String id, String userId, ScimDocument document) {
    Tuple parameters =
        Tuple.of(directoryId, id, userId, document.userName(), document.userNameKey())
            .addString(document.externalId())
            .addBoolean(document.active())
            .addString(ScimJson.text(document.json()));
    UserRow inserted = first(change.execute(INSERT, parameters)).orElseThrow();
    addValues(change, directoryId, id, document);
    return inserted;
  }

  static UserRow update(Change change, String directoryId, String id, ScimDocument document) {
    Tuple parameters =
        Tuple.of(directoryId, id, document.userName(), document.userNameKey())
            .addString(document.externalId())
            .addBoolean(document.active())
            .addString(ScimJson.text(document.json()));
    UserRow updated = first(change.execute(UPDATE, parameters)).orElseThrow();
    change.execute(DROP_VALUES, Tuple.of(directoryId, id));
    addValues(change, directoryId, id, document);
    return updated;
  }

  private static void addValues(
      Change change, String directoryId, String id, ScimDocument document) {
    List<ValueRow> rows = document.valueRows();
    Tuple parameters =
        Tuple.of(directoryId, id)
            .addArrayOfString(texts(rows, ValueRow::attribute))
            .addArrayOfInteger(rows.stream().map(ValueRow::place).toArray(Integer[]::new))
            .addArrayOfString(texts(rows, ValueRow::typeKey))
            .addArrayOfString(texts(rows, ValueRow::value))
            .addArrayOfString(texts(rows, ValueRow::valueKey))
            .addArrayOfBoolean(rows.stream().map(ValueRow::primary).toArray(Boolean[]::new));
    change.execute(ADD_VALUES, parameters);
  }

  private static String[] texts(List<ValueRow> rows, Function<ValueRow, @Nullable String> text) {
    return rows.stream().map(text).toArray(String[]::new);
  }

  static void delete(Change change, String directoryId, String id) {
    change.execute(
        "DELETE FROM tollgate.scim_user WHERE directory_id = $1 AND id = $2",
        Tuple.of(directoryId, id));
  }
}
