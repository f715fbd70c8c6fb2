package io.tollgate.management.plan;

import io.tollgate.management.audit.Change;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.WordId;
import io.tollgate.store.PlanRecord;
import io.tollgate.store.RecordName;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/** One version of a plan, as it stands in Postgres and in its record. Immutable. */
record PlanVersion(String id, OffsetDateTime effectiveAt, Terms terms) {
  static final String PREFIX = "pver_";
  static final String EFFECTIVE_AT = "effective_at";

  private static final Duration AHEAD_MAX = Duration.ofDays(3_650);

  private static final String SELECT =
      """
      SELECT id, effective_at, currency, fee, annual_fee, annual_monthly_fee, free_trial_days,
        unit_prices::text AS unit_prices, limits::text AS limits, quotas::text AS quotas,
        credits::text AS credits, scopes
      FROM tollgate.plan_version WHERE plan_id = $1 AND
      """;

  private static final String IN_FORCE =
      SELECT + " effective_at <= $2 ORDER BY effective_at DESC, number DESC LIMIT 1";

  /** Nobody can have it; but clocks may go back, and what somebody has must not change. */
  private static final String ANNOUNCED =
      SELECT
          + """
           effective_at > $2 AND NOT EXISTS (
            SELECT FROM tollgate.subscription_item i WHERE i.version_id = plan_version.id)
          ORDER BY number LIMIT 1
          """;

  private static final String INSERT =
      """
      INSERT INTO tollgate.plan_version (id, plan_id, effective_at, number, %s)
      SELECT $1, $2, $3, (
        SELECT coalesce(max(number), 0) + 1 FROM tollgate.plan_version WHERE plan_id = $2), %s
      """
          .formatted(String.join(", ", Terms.COLUMNS), places(4));

  private static final String REPLACE =
      """
      UPDATE tollgate.plan_version SET effective_at = $2, (%s) = ROW (%s) WHERE id = $1
      """
          .formatted(String.join(", ", Terms.COLUMNS), places(3));

  private static String places(int first) {
    return IntStream.range(0, Terms.COLUMNS.size())
        .mapToObj(
            i -> {
              String column = Terms.COLUMNS.get(i);
              return "$" + (first + i) + (Terms.JSON.contains(column) ? "::text::json" : "");
            })
        .collect(Collectors.joining(", "));
  }

  /** Returns the time, by the clock of Postgres: who waited for a lock comes later. */
  static OffsetDateTime now(Change change) {
    return change
        .execute("SELECT clock_timestamp() AS now", Tuple.tuple())
        .iterator()
        .next()
        .getOffsetDateTime("now");
  }

  /** Returns the one that is in force, if one is yet. */
  static Optional<PlanVersion> inForce(Change change, String planId, OffsetDateTime now) {
    return find(change, IN_FORCE, planId, now);
  }

  /** Returns the one that is to come, of which a plan has one at most. */
  static Optional<PlanVersion> announced(Change change, String planId, OffsetDateTime now) {
    return find(change, ANNOUNCED, planId, now);
  }

  private static Optional<PlanVersion> find(
      Change change, String sql, String planId, OffsetDateTime now) {
    for (Row row : change.execute(sql, Tuple.of(planId, now))) {
      return Optional.of(
          new PlanVersion(row.getString("id"), row.getOffsetDateTime(EFFECTIVE_AT), Terms.of(row)));
    }
    return Optional.empty();
  }

  /**
   * Returns when something is to come into force.
   *
   * @param millis since the epoch; null for now
   */
  static OffsetDateTime effectiveAt(@Nullable Long millis, OffsetDateTime now) {
    if (millis == null) {
      return now;
    }
    OffsetDateTime at = Instant.ofEpochMilli(millis).atOffset(ZoneOffset.UTC);
    if (at.isBefore(now) || at.isAfter(now.plus(AHEAD_MAX))) {
      throw Fields.notOneOf(
          EFFECTIVE_AT,
          millis.toString(),
          "a time from now on and within ten years, in milliseconds since 1970");
    }
    return at;
  }

  /** Adds a version, with the record that the edge reads. */
  static void insert(
      Change change, RandomGenerator random, String planId, Terms terms, OffsetDateTime at) {
    String id = WordId.make(PREFIX, random);
    change.execute(INSERT, terms.values(id, planId, at));
    put(change, id, terms);
  }

  /** Lets a version that is not in force yet, and that nobody has, be another one. */
  void replace(Change change, Terms newTerms, OffsetDateTime at) {
    change.execute(REPLACE, newTerms.values(id, at));
    put(change, id, newTerms);
  }

  private static void put(Change change, String id, Terms terms) {
    change.put(RecordName.plan(id), new PlanRecord(terms.plan(id)));
  }
}
