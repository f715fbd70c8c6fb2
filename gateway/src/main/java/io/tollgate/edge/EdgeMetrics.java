package io.tollgate.edge;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import io.tollgate.proxy.Route;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;

/** Counts how requests ended: each refusal by its code, responses by their status class. */
final class EdgeMetrics {
  private static final int CLASSES = 6;
  private static final String REQUEST_TIMER = "tollgate.edge.request";
  private static final Duration[] BUCKETS = {
    Duration.ofMillis(1),
    Duration.ofMillis(2),
    Duration.ofMillis(5),
    Duration.ofMillis(10),
    Duration.ofMillis(25),
    Duration.ofMillis(50),
    Duration.ofMillis(100),
    Duration.ofMillis(250),
    Duration.ofMillis(500),
    Duration.ofSeconds(1),
    Duration.ofSeconds(5),
    Duration.ofSeconds(30)
  };

  private final Map<Refusal, Counter> refused = new EnumMap<>(Refusal.class);
  private final Counter[] answered = new Counter[CLASSES];
  private final Counter clientGone;
  private final Counter cut;
  private final Counter ringHits;
  private final Counter connectionsRefused;
  private final Counter http1Connections;
  private final Counter http2Connections;
  private final Counter http2Ended;
  private final Counter http2Resets;
  private final Counter exchangesRevoked;
  private final MeterRegistry metrics;

  EdgeMetrics(MeterRegistry metrics) {
    this.metrics = metrics;
    for (Refusal refusal : Refusal.values()) {
      refused.put(refusal, counter(metrics, refusal.code()));
    }
    for (int statusClass = 0; statusClass < CLASSES; statusClass++) {
      answered[statusClass] = counter(metrics, "upstream-" + statusClass + "xx");
    }
    clientGone = counter(metrics, "client-gone");
    cut =
        Counter.builder("tollgate.edge.responses.cut")
            .description("Responses and WebSockets that ended amid what they had to say")
            .register(metrics);
    connectionsRefused =
        Counter.builder("tollgate.edge.connections.refused")
            .description("Connections closed at once, since there were too many")
            .register(metrics);
    http1Connections = protocol(metrics, "http/1.1");
    http2Connections = protocol(metrics, "h2");
    http2Ended =
        Counter.builder("tollgate.edge.http2.connections.ended")
            .description("Connections by HTTP/2 ended for an error, or for going beyond a limit")
            .register(metrics);
    http2Resets =
        Counter.builder("tollgate.edge.http2.streams.reset")
            .description("Streams of HTTP/2 reset for an error of the client")
            .register(metrics);
    exchangesRevoked =
        Counter.builder("tollgate.edge.exchanges.revoked")
            .description("Exchanges cut under way, since their key had lost the right to them")
            .register(metrics);
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

  private static Counter protocol(MeterRegistry metrics, String protocol) {
    return Counter.builder("tollgate.edge.connections")
        .description("Connections of clients by the protocol they speak")
        .tag("protocol", protocol)
        .register(metrics);
  }

  void http1Opened() {
    http1Connections.increment();
  }

  void http2Opened() {
    http2Connections.increment();
  }

  void http2Ended() {
    http2Ended.increment();
  }

  void http2Reset() {
    http2Resets.increment();
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

  /** Counts one that has ended, by its word in the access log. */
  void ended(String outcome) {
    if (outcome.equals(AccessEntry.CUT)) {
      cut.increment();
    }
  }

  void ringHit() {
    ringHits.increment();
  }

  void exchangeRevoked() {
    exchangesRevoked.increment();
  }

  void connectionRefused() {
    connectionsRefused.increment();
  }

  /** Returns the timer of a route's requests, from the whole head to the response's end. */
  Timer timer(Route route) {
    return Timer.builder(REQUEST_TIMER)
        .description("Requests by route: from the whole head to the response's last byte")
        .tag("route", route.path())
        .serviceLevelObjectives(BUCKETS)
        .register(metrics);
  }

  /** Lets go of the timers of paths that are no longer routed. */
  void retainOnly(List<Route> routes) {
    Set<String> paths = routes.stream().map(Route::path).collect(Collectors.toSet());
    for (Timer timer : metrics.find(REQUEST_TIMER).timers()) {
      if (!paths.contains(timer.getId().getTag("route"))) {
        metrics.remove(timer);
      }
    }
  }
}
