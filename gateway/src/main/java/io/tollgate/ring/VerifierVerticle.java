package io.tollgate.ring;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.tollgate.key.KeyFormat;
import io.tollgate.store.GatewayName;
import io.tollgate.store.PostgresLog;
import io.tollgate.store.PostgresRecords;
import io.tollgate.store.PostgresUses;
import io.tollgate.store.RedisFeed;
import io.tollgate.store.SchemaCheck;
import io.tollgate.store.Use;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.sqlclient.Pool;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The one event loop that asks the stores on behalf of all the others, so that look-ups need no
 * lock: its verifier is theirs too.
 */
public final class VerifierVerticle extends VerticleBase {
  private static final long NOTE_MILLIS = 1_000;
  private static final int NOTED_AT_ONCE_MAX = 1_000;
  private static final Logger LOG = LoggerFactory.getLogger(VerifierVerticle.class);

  private final VerifierConfig config;
  private final GatewayName self;
  private final MeterRegistry metrics;
  private @Nullable RedisFeed redis;
  private @Nullable PostgresRecords postgres;
  private @Nullable PostgresLog log;
  private @Nullable PostgresUses notes;
  private @Nullable Verifier verifier;
  private boolean noting;

  /**
   * Makes a verifier.
   *
   * @param role says in its metrics whose it is, where one process holds several
   */
  public VerifierVerticle(VerifierConfig config, String role, MeterRegistry registry) {
    this.config = config;
    self =
        new GatewayName(
            config.name(),
            UUID.randomUUID().toString(),
            config.fence().bound(),
            config.fence().postgresAbsenceMax());
    var tagged = new CompositeMeterRegistry();
    tagged.config().commonTags("verifier", role);
    tagged.add(registry);
    metrics = tagged;
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
    var redisFeed =
        new RedisFeed(
            vertx, config.redis(), config.pepper(), config.fence().redisFailsOver(), metrics);
    RingConfig ring = config.ring();
    var postgresKeys =
        new PostgresRecords(
            vertx, config.postgres(), ring.lookupsMax(), ring.statementsMax(), metrics);
    var postgresLog = new PostgresLog(vertx, config.postgres(), self);
    redis = redisFeed;
    postgres = postgresKeys;
    log = postgresLog;
    var opened =
        new Verifier(
            ring,
            config.fence(),
            new KeyFormat(config.pepper()),
            redisFeed,
            postgresKeys,
            postgresLog,
            context,
            Clocks.SYSTEM,
            metrics);
    opened.open(vertx);
    verifier = opened;
    var postgresNotes = new PostgresUses(vertx, config.postgres());
    notes = postgresNotes;
    vertx.setPeriodic(NOTE_MILLIS, due -> note(opened, postgresNotes));
  }

  /** One statement at a time; what fails is not told again, the next use is. */
  private void note(Verifier opened, PostgresUses postgresNotes) {
    if (noting) {
      return;
    }
    List<Use> uses = opened.takeUses(NOTED_AT_ONCE_MAX);
    if (!uses.isEmpty()) {
      noting = true;
      postgresNotes
          .note(uses)
          .onComplete(
              noted -> {
                noting = false;
                if (noted.succeeded()) {
                  note(opened, postgresNotes);
                }
              });
    }
  }

  /** Returns how this process stands on the list of gateways. */
  public GatewayName self() {
    return self;
  }

  /** Returns the verifier, once the verticle has started. */
  public Verifier verifier() {
    Verifier known = verifier;
    if (known == null) {
      throw new IllegalStateException("the verifier is there once the verticle has started");
    }
    return known;
  }

  /** The listeners are closed by now, so the gateway may leave the list. */
  @Override
  public Future<?> stop() {
    Verifier known = verifier;
    Future<Void> left = known == null ? Future.succeededFuture() : known.close(vertx);
    return left.transform(over -> closeStores());
  }

  private Future<?> closeStores() {
    RedisFeed knownRedis = redis;
    PostgresRecords knownPostgres = postgres;
    PostgresLog knownLog = log;
    PostgresUses knownNotes = notes;
    return Future.join(
        List.of(
            knownRedis == null ? Future.succeededFuture() : knownRedis.close(),
            knownPostgres == null ? Future.succeededFuture() : knownPostgres.close(),
            knownLog == null ? Future.succeededFuture() : knownLog.close(),
            knownNotes == null ? Future.succeededFuture() : knownNotes.close()));
  }
}
