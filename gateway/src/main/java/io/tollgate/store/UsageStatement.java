package io.tollgate.store;

import io.vertx.sqlclient.Tuple;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.function.Function;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;

/**
 * The one statement that takes batches into the ledger, and so the one transaction: a batch's name
 * and its counts stand there both or neither.
 *
 * <p>All gateways write rows in one order, and wait for no key that somebody changes, so that no
 * two of them wait for each other.
 */
final class UsageStatement {
  private static final List<UsageCount> COUNTS = List.of(UsageCount.values());

  private static final String BATCHES =
      """
      WITH batch AS (
        SELECT * FROM unnest($2::uuid[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
          $7::bigint[], $8::bigint[]) WITH ORDINALITY
          AS batch (instance, boot, sequence, minute, used_millis, lost, units, place)
      ), boot AS (
        INSERT INTO tollgate.meter_boot (instance, boot, gateway)
        SELECT DISTINCT instance, boot, $1::text FROM batch ORDER BY instance, boot
        ON CONFLICT DO NOTHING
      ), fresh AS (
        INSERT INTO tollgate.meter_batch (instance, boot, sequence, minute, lost, units)
        SELECT instance, boot, sequence, to_timestamp(minute * 60), lost, units FROM batch
        ORDER BY instance, boot, sequence
        ON CONFLICT DO NOTHING
        RETURNING instance, boot, sequence
      ), used AS (
        SELECT batch.instance, batch.boot, batch.minute, batch.used_millis, r.*
        FROM unnest($9::bigint[], $10::text[], $11::text[], $12::text[], %s)
          AS r (place, key_id, subject, version_id, %s)
        JOIN batch USING (place) JOIN fresh USING (instance, boot, sequence)
      ),
      """
          .formatted(
              joined(count -> "$" + (13 + count.place()) + "::bigint[]"),
              joined(UsageCount::column));

  /** An hour's row is added to for two days; its bill has been written after that. */
  private static final String HOURS =
      """
      hours AS (
        INSERT INTO tollgate.usage_hour (subject, hour, key_id, version_id, came_at, %1$s)
        SELECT subject, hour, key_id, version_id,
          CASE WHEN hour <= now() - interval '48 hours' THEN date_trunc('hour', now(), 'UTC')
            ELSE hour END AS came,
          %2$s
        FROM (SELECT *, to_timestamp(minute / 60 * 3600) AS hour FROM used) used
        GROUP BY subject, hour, key_id, version_id ORDER BY subject, hour, key_id, version_id
        ON CONFLICT (subject, hour, key_id, version_id, came_at) DO UPDATE SET %3$s
        RETURNING 1
      ),
      """;

  private static final String MINUTES =
      """
      minutes AS (
        INSERT INTO tollgate.usage_minute (subject, minute, key_id, version_id, %1$s)
        SELECT subject, to_timestamp(minute * 60), key_id, version_id, %2$s
        FROM used GROUP BY subject, minute, key_id, version_id
        ORDER BY subject, minute, key_id, version_id
        ON CONFLICT (subject, minute, key_id, version_id) DO UPDATE SET %3$s
        RETURNING 1
      ),
      """;

  /**
   * A key's last use is noted about once a minute. A key that is verified and lacks what the path
   * asks for was not used.
   */
  private static final String LAST_USES =
      """
      seen AS (
        SELECT key_id, to_timestamp(max(used_millis) / 1000.0) AS at FROM used
        WHERE %s > verified GROUP BY key_id
      ), free AS (
        SELECT k.id FROM tollgate.api_key k JOIN seen ON seen.key_id = k.id
        WHERE k.last_used_at IS NULL OR k.last_used_at < seen.at - interval '1 minute'
        ORDER BY k.id FOR UPDATE OF k SKIP LOCKED
      ), noted AS (
        UPDATE tollgate.api_key k SET last_used_at = seen.at
        FROM seen JOIN free ON free.id = seen.key_id WHERE k.id = seen.key_id
      ),
      """
          .formatted(sum());

