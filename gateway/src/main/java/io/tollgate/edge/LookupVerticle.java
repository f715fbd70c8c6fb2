package io.tollgate.edge;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyFormat;
import io.tollgate.ring.Verifier;
import io.tollgate.store.FallbackKeys;
import io.tollgate.store.PostgresKeys;
import io.tollgate.store.RedisKeys;
import io.tollgate.store.SchemaCheck;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.sqlclient.Pool;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one event loop that asks the stores on behalf of all the others, so that look-ups need no
 * lock: its verifier is theirs too.
 */
final class LookupVerticle extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(LookupVerticle.class);

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
    return checkSchema().onSuccess(fits -> open());
  }

  /** A schema that this program can't read stops the start; a Postgres that is away does not. */
  private Future<Void> checkSchema() {
    Pool pool = config.postgres().pool(vertx, 1, 1);
    return SchemaCheck.check(pool)
        .timeout(config.postgres().connectDeadline().toMillis(), TimeUnit.MILLISECONDS)
        .recover(
            failure -> {
              if (failure instanceof IllegalStateException unfit) {
                return Future.failedFuture(unfit);
              }
              LOG.warn("Postgres can't be reached at the start: {}", failure.getMessage());
              return Future.succeededFuture();
            })
        .onComplete(checked -> pool.close());
  }

  private void open() {
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
