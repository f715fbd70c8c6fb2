package io.tollgate.proxy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Collection;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Counts what becomes of targets, by host and port: there are no more of them than routes name.
 * Safe for all threads.
 */
final class TargetMetrics {
  private static final String ENDPOINTS = "tollgate.target.endpoints";
  private static final String CHANGES = "tollgate.target.changes";
  private static final String CHECKS = "tollgate.target.checks";
  private static final String REQUESTS = "tollgate.target.requests";
  private static final String FAILURES = "tollgate.target.failures";
  private static final Set<String> BY_TARGET =
      Set.of(ENDPOINTS, CHANGES, CHECKS, REQUESTS, FAILURES);
  private static final String TARGET = "target";
  private static final String STATE = "state";

  private final MeterRegistry metrics;
  private final UpstreamTargets targets;
  private final Set<String> places = ConcurrentHashMap.newKeySet();
  private final Counter retries;
  private final Counter unretried;

  TargetMetrics(MeterRegistry metrics, UpstreamTargets targets) {
    this.metrics = metrics;
    this.targets = targets;
    retries = retries("sent");
    unretried = retries("over-budget");
  }

  private Counter retries(String outcome) {
    return Counter.builder("tollgate.target.retries")
        .description("Further tries of requests that came to nothing on their first target")
        .tag("outcome", outcome)
        .register(metrics);
  }

  /** Keeps the metrics of these alone. */
  void retainOnly(Collection<UpstreamTarget> kept) {
    Set<String> named = new HashSet<>();
    kept.forEach(target -> named.add(UpstreamAddress.place(target.url())));
    for (String place : named) {
      if (places.add(place)) {
        gauge(place, true);
        gauge(place, false);
      }
    }
    places.retainAll(named);
    for (Meter meter : metrics.getMeters()) {
      Meter.Id id = meter.getId();
      if (BY_TARGET.contains(id.getName()) && !named.contains(String.valueOf(id.getTag(TARGET)))) {
        metrics.remove(meter);
      }
    }
  }

  private void gauge(String place, boolean inUse) {
    Gauge.builder(ENDPOINTS, () -> count(place, inUse))
        .description("Addresses of a target by whether they are in use")
        .tag(TARGET, place)
        .tag(STATE, inUse ? "in-use" : "ejected")
        .register(metrics);
  }

  private long count(String place, boolean inUse) {
    return targets.all().stream()
        .filter(target -> UpstreamAddress.place(target.url()).equals(place))
        .flatMap(target -> target.endpoints().stream())
        .filter(endpoint -> endpoint.health().isInUse() == inUse)
        .count();
  }

  /** Returns the counter of the requests that are tried on an endpoint. */
  Counter requests(Endpoint endpoint) {
    return Counter.builder(REQUESTS)
        .description("Requests by the target that they were tried on")
        .tag(TARGET, UpstreamAddress.place(endpoint.url()))
        .register(metrics);
  }

  void changed(String place, Health.Change change) {
    counter(CHANGES, "Addresses taken out of use, and back into it", place, "to", text(change));
  }

  void checked(Endpoint endpoint, Check.Outcome outcome) {
    String place = UpstreamAddress.place(endpoint.url());
    counter(CHECKS, "Checks of ours by how they ended", place, "outcome", text(outcome));
  }

  void failed(Endpoint endpoint, Failure failure) {
    String place = UpstreamAddress.place(endpoint.url());
    counter(FAILURES, "Tries of requests that came to nothing", place, "why", text(failure));
  }

  private void counter(String name, String description, String place, String tag, String value) {
    if (places.contains(place)) {
      Counter.builder(name)
          .description(description)
          .tag(TARGET, place)
          .tag(tag, value)
          .register(metrics)
          .increment();
    }
  }

  private static String text(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  void retried() {
    retries.increment();
  }

  /** A request could have been tried again, had there not been too many of them. */
  void notRetried() {
    unretried.increment();
  }
}