  /**
   * What was used of allowances that were leased is spent by the same transaction. After the ledger
   * is written, so that whoever leases waits as little as may be.
   */
  private static final String ALLOWANCES =
      """
      owned AS (
        SELECT instance, boot, minute, key_id AS owner, version_id, %1$s AS completed,
          %1$s + status_5xx + unanswered AS forwarded FROM used
        UNION ALL
        SELECT instance, boot, minute, subject, version_id, %1$s,
          %1$s + status_5xx + unanswered FROM used
      ), settled AS (
        SELECT tollgate.settle(array_agg(instance), array_agg(boot), array_agg(minute),
          array_agg(owner), array_agg(version_id), array_agg(forwarded),
          array_agg(completed))::text AS done
        FROM owned
        WHERE (SELECT count(*) FROM hours) + (SELECT count(*) FROM minutes) >= 0
      )
      SELECT (SELECT count(*)::int FROM fresh) AS fresh, (SELECT done FROM settled) AS settled
      """
          .formatted("status_1xx + status_2xx + status_3xx + status_4xx");

  static final String TAKE =
      BATCHES
          + adding(HOURS, "usage_hour")
          + adding(MINUTES, "usage_minute")
          + LAST_USES
          + ALLOWANCES;

  private UsageStatement() {}

  /** Returns the sum of all counts of a row, as an expression. */
  static String sum() {
    return COUNTS.stream().map(UsageCount::column).collect(Collectors.joining(" + "));
  }

  private static String adding(String insert, String table) {
    return insert.formatted(
        joined(UsageCount::column),
        joined(count -> "sum(" + count.column() + ')'),
        joined(count -> "%1$s = %2$s.%1$s + excluded.%1$s".formatted(count.column(), table)));
  }

  private static String joined(Function<UsageCount, String> each) {
    return COUNTS.stream().map(each).collect(Collectors.joining(", "));
  }

  static Tuple parameters(String gateway, List<UsageBatch> batches) {
    Tuple parameters =
        Tuple.tuple()
            .addString(gateway)
            .addArrayOfUUID(batches.stream().map(UsageBatch::instance).toArray(UUID[]::new))
            .addArrayOfLong(longs(batches, UsageBatch::boot))
            .addArrayOfLong(longs(batches, UsageBatch::sequence))
            .addArrayOfLong(longs(batches, UsageBatch::minute))
            .addArrayOfLong(longs(batches, UsageBatch::usedMillis))
            .addArrayOfLong(longs(batches, UsageBatch::lost))
            .addArrayOfLong(longs(batches, UsageBatch::units));
    List<UsageRow> rows = batches.stream().flatMap(batch -> batch.rows().stream()).toList();
    parameters
        .addArrayOfLong(places(batches, rows.size()))
        .addArrayOfString(texts(rows, row -> row.key().toString()))
        .addArrayOfString(texts(rows, UsageRow::subject))
        .addArrayOfString(texts(rows, UsageRow::version));
    COUNTS.forEach(count -> parameters.addArrayOfLong(longs(rows, row -> row.count(count))));
    return parameters;
  }

  /** Returns for each row which batch it is of, counted from 1 as Postgres does. */
  private static Long[] places(List<UsageBatch> batches, int rows) {
    Long[] places = new Long[rows];
    int row = 0;
    for (int batch = 0; batch < batches.size(); batch++) {
      int end = row + batches.get(batch).rows().size();
      Arrays.fill(places, row, end, batch + 1L);
      row = end;
    }
    return places;
  }

  private static <T> Long[] longs(List<T> of, ToLongFunction<T> value) {
    return of.stream().mapToLong(value).boxed().toArray(Long[]::new);
  }

  private static <T> String[] texts(List<T> of, Function<T, String> value) {
    return of.stream().map(value).toArray(String[]::new);
  }
}
