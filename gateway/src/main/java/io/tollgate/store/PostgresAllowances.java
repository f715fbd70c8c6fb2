package io.tollgate.store;

import io.tollgate.plan.Period;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * The allowances in Postgres, on a connection of its own. Confined to the context it was made on.
 */
public final class PostgresAllowances implements AllowanceStore {
  private static final String LEASE =
      """
      SELECT units, more, unsettled, remaining FROM tollgate.lease(
        $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16)
      """;

  private final UUID instance;
  private final long boot;
  private final Pool pool;
  private final StoreLink<SqlConnection> link;

  /**
   * Opens a connection.
   *
   * @param instance the gateway's own, under which its batches come
   * @param boot which of its processes this is
   */
  public PostgresAllowances(Vertx vertx, PostgresConfig config, UUID instance, long boot) {
    this.instance = instance;
    this.boot = boot;
    PostgresLine line = PostgresLine.of(vertx, config);
    pool = line.pool();
    link =
        new StoreLink<>(
            vertx, "Postgres' allowances", line, config.deadline(), config.connectDeadline());
    link.open();
  }

  @Override
  public Future<AllowanceCall.Leased> lease(AllowanceCall call) {
    Tuple parameters = parameters(call);
    return link.call(connection -> connection.preparedQuery(LEASE).execute(parameters))
        .map(PostgresAllowances::leased);
  }

  private Tuple parameters(AllowanceCall call) {
    AllowanceTerms terms = call.terms();
    boolean lasts = terms.period() == null;
    return Tuple.from(
        Arrays.asList(
            instance,
            boot,
            call.owner(),
            terms.name(),
            OffsetDateTime.ofInstant(Instant.ofEpochMilli(call.startMillis()), ZoneOffset.UTC),
            terms.version(),
            terms.meter().text(),
            text(terms.period()),
            lasts ? null : terms.units(),
            terms.hard(),
            terms.refill(),
            text(terms.refillPeriod()),
            call.number(),
            call.known(),
            call.wanted(),
            call.needed()));
  }

  private static @Nullable String text(@Nullable Period period) {
    return period == null ? null : period.text();
  }

  private static AllowanceCall.Leased leased(RowSet<Row> rows) {
    for (Row row : rows) {
      return new AllowanceCall.Leased(
          row.getLong("units"),
          row.getLong("more"),
          row.getLong("unsettled"),
          row.getLong("remaining"));
    }
    throw new StoreUnreachable("a newer call was heeded already");
  }

  public Future<Void> close() {
    link.close();
    return pool.close();
  }
}
