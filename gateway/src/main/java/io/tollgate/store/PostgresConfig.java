package io.tollgate.store;

import io.tollgate.key.Secret;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.pgclient.PgBuilder;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.PoolOptions;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * How Postgres is reached.
 *
 * @param url {@code postgresql://user:password@host:port/database[?sslmode=…]}; a secret, as it may
 *     hold a password
 * @param deadline how long one look-up may take before the store counts as unreachable
 * @param connectDeadline the same for connecting, TLS and log-in in all
 */
public record PostgresConfig(Secret url, Duration deadline, Duration connectDeadline) {
  public static final Duration DEADLINE = Duration.ofMillis(500);
  public static final Duration CONNECT_DEADLINE = Duration.ofSeconds(2);

  public PostgresConfig {
    if (!url.reveal().startsWith("postgresql://")) {
      throw new IllegalArgumentException("postgres.url must start with postgresql://");
    }
    StoreDeadlines.check("postgres", deadline, connectDeadline);
    PostgresUrl.parse(url);
  }

  /**
   * Opens a pool.
   *
   * @param connectionsMax the most connections it holds
   * @param waitingMax the most callers that wait for one
   */
  public Pool pool(Vertx vertx, int connectionsMax, int waitingMax) {
    return pool(vertx, connectionsMax, waitingMax, Map.of());
  }

  /**
   * Opens a pool whose every session starts with these settings, {@code statement_timeout} say.
   *
   * @param connectionsMax the most connections it holds
   * @param waitingMax the most callers that wait for one
   */
  public Pool pool(
      Vertx vertx, int connectionsMax, int waitingMax, Map<String, String> sessionSettings) {
    return pool(vertx, connectionsMax, waitingMax, sessionSettings, netOptions());
  }

  Pool pool(Vertx vertx, int connectionsMax, int waitingMax, NetClientOptions net) {
    return pool(vertx, connectionsMax, waitingMax, Map.of(), net);
  }

  private Pool pool(
      Vertx vertx,
      int connectionsMax,
      int waitingMax,
      Map<String, String> sessionSettings,
      NetClientOptions net) {
    var options = PostgresUrl.parse(url).addProperty("application_name", "tollgate");
    sessionSettings.forEach(options::addProperty);
    var bounds =
        new PoolOptions()
            .setMaxSize(connectionsMax)
            .setMaxWaitQueueSize(waitingMax)
            .setConnectionTimeout((int) connectDeadline.toMillis())
            .setConnectionTimeoutUnit(TimeUnit.MILLISECONDS);
    return PgBuilder.pool().with(bounds).with(net).connectingTo(options).using(vertx).build();
  }

  NetClientOptions netOptions() {
    return new NetClientOptions()
        .setConnectTimeout((int) connectDeadline.toMillis())
        // A connection whose peer has vanished would else hold its work for a quarter of an hour.
        .setTcpUserTimeout((int) connectDeadline.toMillis())
        .setTcpKeepAlive(true)
        .setTcpNoDelay(true);
  }
}
