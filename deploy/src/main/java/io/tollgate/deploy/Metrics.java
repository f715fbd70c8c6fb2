package io.tollgate.deploy;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.vertx.core.json.JsonObject;
import java.util.List;

/** The process's metrics, the JVM's own among them. Safe for all threads. */
final class Metrics implements AutoCloseable {
  private static final List<String> STATE =
      List.of(
          "tollgate.ring.",
          "tollgate.fence.",
          "tollgate.redis.believed",
          "tollgate.clock.",
          "tollgate.projector.");

  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final JvmGcMetrics collections = new JvmGcMetrics();

  Metrics() {
    collections.bindTo(registry);
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
  }

  PrometheusMeterRegistry registry() {
    return registry;
  }

  /** Returns what an operator asks first when keys are refused or revocations hang. */
  JsonObject state() {
    var state = new JsonObject();
    for (Meter meter : registry.getMeters()) {
      String name = meter.getId().getName();
      if (meter instanceof Gauge gauge && STATE.stream().anyMatch(name::startsWith)) {
        state.put(name, gauge.value());
      }
    }
    return state;
  }

  @Override
  public void close() {
    collections.close();
    registry.close();
  }
}
