package io.tollgate.store;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How a link reaches Postgres: by a pool of one connection, whose schema is checked each time. */
record PostgresLine(Pool pool) implements StoreLink.Line<SqlConnection> {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresLine.class);

  static PostgresLine of(Vertx vertx, PostgresConfig config) {
    return of(vertx, config, StoreLink.SILENCE_MAX);
  }

  /** Takes how long nothing may come, a statement's answer included. */
  static PostgresLine of(Vertx vertx, PostgresConfig config, Duration silenceMax) {
    NetClientOptions net =
        config
            .netOptions()
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            .setReadIdleTimeout((int) silenceMax.toMillis());
    return new PostgresLine(config.pool(vertx, 1, 1, net));
  }

  @Override
  public Future<SqlConnection> dial(Runnable closed) {
    return pool.getConnection().compose(connection -> checked(connection, closed));
  }

  /** Asked each time, since the schema may have been migrated while this process ran. */
  private static Future<SqlConnection> checked(SqlConnection connection, Runnable closed) {
    return SchemaCheck.check(connection)
        .map(
            fits -> {
              connection.closeHandler(unused -> closed.run());
              // Its end is what counts, and closeHandler tells that; the default would log a trace.
              connection.exceptionHandler(
                  failure -> LOG.debug("Postgres: {}", failure.getMessage()));
              return connection;
            })
        .onFailure(unfit -> connection.close());
  }

  @Override
  public void discard(SqlConnection connection) {
    connection.close();
  }

  @Override
  public Future<RowSet<Row>> heartbeat(SqlConnection connection) {
    return connection.query("SELECT 1").execute();
  }
}
