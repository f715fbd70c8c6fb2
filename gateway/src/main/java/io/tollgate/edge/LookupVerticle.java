package io.tollgate.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyFormat;
import io.tollgate.ring.Verifier;
import io.tollgate.store.FallbackKeys;
import io.tollgate.store.PostgresKeys;
import io.tollgate.store.RedisKeys;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.InstantSource;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The one event loop that asks the stores on behalf of all the others, so that look-ups need no
 * lock: its verifier is theirs too.
 */
final class LookupVerticle extends VerticleBase {
  private final GatewayConfig config;
  private final MeterRegistry metrics;
  private @Nullable RedisKeys redis;
  private @Nullable PostgresKeys postgres;
  private @Nullable Verifier verifier;

  LookupVerticle(GatewayConfig config, MeterRegistry metrics) {
    this.config = config;
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    var redisKeys = new RedisKeys(vertx, config.redis(), config.pepper(), metrics);
    var postgresKeys = new PostgresKeys(vertx, config.postgres());
    redis = redisKeys;
    postgres = postgresKeys;
    verifier =
        new Verifier(
            config.ring(),
            new KeyFormat(config.pepper()),
            new FallbackKeys(redisKeys, postgresKeys, metrics),
            context,
            System::nanoTime,
            InstantSource.system(),
            metrics);
    return Future.succeededFuture();
  }

  Verifier verifier() {
    Verifier known = verifier;
    if (known == null) {
      throw new IllegalStateException("the verifier is there once the verticle has started");
    }
    return known;
  }

  @Override
  public Future<?> stop() {
    RedisKeys knownRedis = redis;
    PostgresKeys knownPostgres = postgres;
    return Future.join(
        List.of(
            knownRedis == null ? Future.succeededFuture() : knownRedis.close(),
            knownPostgres == null ? Future.succeededFuture() : knownPostgres.close()));
  }
}
