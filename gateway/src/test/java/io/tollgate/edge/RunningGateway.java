package io.tollgate.edge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.access.AddressRanges;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.meter.MeterConfig;
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
import io.tollgate.trace.TraceConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;

/** A gateway on real stores, on free ports of this machine, with a client to talk to it. */
final class RunningGateway implements AutoCloseable {
  static final Duration REDIS_DEADLINE = Duration.ofMillis(200);
  static final Duration POSTGRES_DEADLINE = Duration.ofSeconds(2);
  private static final int EVENT_LOOPS = 2;

  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final Vertx vertx = Vertx.vertx();
  final Gateway gateway;
  private final HttpClient client =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

  RunningGateway(TestPostgres postgres, TestRedis redis, Route... routes) {
    this(postgres, redis, ProxyConfig.DEFAULTS, LimitConfig.UNLIMITED, routes);
  }

  /** Starts a gateway that writes an access log. */
  static RunningGateway logging(
      TestPostgres postgres, TestRedis redis, Path accessLog, Route... routes) {
    EdgeConfig config = edgeConfig();
    return new RunningGateway(
        postgres,
        redis,
        new EdgeConfig(
            config.host(),
            config.port(),
            config.eventLoops(),
            config.drainDeadline(),
            config.clients(),
            config.http2(),
            AddressRanges.NONE,
            accessLog,
            null),
        ProxyConfig.DEFAULTS,
        LimitConfig.UNLIMITED,
        routes);
  }

  RunningGateway(
      TestPostgres postgres,
      TestRedis redis,
      ProxyConfig proxy,
      LimitConfig limit,
      Route... routes) {
    this(postgres, redis, edgeConfig(), proxy, limit, routes);
  }

  RunningGateway(
      TestPostgres postgres,
      TestRedis redis,
      EdgeConfig edge,
      ProxyConfig proxy,
      LimitConfig limit,
      Route... routes) {
    this(postgres, redis, edge, proxy, limit, MeterDirectories.fresh(), TraceConfig.OFF, routes);
  }

  /** Starts a gateway that meters in a place of its own. */
  static RunningGateway metering(
      TestPostgres postgres, TestRedis redis, MeterConfig meter, Route... routes) {
    EdgeConfig defaults = EdgeConfig.DEFAULTS;
    var oneLoop = new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(10), defaults.clients());
    return new RunningGateway(
        postgres,
        redis,
        oneLoop,
        ProxyConfig.DEFAULTS,
        LimitConfig.UNLIMITED,
        meter,
        TraceConfig.OFF,
        routes);
  }

  /** Starts a gateway that makes spans. */
  static RunningGateway tracing(
      TestPostgres postgres, TestRedis redis, TraceConfig trace, Route... routes) {
    return new RunningGateway(
        postgres,
        redis,
        edgeConfig(),
        ProxyConfig.DEFAULTS,
        LimitConfig.UNLIMITED,
        MeterDirectories.fresh(),
        trace,
        routes);
  }

  private RunningGateway(
      TestPostgres postgres,
      TestRedis redis,
      EdgeConfig edge,
      ProxyConfig proxy,
      LimitConfig limit,
      MeterConfig meter,
      TraceConfig trace,
      Route... routes) {
    var config =
        new GatewayConfig(
            "gateway-" + UUID.randomUUID(),
            edge,
            RingConfig.DEFAULTS,
            FenceConfig.DEFAULTS,
            proxy,
            limit,
            meter,
            new RedisConfig(redis.url(), REDIS_DEADLINE, Duration.ofSeconds(1)),
            new PostgresConfig(postgres.url(), POSTGRES_DEADLINE, Duration.ofSeconds(2)),
            StoredKeys.PEPPER,
            trace);
    gateway = await(Gateway.start(vertx, config, List.of(routes), metrics));
  }

  private static EdgeConfig edgeConfig() {
    EdgeConfig defaults = EdgeConfig.DEFAULTS;
    return new EdgeConfig("127.0.0.1", 0, EVENT_LOOPS, Duration.ofSeconds(10), defaults.clients());
  }

  static <T> T await(Future<T> future) {
    try {
      return future.await(30, TimeUnit.SECONDS);
    } catch (Exception e) {
      throw new IllegalStateException(e);
    }
  }

  URI uri(String target) {
    return URI.create("http://127.0.0.1:" + gateway.port() + target);
  }

  HttpResponse<String> get(String target, Secret key) {
    return send(
        HttpRequest.newBuilder(uri(target)).header("Authorization", "Bearer " + key.reveal()));
  }

  HttpResponse<String> send(HttpRequest.Builder request) {
    try {
      return client.send(
          request.timeout(Duration.ofSeconds(30)).build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  double counted(String name, String tag, String value) {
    return metrics.get(name).tag(tag, value).counter().count();
  }

  /** Returns the sum of all counters of that name and those tags; 0 where there are none yet. */
  double total(String name, String... tags) {
    return metrics.find(name).tags(tags).counters().stream().mapToDouble(Counter::count).sum();
  }

  @Override
  public void close() {
    // First, since a gateway that has clients gives them time.
    client.shutdownNow();
    client.close();
    await(gateway.stop());
    await(vertx.close());
  }
}
