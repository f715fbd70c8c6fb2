package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** How Postgres runs a statement among many keys: which rows it touches, not how long it takes. */
public final class QueryPlan {
  private static final int KEYS = 20_000;

  /** Two keys of each subject; the log names them all, in order. */
  private static final String FILL =
      """
      INSERT INTO tollgate.api_key (id, type, subject, name, scopes, number, since)
      SELECT 'ak_' || md5(i::text), 'api_key', 'user_' || lpad((i / 2)::text, 27, '0'),
        'key ' || i, '{read}', i, i FROM generate_series(1, %1$d) i;
      INSERT INTO tollgate.api_key_secret (digest, key_id)
      SELECT sha256(i::text::bytea), 'ak_' || md5(i::text) FROM generate_series(1, %1$d) i;
      INSERT INTO tollgate.record (name, address, body)
      SELECT DISTINCT name, tollgate.address(name), '{}' FROM (
        SELECT 'subject:user_' || lpad((i / 2)::text, 27, '0') AS name
        FROM generate_series(1, %1$d) i) named;
      INSERT INTO tollgate.change_log (number, id, keys, addresses)
      SELECT i, i::text, ARRAY['ak_' || md5(i::text)], ARRAY[sha256(i::text::bytea)]
      FROM generate_series(1, %1$d) i;
      UPDATE tollgate.change_counter SET number = %1$d, id = '%1$d';
      """
          .formatted(KEYS);

  private static final Pattern ROWS =
      Pattern.compile(
          "(Seq|Index|Index Only|Bitmap Heap) Scan.* on (\\w+).*rows=([0-9.]+) loops=(\\d+)");

  private QueryPlan() {}

  /** Fills a database; the planner knows of it or not, as after an import. */
  public static void fill(TestPostgres postgres, boolean analyzed) {
    postgres.execute(FILL);
    if (analyzed) {
      postgres.execute("ANALYZE");
    }
  }

  /** Fails if the statement reads more than so many rows of any table of keys or records. */
  public static void assertRowsAtMost(TestPostgres postgres, String sql, int most) {
    List<String> plan = plan(postgres, sql);
    for (String line : plan) {
      Matcher scan = ROWS.matcher(line);
      if (scan.find()) {
        double rows = Double.parseDouble(scan.group(3)) * Integer.parseInt(scan.group(4));
        assertThat(rows).as(String.join("\n", plan)).isLessThanOrEqualTo(most);
        boolean isWhole = scan.group(1).equals("Seq") && !scan.group(2).equals("change_counter");
        assertThat(isWhole).as(String.join("\n", plan)).isFalse();
      }
    }
  }

  private static List<String> plan(TestPostgres postgres, String sql) {
    List<String> lines = new ArrayList<>();
    try (Connection connection = postgres.connect();
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery("EXPLAIN (ANALYZE) " + sql)) {
      while (rows.next()) {
        lines.add(rows.getString(1));
      }
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
    return lines;
  }
}
