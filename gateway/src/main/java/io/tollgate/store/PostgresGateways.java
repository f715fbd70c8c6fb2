package io.tollgate.store;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

/** How many gateways serve, by the list in Postgres. Confined to the context it was made on. */
public final class PostgresGateways {
  private static final String COUNT =
      """
      SELECT count(*), coalesce(bool_or(name = $2 AND boot = $3), false) AS own
      FROM tollgate.gateway WHERE NOT starts_with(name, $1)
      """;

  /**
   * What the list says.
   *
   * @param gateways how many are on it; a management is none that takes requests
   * @param own whether the asking process is
   */
  public record Listed(int gateways, boolean own) {}

  private final Pool pool;
  private final StoreLink<SqlConnection> link;
  private final GatewayName self;

  public PostgresGateways(Vertx vertx, PostgresConfig config, GatewayName self) {
    this.self = self;
    PostgresLine line = PostgresLine.of(vertx, config);
    pool = line.pool();
    link =
        new StoreLink<>(vertx, "Postgres' list", line, config.deadline(), config.connectDeadline());
    link.open();
  }

  /** Returns what the list says. */
  public Future<Listed> count() {
    Tuple parameters = Tuple.of(GatewayName.MANAGEMENT_PREFIX, self.name(), self.boot());
    return link.call(connection -> connection.preparedQuery(COUNT).execute(parameters))
        .map(rows -> rows.iterator().next())
        .map(row -> new Listed(row.getInteger(0), row.getBoolean("own")));
  }

  public Future<Void> close() {
    link.close();
    return pool.close();
  }
}
