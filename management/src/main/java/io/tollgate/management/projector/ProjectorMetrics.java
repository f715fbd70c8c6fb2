package io.tollgate.management.projector;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.store.LogPosition;

/** How far Redis is behind Postgres, for the operator. Written by the projector's thread alone. */
final class ProjectorMetrics {
  private final Counter rebuilds;
  private volatile long applied;
  private volatile long lag;
  private volatile double oldestSeconds;

  ProjectorMetrics(MeterRegistry registry) {
    Gauge.builder("tollgate.projector.applied", this, metrics -> metrics.applied)
        .description("The change up to which Redis is whole, as seen last")
        .register(registry);
    Gauge.builder("tollgate.projector.lag", this, metrics -> metrics.lag)
        .description("Changes in Postgres that Redis does not have, as seen last")
        .register(registry);
    Gauge.builder("tollgate.projector.oldest", this, metrics -> metrics.oldestSeconds)
        .description(
            "Seconds that the oldest change in Postgres has waited that Redis does not have")
        .baseUnit("seconds")
        .register(registry);
    rebuilds =
        Counter.builder("tollgate.projector.rebuilds")
            .description("Times that all documents were written anew")
            .register(registry);
  }

  void rebuilding() {
    rebuilds.increment();
  }

  /** Measures how far Redis, as seen last, is behind. */
  void measure(LogPosition end, ChangeLog log) {
    lag = Math.max(0, end.number() - applied);
    oldestSeconds = lag == 0 ? 0 : log.oldestSeconds(applied);
  }

  /** Redis is whole up to a number now. */
  void reached(long number, LogPosition end) {
    applied = number;
    lag = Math.max(0, end.number() - number);
    if (lag == 0) {
      oldestSeconds = 0;
    }
  }
}
