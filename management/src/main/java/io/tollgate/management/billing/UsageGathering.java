package io.tollgate.management.billing;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Transactions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * Makes events of the ledger's hours, each time that one has another total than was told last. Each
 * hour is walked over twice, soon after its end and when it does not grow any more; what comes
 * later is walked over by the time at which it came. Each walk goes some rows at a time and notes
 * how far, in one transaction with the events. Safe for all virtual threads.
 */
final class UsageGathering {
  /** How many rows of the ledger one step walks over. */
  static final int AT_ONCE = 500;

  /** By then gateways have sent what they counted, unless they are cut off. */
  private static final Duration SOON = Duration.ofMinutes(15);

  private static final String BEGIN =
      """
      INSERT INTO tollgate.usage_walk (name, began, at)
      SELECT name, $1, $1 FROM unnest(ARRAY['soon', 'final', 'late']) name
      ON CONFLICT (name) DO NOTHING
      """;

  /**
   * Whoever walks holds the places of all walks, in one order, until what it found is there for all
   * to see: sinks read events by sequence, and would pass over one that came behind a higher one.
   */
  private static final String PLACE =
      """
      WITH held AS MATERIALIZED (
        SELECT name, at, hour, subject, key_id, version_id FROM tollgate.usage_walk
        ORDER BY name FOR UPDATE
      )
      SELECT at, hour, subject, key_id, version_id FROM held WHERE name = $1
      """;

  /** The next rows by the time of their use. */
  static final String ROWS_BY_HOUR =
      """
      SELECT hour AS at, hour, subject, key_id, version_id FROM tollgate.usage_hour
      WHERE (hour, subject, key_id, version_id) > ($2, $3, $4, $5) AND hour >= $1 AND hour < $6
      ORDER BY hour, subject, key_id, version_id LIMIT $7
      """;

  /** The next rows that were late, by the time at which they came. */
  static final String ROWS_BY_ARRIVAL =
      """
      SELECT came_at AS at, hour, subject, key_id, version_id FROM tollgate.usage_hour
      WHERE (came_at, hour, subject, key_id, version_id) > ($1, $2, $3, $4, $5) AND came_at < $6
        AND came_at <> hour AND hour >= (SELECT began FROM tollgate.usage_walk WHERE name = 'late')
      ORDER BY came_at, hour, subject, key_id, version_id LIMIT $7
      """;

  static final String ADD =
      """
      WITH cell AS (
        SELECT DISTINCT hour, subject, key_id, version_id
        FROM unnest($1::timestamptz[], $2::text[], $3::text[], $4::text[])
          cell (hour, subject, key_id, version_id)
      ), total AS (
        SELECT hour, subject, key_id, version_id, %s
        FROM cell JOIN tollgate.usage_hour u USING (hour, subject, key_id, version_id)
        GROUP BY hour, subject, key_id, version_id
      ), metered AS (
        SELECT t.hour, t.subject, t.key_id, t.version_id, m.meter, m.units
        FROM total t CROSS JOIN LATERAL (VALUES %s) m (meter, units)
      )
      INSERT INTO tollgate.usage_event (
        id, hour, subject, key_id, version_id, meter, revision, units, previous_units)
      SELECT encode(sha256(convert_to(concat_ws(E'\\n', extract(epoch FROM m.hour)::bigint,
          m.subject, m.key_id, m.version_id, m.meter, coalesce(e.revision, 0) + 1), 'UTF8')),
          'hex'),
        m.hour, m.subject, m.key_id, m.version_id, m.meter, coalesce(e.revision, 0) + 1, m.units,
        coalesce(e.units, 0)
      FROM metered m
      LEFT JOIN LATERAL (
        SELECT revision, units FROM tollgate.usage_event e
        WHERE e.hour = m.hour AND e.subject = m.subject AND e.key_id = m.key_id
          AND e.version_id = m.version_id AND e.meter = m.meter
        ORDER BY revision DESC LIMIT 1
      ) e ON true
      WHERE m.units <> coalesce(e.units, 0)
      ORDER BY m.hour, m.subject, m.key_id, m.version_id, m.meter
      """
          .formatted(sums(), values());

  private static final String NOTE =
      """
      UPDATE tollgate.usage_walk
      SET at = $2, hour = $3, subject = $4, key_id = $5, version_id = $6 WHERE name = $1
      """;

  private final Transactions transactions;
  private boolean begun;

  UsageGathering(Transactions transactions) {
    this.transactions = transactions;
  }

  private static String sums() {
    return String.join(
        ", ",
        Meter.BILLED.stream()
            .map(meter -> "sum(" + meter.columns() + ") AS " + meter.text())
            .toList());
  }

  private static String values() {
    return String.join(
        ", ",
        Meter.BILLED.stream()
            .map(meter -> "('" + meter.text() + "', t." + meter.text() + ")")
            .toList());
  }

  /** Gathers some; returns whether there is more at once. */
  boolean step(Instant now) {
    if (!begun) {
      // The first time ever, from the beginning of the month: no month is told in part.
      transactions.note(BEGIN, Tuple.of(Month.at(now).start()));
      begun = true;
    }
    boolean isMoreSoon = walk("soon", ROWS_BY_HOUR, before(now, SOON));
    boolean isMoreFinal = walk("final", ROWS_BY_HOUR, before(now, Month.GRACE));
    boolean isMoreLate = walk("late", ROWS_BY_ARRIVAL, before(now, SOON));
    return isMoreSoon || isMoreFinal || isMoreLate;
  }

  /** Returns the beginning of the first hour that has not been over for so long. */
  private static OffsetDateTime before(Instant now, Duration age) {
    return Granularity.HOUR.floor(now.minus(age).atOffset(ZoneOffset.UTC));
  }

  private boolean walk(String name, String rows, OffsetDateTime end) {
    return transactions.change(change -> walk(change, name, rows, end));
  }

  private static boolean walk(Change change, String name, String rows, OffsetDateTime end) {
    Row place = change.execute(PLACE, Tuple.of(name)).iterator().next();
    Tuple from = Tuple.tuple();
    for (int i = 0; i < place.size(); i++) {
      from.addValue(place.getValue(i));
    }
    List<Row> found = new ArrayList<>();
    change.execute(rows, from.addOffsetDateTime(end).addInteger(AT_ONCE)).forEach(found::add);
    if (found.isEmpty()) {
      return false;
    }
    change.execute(
        ADD,
        Tuple.tuple()
            .addArrayOfOffsetDateTime(
                found.stream()
                    .map(row -> row.getOffsetDateTime("hour"))
                    .toArray(OffsetDateTime[]::new))
            .addArrayOfString(texts(found, "subject"))
            .addArrayOfString(texts(found, "key_id"))
            .addArrayOfString(texts(found, "version_id")));
    Row last = found.getLast();
    change.execute(
        NOTE,
        Tuple.of(
            name,
            last.getOffsetDateTime("at"),
            last.getOffsetDateTime("hour"),
            last.getString("subject"),
            last.getString("key_id"),
            last.getString("version_id")));
    return found.size() == AT_ONCE;
  }

  private static String[] texts(List<Row> rows, String column) {
    return rows.stream().map(row -> row.getString(column)).toArray(String[]::new);
  }
}
