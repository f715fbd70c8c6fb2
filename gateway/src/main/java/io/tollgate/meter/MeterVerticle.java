package io.tollgate.meter;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.PostgresUsage;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.time.Duration;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The event loop that brings to Postgres what a gateway has counted, and the meter behind it. */
public final class MeterVerticle extends VerticleBase {
  /** How long a stop that is waited for goes on sending. */
  private static final Duration CLOSE_DEADLINE = Duration.ofSeconds(3);

  private final MeterConfig config;
  private final PostgresConfig postgres;
  private final int loops;
  private final String gateway;
  private final LongSupplier wallMillis;
  private final MeterRegistry metrics;
  private @Nullable PostgresUsage ledger;
  private volatile @Nullable UsageMeter meter;

  /**
   * Makes a meter.
   *
   * @param loops how many event loops will count
   * @param gateway its name
   * @param wallMillis the time by Postgres' clock
   * @param role says in its metrics whose it is, where one process holds several
   */
  public MeterVerticle(
      MeterConfig config,
      PostgresConfig postgres,
      int loops,
      String gateway,
      LongSupplier wallMillis,
      String role,
      MeterRegistry registry) {
    this.config = config;
    this.postgres = postgres;
    this.loops = loops;
    this.gateway = gateway;
    this.wallMillis = wallMillis;
    var tagged = new CompositeMeterRegistry();
    tagged.config().commonTags("meter", role);
    tagged.add(registry);
    metrics = tagged;
  }

  @Override
  public Future<?> start() {
    var opened = new PostgresUsage(vertx, postgres);
    ledger = opened;
    return vertx
        .executeBlocking(() -> UsageMeter.open(config, loops, gateway, wallMillis, opened, metrics))
        .onSuccess(started -> meter = started)
        .onFailure(failed -> opened.close());
  }

  /** Returns the meter, once the verticle has started. */
  public UsageMeter meter() {
    UsageMeter known = meter;
    if (known == null) {
      throw new IllegalStateException("the meter is there once the verticle has started");
    }
    return known;
  }

  /** The event loops have stopped by now. */
  @Override
  public Future<?> stop() {
    UsageMeter known = meter;
    PostgresUsage knownLedger = ledger;
    Future<Void> sent = known == null ? Future.succeededFuture() : known.close(CLOSE_DEADLINE);
    return sent.transform(
        over -> knownLedger == null ? Future.succeededFuture() : knownLedger.close());
  }
}
