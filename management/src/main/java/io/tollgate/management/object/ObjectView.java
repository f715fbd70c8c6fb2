package io.tollgate.management.object;

import io.tollgate.management.audit.Change;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;

/**
 * One kind of objects in Postgres, read as the wire spells them: each is nested, and so made there
 * whole, of one moment.
 *
 * @param table whose rows the JSON calls {@code t}
 * @param json an expression
 * @param searched a condition, {@code $1} is what is searched for
 * @param columns what lists may be ordered by
 */
public record ObjectView(String table, String json, String searched, Set<String> columns) {
  /**
   * A part of a list, and how many there are in all, both of one moment.
   *
   * @param data each as the wire spells it
   */
  public record Listed(List<String> data, long total) {
    public String array() {
      return "[" + String.join(",", data) + "]";
    }

    public String page() {
      return "{\"data\":" + array() + ",\"total_count\":" + total + "}";
    }
  }

  /** What runs a statement: in a change or outside. */
  public interface Reader extends BiFunction<String, Tuple, RowSet<Row>> {}

  /** Returns the one whose column holds the value. */
  public Optional<Spelled> find(Reader reader, String column, String value) {
    return find(reader, "t." + column + " = $1", Tuple.of(value));
  }

  public Optional<Spelled> find(Reader reader, String condition, Tuple values) {
    String sql = "SELECT (" + json + ")::text AS json FROM " + table + " t WHERE " + condition;
    for (Row row : reader.apply(sql, values)) {
      return Optional.of(new Spelled(row.getString("json")));
    }
    return Optional.empty();
  }

  /** Returns one that nobody else changes until the change has ended. */
  public Optional<Spelled> lock(Change change, String id) {
    String sql = "SELECT FROM " + table + " WHERE id = $1 FOR NO KEY UPDATE";
    // In two statements: one that waits for the lock sees what was before.
    return change.execute(sql, Tuple.of(id)).rowCount() == 0
        ? Optional.empty()
        : find(change::execute, "id", id);
  }

  /** Returns the one that must be there, such as one that this very change has made. */
  public Spelled get(Reader reader, String id) {
    return find(reader, "id", id).orElseThrow();
  }

  /** Returns a part of all. */
  public Listed list(Reader reader, Page page) {
    return list(reader, page, "true", Tuple.tuple());
  }

  /**
   * Returns a part of those that a condition is true of.
   *
   * @param condition its values are {@code $4} and on
   */
  public Listed list(Reader reader, Page page, String condition, Tuple values) {
    String matching =
        "FROM %s t WHERE %s AND ($1::text = '' OR %s)".formatted(table, condition, searched);
    String sql =
        """
        WITH page AS (
          SELECT t.id, row_number() OVER (ORDER BY t.%1$s %2$s, t.id %2$s) AS place %3$s
          ORDER BY place LIMIT $2 OFFSET $3
        )
        SELECT (SELECT count(*) %3$s) AS total,
          CASE WHEN t.id IS NOT NULL THEN (%4$s)::text END AS json
        FROM (SELECT) one LEFT JOIN (page JOIN %5$s t ON t.id = page.id) ON true
        ORDER BY page.place
        """
            .formatted(page.column(), page.ascending() ? "ASC" : "DESC", matching, json, table);
    Tuple all = Tuple.of(page.query(), page.limit(), page.offset());
    for (int i = 0; i < values.size(); i++) {
      all.addValue(values.getValue(i));
    }
    List<String> data = new ArrayList<>();
    long total = 0;
    for (Row row : reader.apply(sql, all)) {
      total = row.getLong("total");
      if (row.getString("json") != null) {
        data.add(row.getString("json"));
      }
    }
    return new Listed(data, total);
  }
}
