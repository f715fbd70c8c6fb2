package io.tollgate.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Supplier;

/**
 * The ledger in Postgres. On a connection of its own, so that no look-up waits behind it. Safe for
 * all threads; what it asks is asked on the context it was made on.
 */
public final class PostgresUsage implements UsageLedger {
  /** Longer than a look-up's: nobody waits for it, and much is written at once. */
  private static final Duration DEADLINE = Duration.ofSeconds(10);

  private static final Duration PROOF_MAX = Duration.ofMinutes(5);
  private static final int FORGOTTEN_AT_ONCE = 1_000;

  private static final String BEGIN =
      """
      WITH begun AS (
        INSERT INTO tollgate.meter_boot (instance, boot, gateway) VALUES ($1, $2, $3)
        ON CONFLICT (instance, boot) DO UPDATE SET gateway = excluded.gateway
      )
      SELECT tollgate.end_boot(b.instance, b.boot, b.gateway, coalesce(
        (SELECT max(m.sequence) FROM tollgate.meter_batch m
         WHERE m.instance = b.instance AND m.boot = b.boot), 0))
      FROM tollgate.meter_boot b
      WHERE b.instance = $1 AND b.boot < $2 AND b.last_sequence IS NULL
      """;

  private static final String END = "SELECT tollgate.end_boot($1, $2, $3, $4)";

  /** Whoever adds to such a row at the moment is not waited for: it goes the next time. */
  private static final String FORGET =
      """
      WITH minutes AS (
        DELETE FROM tollgate.usage_minute WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM tollgate.usage_minute WHERE minute < now() - interval '7 days'
          ORDER BY minute LIMIT %1$d FOR UPDATE SKIP LOCKED)) RETURNING 1
      ), allowances AS (
        DELETE FROM tollgate.allowance WHERE ctid = ANY (ARRAY(
          SELECT ctid FROM tollgate.allowance
          WHERE period_start < now() - interval '400 days' AND period_start > to_timestamp(0)
          ORDER BY period_start LIMIT %1$d FOR UPDATE SKIP LOCKED)) RETURNING 1
      )
      SELECT ((SELECT count(*) FROM minutes) + (SELECT count(*) FROM allowances))::int AS rows
      """
          .formatted(FORGOTTEN_AT_ONCE);

  /**
   * What is missing of a process that runs counts only after five minutes: a segment that is begun
   * first need not be the first to come.
   */
  private static final String PROVE =
      """
      WITH boot AS (
        SELECT b.instance, b.boot, coalesce(b.last_sequence, (
          SELECT max(m.sequence) FROM tollgate.meter_batch m
          WHERE m.instance = b.instance AND m.boot = b.boot
            AND m.taken_at < now() - interval '5 minutes'), 0) AS last
        FROM tollgate.meter_boot b
      )
      SELECT
        ((SELECT coalesce(sum(units), 0) FROM tollgate.meter_batch)
          - (SELECT coalesce(sum(%s), 0) FROM tollgate.usage_hour))::bigint AS drift,
        (SELECT coalesce(sum(boot.last - (
            SELECT count(*) FROM tollgate.meter_batch m WHERE m.instance = boot.instance
              AND m.boot = boot.boot AND m.sequence <= boot.last)), 0)
          FROM boot)::bigint AS holes,
        (SELECT count(*) FROM tollgate.meter_boot WHERE last_sequence IS NULL) AS open,
        (SELECT coalesce(sum(lost), 0) FROM tollgate.meter_batch)::bigint AS lost,
        (SELECT coalesce(sum(l.settled - l.units), 0) FROM tollgate.allowance_lease l
          JOIN tollgate.allowance a USING (owner, name, period_start)
          WHERE a.hard AND l.settled > l.units)::bigint AS unleased
      """
          .formatted(UsageStatement.sum());

  private final Vertx vertx;
  private final Context context;
  private final PostgresConfig config;
  private final Pool pool;
  private final StoreLink<SqlConnection> link;

  public PostgresUsage(Vertx vertx, PostgresConfig config) {
    this.vertx = vertx;
    this.config = config;
    context = vertx.getOrCreateContext();
    PostgresLine line = PostgresLine.of(vertx, config, DEADLINE.plus(StoreLink.SILENCE_MAX));
    pool = line.pool();
    link = new StoreLink<>(vertx, "Postgres' ledger", line, DEADLINE, config.connectDeadline());
    link.open();
  }

  @Override
  public Future<Integer> take(String gateway, List<UsageBatch> batches) {
    Tuple parameters = UsageStatement.parameters(gateway, batches);
    return ask(UsageStatement.TAKE, parameters).map(rows -> first(rows).getInteger("fresh"));
  }

  @Override
  public Future<Void> begin(UUID instance, long boot, String gateway) {
    return ask(BEGIN, Tuple.of(instance, boot, gateway)).mapEmpty();
  }

  @Override
  public Future<Void> end(UUID instance, long boot, String gateway, long lastSequence) {
    return ask(END, Tuple.of(instance, boot, gateway, lastSequence)).mapEmpty();
  }

  @Override
  public Future<Integer> forget() {
    return ask(FORGET, Tuple.tuple()).map(rows -> first(rows).getInteger("rows"));
  }

  /** Asked on a connection for itself: it may take longer than the other one may be silent. */
  @Override
  public Future<UsageProof> prove() {
    return onContext(
        () -> {
          String bound = Long.toString(PROOF_MAX.toMillis());
          Pool own = config.pool(vertx, 1, 1, Map.of("statement_timeout", bound));
          return own.query(PROVE)
              .execute()
              .map(PostgresUsage::first)
              .map(
                  row ->
                      new UsageProof(
                          row.getLong("drift"),
                          row.getLong("holes"),
                          row.getLong("open"),
                          row.getLong("lost"),
                          row.getLong("unleased")))
              .onComplete(asked -> own.close());
        });
  }

  private static Row first(RowSet<Row> rows) {
    return rows.iterator().next();
  }

  private Future<RowSet<Row>> ask(String sql, Tuple parameters) {
    return onContext(
        () -> link.call(connection -> connection.preparedQuery(sql).execute(parameters)));
  }

  private <T> Future<T> onContext(Supplier<Future<T>> work) {
    Promise<T> answer = Promise.promise();
    context.runOnContext(unused -> work.get().onComplete(answer));
    return answer.future();
  }

  @Override
  public Future<Void> close() {
    return onContext(
        () -> {
          link.close();
          return pool.close();
        });
  }
}
