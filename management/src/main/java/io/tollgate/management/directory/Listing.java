package io.tollgate.management.directory;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.scim.SqlCondition;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * A part of all resources of one kind, and how many there are in all, both of one moment.
 *
 * @param <T> the resources
 */
record Listing<T>(List<T> rows, long total) {
  /** The number of the first parameter of a condition. */
  private static final int FIRST_PARAMETER = 4;

  /** Which part is wanted. */
  record Part(int limit, long offset) {}

  /** A table, as conditions call it, and how its rows are read. */
  record Table<T>(String name, String alias, String columns, Function<Row, T> reader) {}

  static final Table<UserRow> USERS =
      new Table<>("tollgate.scim_user", "u", UserRow.COLUMNS, UserRow::from);
  static final Table<GroupRow> GROUPS =
      new Table<>("tollgate.scim_group", "g", GroupRow.COLUMNS, GroupRow::from);

  /** What is asked of Postgres. */
  record Statement(String sql, Tuple parameters) {}

  static Statement statement(Table<?> table, String directoryId, Query query, Part part) {
    SqlCondition condition = query.condition(FIRST_PARAMETER);
    SqlCondition order = query.order(FIRST_PARAMETER + condition.parameters().size());
    Tuple parameters = Tuple.of(directoryId, part.limit, part.offset);
    condition.parameters().forEach(parameters::addValue);
    order.parameters().forEach(parameters::addValue);
    // Of what is passed over only the ids are read.
    String sql =
        """
        WITH page AS (
          SELECT found.id, row_number() OVER () AS place FROM (
            SELECT %2$s.id FROM %1$s %2$s WHERE %2$s.directory_id = $1 AND (%4$s)
            ORDER BY %5$s LIMIT $2 OFFSET $3
          ) found
        )
        SELECT (SELECT count(*) FROM %1$s %2$s WHERE %2$s.directory_id = $1 AND (%4$s)) AS total,
          page.place, %3$s
        FROM (SELECT) one
        LEFT JOIN (page JOIN %1$s %2$s ON %2$s.directory_id = $1 AND %2$s.id = page.id) ON true
        ORDER BY page.place
        """
            .formatted(table.name, table.alias, table.columns, condition.text(), order.text());
    return new Statement(sql, parameters);
  }

  /** Reads a part. */
  static <T> Listing<T> read(
      Transactions transactions, Table<T> table, String directoryId, Query query, Part part) {
    Statement statement = statement(table, directoryId, query, part);
    List<T> rows = new ArrayList<>();
    long total = 0;
    for (Row row : transactions.read(statement.sql, statement.parameters)) {
      total = row.getLong("total");
      if (row.getLong("place") != null) {
        rows.add(table.reader.apply(row));
      }
    }
    return new Listing<>(rows, total);
  }
}
