package io.tollgate.management.instance;

import io.tollgate.management.wire.RequestParameters;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Which lines of the audit are wanted. Immutable.
 *
 * @param conditions in SQL, each with a place for one value
 * @param values in the order of the conditions
 */
record AuditSearch(List<String> conditions, List<Object> values, int limit, int offset) {
  private static final int LIMIT_DEFAULT = 10;
  private static final int LIMIT_MAX = 100;

  /** Postgres walks over all that it skips; who wants what is older names a time. */
  private static final int OFFSET_MAX = 1_000_000;

  static AuditSearch parse(RequestParameters parameters) {
    List<String> conditions = new ArrayList<>();
    List<Object> values = new ArrayList<>();
    for (String column : List.of("object", "actor", "action", "request_id")) {
      @Nullable String value = parameters.textOrNull(column);
      if (value != null) {
        values.add(value);
        conditions.add("a." + column + " = $" + values.size());
      }
    }
    @Nullable Long since = parameters.millisOrNull("since");
    if (since != null) {
      values.add(time(since));
      conditions.add("a.at >= $" + values.size());
    }
    @Nullable Long until = parameters.millisOrNull("until");
    if (until != null) {
      values.add(time(until));
      conditions.add("a.at < $" + values.size());
    }
    return new AuditSearch(
        List.copyOf(conditions),
        List.copyOf(values),
        parameters.integer("limit", LIMIT_DEFAULT, 1, LIMIT_MAX),
        parameters.integer("offset", 0, 0, OFFSET_MAX));
  }

  private static Object time(long millis) {
    return Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC);
  }

  /** Returns the statement; page and total are of one moment, and the total stands beside none. */
  String sql() {
    String matching =
        "FROM tollgate.audit a"
            + (conditions.isEmpty() ? "" : " WHERE " + String.join(" AND ", conditions));
    return """
    SELECT total.total, a.number, a.at, a.actor, a.request_id, a.action, a.object,
      a.before::text AS before, a.after::text AS after, encode(a.hash, 'hex') AS hash
    FROM (SELECT count(*) AS total %1$s) total
    LEFT JOIN (
      SELECT a.* %1$s ORDER BY a.number DESC, a.id DESC LIMIT $%2$d OFFSET $%3$d
    ) a ON true
    ORDER BY a.number DESC, a.id DESC
    """
        .formatted(matching, values.size() + 1, values.size() + 2);
  }

  Tuple parameters() {
    List<Object> all = new ArrayList<>(values);
    all.add(limit);
    all.add(offset);
    return Tuple.from(all);
  }
}
