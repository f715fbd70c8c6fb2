package io.tollgate.edge;

import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.Awaiting;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.time.Duration;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/**
 * A database of its own and a Redis of its own. Those of all tests of a class stand in a static
 * field that registers them as an extension, those of each in a field that is closed by {@code
 * AutoClose}: they start with the field, and end with the class or with the test.
 */
final class Stores implements AfterAllCallback, AutoCloseable {
  static final EdgeConfig ONE_LOOP =
      new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(10), ClientBounds.DEFAULTS);

  final TestPostgres postgres = TestPostgres.database();
  final TestRedis redis = TestRedis.start();
  final StoredKeys keys = new StoredKeys(postgres, redis);

  /** Starts a gateway on them, and returns it when it can tell a key from another. */
  RunningGateway gateway(ProxyConfig proxy, Route... routes) {
    return ready(new RunningGateway(postgres, redis, proxy, LimitConfig.UNLIMITED, routes));
  }

  RunningGateway gateway(EdgeConfig edge, ProxyConfig proxy, Route... routes) {
    return ready(new RunningGateway(postgres, redis, edge, proxy, LimitConfig.UNLIMITED, routes));
  }

  /** Else the first test of a JVM may find no store connected on a machine that is busy. */
  private static RunningGateway ready(RunningGateway edge) {
    Awaiting.until(
        "the gateway is ready",
        Duration.ofSeconds(30),
        () -> RunningGateway.await(edge.gateway.ready().map(true).otherwise(false)));
    return edge;
  }

  /** Starts one with one event loop, so that all requests share what connections there are. */
  RunningGateway oneLoop(ProxyConfig proxy, Route... routes) {
    return gateway(ONE_LOOP, proxy, routes);
  }

  @Override
  public void afterAll(ExtensionContext context) {
    close();
  }

  @Override
  public void close() {
    redis.close();
    postgres.close();
  }
}
