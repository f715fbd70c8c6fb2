package io.tollgate.store;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;

/** How many gateways serve, by the list in Postgres. Confined to the context it was made on. */
public final class PostgresGateways {
  private static final String COUNT =
      "SELECT count(*) FROM tollgate.gateway WHERE NOT starts_with(name, $1)";

  private final Pool pool;
  private final StoreLink<SqlConnection> link;

  public PostgresGateways(Vertx vertx, PostgresConfig config) {
    PostgresLine line = PostgresLine.of(vertx, config);
    pool = line.pool();
    link =
        new StoreLink<>(vertx, "Postgres' list", line, config.deadline(), config.connectDeadline());
    link.open();
  }

  /** Returns how many are on the list; a management is none that takes requests. */
  public Future<Integer> count() {
    Tuple parameters = Tuple.of(GatewayName.MANAGEMENT_PREFIX);
    return link.call(connection -> connection.preparedQuery(COUNT).execute(parameters))
        .map(rows -> rows.iterator().next().getInteger(0));
  }

  public Future<Void> close() {
    link.close();
    return pool.close();
  }
}
