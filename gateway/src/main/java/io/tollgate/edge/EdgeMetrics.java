package io.tollgate.edge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.EnumMap;
import java.util.Map;
import java.util.Objects;

/** Counts how requests ended: each refusal by its code, responses by their status class. */
final class EdgeMetrics {
  private static final int CLASSES = 6;

  private final Map<Refusal, Counter> refused = new EnumMap<>(Refusal.class);
  private final Counter[] answered = new Counter[CLASSES];
  private final Counter clientGone;
  private final Counter ringHits;

  EdgeMetrics(MeterRegistry metrics) {
    for (Refusal refusal : Refusal.values()) {
      refused.put(refusal, counter(metrics, refusal.code()));
    }
    for (int statusClass = 0; statusClass < CLASSES; statusClass++) {
      answered[statusClass] = counter(metrics, "upstream-" + statusClass + "xx");
    }
    clientGone = counter(metrics, "client-gone");
    ringHits =
        Counter.builder("tollgate.ring.hits")
            .description("Requests whose key the ring knew")
            .register(metrics);
  }

  private static Counter counter(MeterRegistry metrics, String outcome) {
    return Counter.builder("tollgate.edge.requests")
        .description("Requests by how they ended: a refusal's code, or the upstream's status class")
        .tag("outcome", outcome)
        .register(metrics);
  }

  void refused(Refusal refusal) {
    Objects.requireNonNull(refused.get(refusal)).increment();
  }

  void answered(int status) {
    answered[status / 100 % CLASSES].increment();
  }

  void clientGone() {
    clientGone.increment();
  }

  void ringHit() {
    ringHits.increment();
  }
}
