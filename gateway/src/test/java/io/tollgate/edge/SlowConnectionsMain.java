package io.tollgate.edge;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.meter.MeterDirectories;
import io.tollgate.proxy.LongLived;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.ring.FenceConfig;
import io.tollgate.ring.RingConfig;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RedisConfig;
import io.tollgate.store.StoredKeys;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * A gateway in a process of its own, whose memory can be looked at: started by {@link
 * SlowConnectionsTest} with the URLs of Redis, Postgres and the upstream. Prints its port.
 */
final class SlowConnectionsMain {
  /** Six times as long as all that happens meanwhile takes on a machine of two cores. */
  static final Duration HEADER_TIMEOUT = Duration.ofSeconds(15);

  private SlowConnectionsMain() {}

  public static void main(String[] arguments) throws Exception {
    ClientBounds defaults = ClientBounds.DEFAULTS;
    var clients =
        new ClientBounds(
            defaults.connectionsMax(),
            defaults.connectionsPerAddressMax(),
            defaults.requestLineBytesMax(),
            defaults.headerBytesMax(),
            defaults.headerCountMax(),
            defaults.unreadHeaderBytesMax(),
            HEADER_TIMEOUT,
            defaults.idleTimeout(),
            defaults.bodyBytesPerSecondMin(),
            defaults.bodyGrace(),
            defaults.bodyBytesMax());
    var config =
        new GatewayConfig(
            "gateway-" + UUID.randomUUID(),
            new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(1), clients),
            RingConfig.DEFAULTS,
            FenceConfig.DEFAULTS,
            ProxyConfig.DEFAULTS,
            LimitConfig.UNLIMITED,
            MeterDirectories.fresh(),
            new RedisConfig(
                new Secret(arguments[0]), Duration.ofMillis(300), Duration.ofSeconds(5)),
            new PostgresConfig(
                new Secret(arguments[1]), Duration.ofMillis(600), Duration.ofSeconds(5)),
            StoredKeys.PEPPER);
    Vertx vertx = Vertx.vertx(new VertxOptions().setPreferNativeTransport(true));
    Gateway gateway =
        RunningGateway.await(
            Gateway.start(
                vertx,
                config,
                List.of(Route.to("/", arguments[2]).with(LongLived.WEBSOCKETS)),
                new SimpleMeterRegistry()));
    System.out.println("port: " + gateway.port());
    // Lives until the test closes our input.
    while (System.in.read() >= 0) {
      continue;
    }
    System.exit(0);
  }
}
