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
 * @param bytes about how many they are of
 */
record Listing<T>(List<T> rows, long total, long bytes) {
  /**
   * About how many bytes a page may be of: where the documents, and the members or groups that are
   * shown with them, are of more, it has fewer resources than were asked for, which RFC 7644
   * (section 3.4.2.4) allows, and {@code itemsPerPage} tells; one at least. So nothing is left out
   * of any, and whoever pages on comes to all of them. What would be beyond is never read.
   */
  static final int BYTES_MAX = 4 * 1024 * 1024;

  /** What a member of a group, or a group of a user, is counted as. */
  private static final int LINK_BYTES = 128;

  /** The number of the first parameter of a condition. */
  private static final int FIRST_PARAMETER = 6;

  /**
   * Which part is wanted.
   *
   * @param bytes as {@link #BYTES_MAX}; none at all where it is 0
   */
  record Part(int limit, long offset, long bytes) {}

  /**
   * A table, as conditions call it, and how its rows are read.
   *
   * @param links those who are shown with a resource
   */
  record Table<T>(
      String name, String alias, String columns, String links, Function<Row, T> reader) {}

  static final Table<UserRow> USERS =
      new Table<>(
          "tollgate.scim_user",
          "u",
          UserRow.COLUMNS,
          """
          SELECT FROM tollgate.scim_group_member
          WHERE directory_id = $1 AND scim_user_id = u.id
          """,
          UserRow::from);
  static final Table<GroupRow> GROUPS =
      new Table<>(
          "tollgate.scim_group",
          "g",
          GroupRow.COLUMNS,
          """
          SELECT FROM tollgate.scim_group_member WHERE directory_id = $1 AND group_id = g.id
          UNION ALL
          SELECT FROM tollgate.scim_group_group WHERE directory_id = $1 AND group_id = g.id
          """,
          GroupRow::from);

  /** Of what is passed over only the ids are read. */
  private static final String SQL =
      """
      WITH page AS (
        SELECT found.id, row_number() OVER () AS place FROM (
          SELECT %2$s.id FROM %1$s %2$s WHERE %2$s.directory_id = $1 AND (%4$s)
          ORDER BY %5$s LIMIT $2 OFFSET $3
        ) found
      ), weighed AS (
        SELECT page.id, page.place, w.bytes,
          sum(w.bytes) OVER (ORDER BY page.place) - w.bytes AS bytes_before
        FROM page JOIN %1$s %2$s ON %2$s.directory_id = $1 AND %2$s.id = page.id,
        LATERAL (
          SELECT octet_length(%2$s.document::text)
            + {bytes} * (SELECT count(*) FROM (%6$s LIMIT $5) links) AS bytes
          OFFSET 0
        ) w
      )
      SELECT (SELECT count(*) FROM %1$s %2$s WHERE %2$s.directory_id = $1 AND (%4$s)) AS total,
        weighed.place, weighed.bytes, %3$s
      FROM (SELECT) one
      LEFT JOIN (weighed JOIN %1$s %2$s
        ON %2$s.directory_id = $1 AND %2$s.id = weighed.id
          AND weighed.bytes_before < $4::bigint) ON true
      ORDER BY weighed.place
      """
          .replace("{bytes}", Integer.toString(LINK_BYTES));

  /** What is asked of Postgres. */
  record Statement(String sql, Tuple parameters) {}

  static Statement statement(Table<?> table, String directoryId, Query query, Part part) {
    SqlCondition condition = query.condition(FIRST_PARAMETER);
    SqlCondition order = query.order(FIRST_PARAMETER + condition.parameters().size());
    int links = query.showsLinks() ? BYTES_MAX / LINK_BYTES + 1 : 0;
    Tuple parameters = Tuple.of(directoryId, part.limit, part.offset, part.bytes, links);
    condition.parameters().forEach(parameters::addValue);
    order.parameters().forEach(parameters::addValue);
    String sql =
        SQL.formatted(
            table.name, table.alias, table.columns, condition.text(), order.text(), table.links);
    return new Statement(sql, parameters);
  }

  /** Reads a part. */
  static <T> Listing<T> read(
      Transactions transactions, Table<T> table, String directoryId, Query query, Part part) {
    Statement statement = statement(table, directoryId, query, part);
    List<T> rows = new ArrayList<>();
    long total = 0;
    long bytes = 0;
    for (Row row : transactions.read(statement.sql, statement.parameters)) {
      total = row.getLong("total");
      if (row.getLong("place") != null) {
        rows.add(table.reader.apply(row));
        bytes += row.getLong("bytes");
      }
    }
    return new Listing<>(rows, total, bytes);
  }
}
