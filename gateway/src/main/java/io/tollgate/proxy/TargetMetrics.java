package io.tollgate.proxy;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.noop.NoopCounter;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToIntFunction;
import java.util.stream.Stream;

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
  private static final String SHARE = "tollgate.target.share";
  private static final String ACTIVE = "tollgate.target.requests.active";
  private static final String WEBSOCKETS = "tollgate.target.websockets";
  private static final String CONNECTIONS = "tollgate.target.connections";
  private static final String LOOKUPS = "tollgate.target.lookups";
  private static final Set<String> BY_TARGET =
      Set.of(
          ENDPOINTS,
          CHANGES,
          CHECKS,
          REQUESTS,
          FAILURES,
          SHARE,
          ACTIVE,
          WEBSOCKETS,
          CONNECTIONS,
          LOOKUPS);
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
    left("sent", RetryBudgets.Left::sent);
    left("unsent", RetryBudgets.Left::unsent);
  }

  private void left(String of, ToIntFunction<RetryBudgets.Left> which) {
    Supplier<Number> value = () -> which.applyAsInt(targets.budgets().least(targets.nowNanos()));
    Gauge.builder("tollgate.target.retries.left", value)
        .description("Further tries that are left where the fewest are")
        .tag("of", of)
        .register(metrics);
  }

  private Counter retries(String outcome) {
    return Counter.builder("tollgate.target.retries")
        .description("Further tries of requests that came to nothing on their first target")
        .tag("outcome", outcome)
        .register(metrics);
  }

  /** Keeps the metrics alone of what routes name, and of what still has something under way. */
  synchronized void retainOnly() {
    Set<String> kept = new HashSet<>(targets.places());
    targets.draining().endpoints().forEach(endpoint -> kept.add(place(endpoint)));
    for (String place : kept) {
      if (places.add(place)) {
        gauges(place);
      }
    }
    places.retainAll(kept);
    for (Meter meter : metrics.getMeters()) {
      Meter.Id id = meter.getId();
      if (BY_TARGET.contains(id.getName()) && !kept.contains(String.valueOf(id.getTag(TARGET)))) {
        metrics.remove(meter);
      }
    }
  }

  private static String place(Endpoint endpoint) {
    return UpstreamAddress.place(endpoint.url());
  }

  private void gauges(String place) {
    states(place, "in-use", () -> count(place, true));
    states(place, "ejected", () -> count(place, false));
    states(place, "draining", () -> draining(place).count());
    gauge(place, SHARE, "Percent of its whole share that a target gets", () -> share(place))
        .baseUnit("percent")
        .register(metrics);
    load(place, ACTIVE, "Requests under way by their target", Load::requests);
    load(place, WEBSOCKETS, "Open WebSockets by their target", Load::webSockets);
    load(place, CONNECTIONS, "Connections that stand, WebSockets apart", Load::connections);
  }

  private static Gauge.Builder<?> gauge(
      String place, String name, String description, Supplier<Number> value) {
    return Gauge.builder(name, value).description(description).tag(TARGET, place);
  }

  private void states(String place, String state, Supplier<Number> value) {
    gauge(place, ENDPOINTS, "Addresses of a target by whether they are in use", value)
        .tag(STATE, state)
        .register(metrics);
  }

  private void load(String place, String name, String description, ToIntFunction<Load> of) {
    Supplier<Number> value =
        () ->
            Stream.concat(present(place), draining(place))
                .mapToInt(endpoint -> of.applyAsInt(endpoint.load()))
                .sum();
    gauge(place, name, description, value).register(metrics);
  }

  private Stream<Endpoint> present(String place) {
    return targets.at(place).stream().flatMap(target -> target.endpoints().stream());
  }

  private Stream<Endpoint> draining(String place) {
    return targets.draining().endpoints().stream()
        .filter(endpoint -> place(endpoint).equals(place));
  }

  private long count(String place, boolean inUse) {
    return present(place).filter(endpoint -> endpoint.health().isInUse() == inUse).count();
  }

  /** On the average of its addresses: none of one that is out of use. */
  private double share(String place) {
    long nowNanos = targets.nowNanos();
    return present(place)
        .map(Endpoint::health)
        .mapToInt(health -> health.isInUse() ? health.share(nowNanos) : 0)
        .average()
        .orElse(0);
  }

  /** Returns the counter of the requests that are tried on an endpoint: of one gone, it is none. */
  Counter requests(Endpoint endpoint) {
    String place = UpstreamAddress.place(endpoint.url());
    if (!places.contains(place)) {
      var id = new Meter.Id(REQUESTS, Tags.of(TARGET, place), null, null, Meter.Type.COUNTER);
      return new NoopCounter(id);
    }
    return Counter.builder(REQUESTS)
        .description("Requests by the target that they were tried on")
        .tag(TARGET, place)
        .register(metrics);
  }

  void changed(String place, Health.Change change) {
    counter(CHANGES, "Addresses taken out of use, and back into it", place, "to", text(change));
  }

  void checked(Endpoint endpoint, Check.Outcome outcome) {
    String place = UpstreamAddress.place(endpoint.url());
    counter(CHECKS, "Checks of ours by how they ended", place, "outcome", text(outcome));
  }

  void lookedUp(UpstreamTarget target, TargetWatch.LookUp end) {
    String place = target.place();
    counter(LOOKUPS, "Names of targets that were looked up", place, "outcome", text(end));
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
