package io.tollgate.quota;

import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.store.PostgresAllowances;
import io.tollgate.store.PostgresConfig;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The event loop that leases units from Postgres, and the gate before it. */
public final class QuotaVerticle extends VerticleBase {
  private static final long TICK_MILLIS = 500;

  private final PostgresConfig postgres;
  private final UUID instance;
  private final long boot;
  private final LongSupplier wallMillis;
  private final MeterRegistry metrics;
  private @Nullable PostgresAllowances allowances;
  private volatile @Nullable QuotaGate gate;

  /**
   * Makes a gate.
   *
   * @param instance under which the gateway's batches come, which settle what is leased
   * @param boot which of its processes this is
   * @param wallMillis the time by Postgres' clock
   */
  public QuotaVerticle(
      PostgresConfig postgres,
      UUID instance,
      long boot,
      LongSupplier wallMillis,
      MeterRegistry metrics) {
    this.postgres = postgres;
    this.instance = instance;
    this.boot = boot;
    this.wallMillis = wallMillis;
    this.metrics = metrics;
  }

  @Override
  public Future<?> start() {
    var opened = new PostgresAllowances(vertx, postgres, instance, boot);
    allowances = opened;
    var made =
        new QuotaGate(
            opened,
            work -> context.runOnContext(unused -> work.run()),
            wallMillis,
            System::nanoTime,
            metrics);
    gate = made;
    vertx.setPeriodic(TICK_MILLIS, due -> made.tick());
    return Future.succeededFuture();
  }

  /** Returns the gate, once the verticle has started. */
  public QuotaGate gate() {
    QuotaGate known = gate;
    if (known == null) {
      throw new IllegalStateException("the gate is there once the verticle has started");
    }
    return known;
  }

  /** What is leased still is given back when the meter's last batch is in. */
  @Override
  public Future<?> stop() {
    PostgresAllowances known = allowances;
    return known == null ? Future.succeededFuture() : known.close();
  }
}
