package io.tollgate.limit;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.store.GatewayName;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.PostgresGateways;
import io.tollgate.store.RedisConfig;
import io.tollgate.store.RedisLimits;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The one event loop that makes the trips of all the others: its limiter is theirs too. */
public final class LimitVerticle extends VerticleBase {
  private static final long COUNT_MILLIS = 2_500;
  private static final long PROBE_MILLIS = 100;

  private final LimitConfig config;
  private final RedisConfig redis;
  private final PostgresConfig postgres;
  private final GatewayName self;
  private final MeterRegistry metrics;
  private @Nullable RedisLimits states;
  private @Nullable PostgresGateways list;
  private @Nullable RateLimiter limiter;

  /**
   * Makes one.
   *
   * @param self how this gateway stands on the list
   */
  public LimitVerticle(
      LimitConfig config,
      RedisConfig redis,
      PostgresConfig postgres,
      GatewayName self,
      MeterRegistry metrics) {
    this.config = config;
    this.redis = redis;
    this.postgres = postgres;
    this.self = self;
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    var opened = new RedisLimits(vertx, redis, config.deadline());
    var gateways = new PostgresGateways(vertx, postgres, self);
    var made =
        new RateLimiter(
            config,
            opened,
            step -> context.runOnContext(unused -> step.run()),
            System::nanoTime,
            metrics);
    states = opened;
    list = gateways;
    limiter = made;
    count(gateways, made);
    vertx.setPeriodic(COUNT_MILLIS, due -> count(gateways, made));
    vertx.setPeriodic(PROBE_MILLIS, due -> made.probe());
    return Future.succeededFuture();
  }

  /** While Postgres is away, the number that it told last counts. */
  private static void count(PostgresGateways gateways, RateLimiter made) {
    long asked = System.nanoTime();
    gateways
        .count()
        .onSuccess(told -> made.setGateways(told.gateways(), told.own(), asked, System.nanoTime()));
  }

  /** Returns the limiter, once the verticle has started. */
  public RateLimiter limiter() {
    RateLimiter known = limiter;
    if (known == null) {
      throw new IllegalStateException("the limiter is there once the verticle has started");
    }
    return known;
  }

  @Override
  public Future<?> stop() {
    RedisLimits knownStates = states;
    PostgresGateways knownList = list;
    return Future.join(
        List.of(
            knownStates == null ? Future.succeededFuture() : knownStates.close(),
            knownList == null ? Future.succeededFuture() : knownList.close()));
  }
}
