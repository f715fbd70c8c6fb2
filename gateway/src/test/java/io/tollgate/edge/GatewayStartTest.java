package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.meter.MeterDirectories;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.ring.FenceConfig;
import io.tollgate.ring.RingConfig;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RedisConfig;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What stops a start, and what does not. */
class GatewayStartTest {
  private static TestRedis redis;
  private static Vertx vertx;

  @BeforeAll
  static void start() {
    redis = TestRedis.start();
    vertx = Vertx.vertx();
  }

  @AfterAll
  static void stop() {
    RunningGateway.await(vertx.close());
    redis.close();
  }

  private static GatewayConfig config(TestPostgres postgres, int port) {
    EdgeConfig defaults = EdgeConfig.DEFAULTS;
    return new GatewayConfig(
        "gateway-" + UUID.randomUUID(),
        new EdgeConfig("127.0.0.1", port, 2, defaults.drainDeadline(), defaults.clients()),
        RingConfig.DEFAULTS,
        FenceConfig.DEFAULTS,
        ProxyConfig.DEFAULTS,
        LimitConfig.UNLIMITED,
        MeterDirectories.fresh(),
        new RedisConfig(redis.url(), Duration.ofMillis(100), Duration.ofSeconds(1)),
        new PostgresConfig(postgres.url(), Duration.ofMillis(500), Duration.ofSeconds(2)),
        StoredKeys.PEPPER);
  }

  private static void assertStopsWith(GatewayConfig config, String... words) {
    assertThatThrownBy(
            () ->
                RunningGateway.await(
                    Gateway.start(
                        vertx,
                        config,
                        List.of(Route.to("/", "http://127.0.0.1:1")),
                        new SimpleMeterRegistry())))
        .rootCause()
        .satisfies(
            cause -> {
              for (String word : words) {
                assertThat(cause).hasMessageContaining(word);
              }
            });
  }

  @Test
  void a_taken_port_is_named() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
        TestPostgres postgres = TestPostgres.database()) {
      assertThatThrownBy(
              () ->
                  RunningGateway.await(
                      Gateway.start(
                          vertx,
                          config(postgres, taken.getLocalPort()),
                          List.of(Route.to("/", "http://127.0.0.1:1")),
                          new SimpleMeterRegistry())))
          .cause()
          .isInstanceOf(IllegalStateException.class)
          .hasMessageContaining("edge.port")
          .hasMessageContaining("127.0.0.1:" + taken.getLocalPort());
    }
  }

  @Test
  void a_missing_schema_stops_the_start_and_names_the_command() {
    try (TestPostgres postgres = TestPostgres.emptyDatabase()) {
      assertStopsWith(config(postgres, 0), "schema is missing", "deploy/tollgate migrate");
    }
  }

  @Test
  void a_schema_that_allows_only_newer_readers_stops_the_start() {
    try (TestPostgres postgres = TestPostgres.database()) {
      postgres.execute("UPDATE tollgate.schema_state SET version = 99, oldest_reader = 99");
      assertStopsWith(config(postgres, 0), "schema", "no program older than version 99");
    }
  }

  @Test
  void a_newer_schema_that_allows_this_reader_does_not() {
    try (TestPostgres postgres = TestPostgres.database()) {
      postgres.execute("UPDATE tollgate.schema_state SET version = 99, oldest_reader = 1");
      Gateway gateway =
          RunningGateway.await(
              Gateway.start(
                  vertx,
                  config(postgres, 0),
                  List.of(Route.to("/", "http://127.0.0.1:1")),
                  new SimpleMeterRegistry()));
      RunningGateway.await(gateway.ready());
      RunningGateway.await(gateway.stop());
    }
  }

  @Test
  void stores_that_are_away_do_not_stop_the_start() {
    var nowhere = new Secret("postgresql://u:p@127.0.0.1:1/d");
    var config =
        new GatewayConfig(
            "gateway-" + UUID.randomUUID(),
            new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(5), ClientBounds.DEFAULTS),
            RingConfig.DEFAULTS,
            FenceConfig.DEFAULTS,
            ProxyConfig.DEFAULTS,
            LimitConfig.UNLIMITED,
            MeterDirectories.fresh(),
            new RedisConfig(
                new Secret("redis://127.0.0.1:1"), Duration.ofMillis(100), Duration.ofSeconds(1)),
            new PostgresConfig(nowhere, Duration.ofMillis(500), Duration.ofSeconds(2)),
            StoredKeys.PEPPER);
    Gateway gateway =
        RunningGateway.await(
            Gateway.start(
                vertx,
                config,
                List.of(Route.to("/", "http://127.0.0.1:1")),
                new SimpleMeterRegistry()));
    assertThatThrownBy(() -> RunningGateway.await(gateway.ready()))
        .hasMessageContaining("Postgres");
    RunningGateway.await(gateway.stop());
  }
}
