package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.edge.MoodyUpstream.Mood;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.Destination;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.TargetConfig;
import io.tollgate.store.Awaiting;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A target that lets in no further connection while it serves those that it has, as one with a
 * bound for them does: any client with many slow requests brings it there.
 */
class FullTargetTest {
  private static final int SLOW_ONES = 24;
  private static final int WAVES = 3;
  private static final int ROUNDS_MAX = 50;
  private static final int FAILURES_MAX = 2;

  /** More than make a target fall out of use that is not but full. */
  private static final double REFUSALS = 2 * FAILURES_MAX;

  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;

  private final MoodyUpstream good = new MoodyUpstream();
  private final MoodyUpstream full = new MoodyUpstream();

  @BeforeAll
  static void makeKey() {
    key = STORES.keys.everywhere();
  }

  @AfterEach
  void closeTargets() {
    good.close();
    full.close();
  }

  private RunningGateway gateway(String check) {
    TargetConfig targets =
        new TargetSettings()
            .failuresMax(FAILURES_MAX)
            .checks(Duration.ofMillis(100), Duration.ofSeconds(1))
            .noSlowStart()
            .retryPercentMax(100)
            .config();
    List<URI> urls = Stream.of(good, full).map(target -> URI.create(target.url())).toList();
    Route route = Route.to("/", good.url()).to(new Destination(urls, check));
    return new RunningGateway(
        STORES.postgres,
        STORES.redis,
        ProxyConfig.DEFAULTS.with(targets),
        LimitConfig.UNLIMITED,
        route);
  }

  private static HttpResponse<String> post(RunningGateway edge, String path) {
    return edge.send(
        HttpRequest.newBuilder(edge.uri(path))
            .header("X-API-Key", key.reveal())
            .POST(HttpRequest.BodyPublishers.ofString("body")));
  }

  /** Sends many slow requests at once; returns how many of their answers are the full one's. */
  private int wave(RunningGateway edge) {
    List<CompletableFuture<HttpResponse<String>>> sent = new ArrayList<>();
    int byFull = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < SLOW_ONES; i++) {
        sent.add(CompletableFuture.supplyAsync(() -> post(edge, "/slow"), threads));
      }
      for (CompletableFuture<HttpResponse<String>> each : sent) {
        HttpResponse<String> response = each.join();
        assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
        String by = response.headers().firstValue("x-target").orElseThrow();
        byFull += by.equals(full.place()) ? 1 : 0;
      }
    }
    return byFull;
  }

  private static double refusals(RunningGateway edge) {
    return edge
        .metrics
        .find("tollgate.target.failures")
        .tag("why", "unreachable")
        .counters()
        .stream()
        .mapToDouble(counter -> counter.count())
        .sum();
  }

  private boolean isInUse(RunningGateway edge) {
    return edge.gateway.targets().stream()
        .map(JsonObject.class::cast)
        .filter(each -> each.getString("target").equals(full.place()))
        .allMatch(each -> each.getString("state").equals("in use"));
  }

  private void fillUp(RunningGateway edge) {
    while (full.requests.get() == 0) {
      post(edge, "/");
    }
    full.be(Mood.FULL);
    for (int i = 0; i < ROUNDS_MAX && refusals(edge) < REFUSALS; i++) {
      assertThat(wave(edge)).as("answered by the full one").isPositive();
    }
    assertThat(refusals(edge)).isGreaterThanOrEqualTo(REFUSALS);
  }

  @TestThatWaits
  void it_stays_in_use_and_what_it_lets_not_in_goes_elsewhere() {
    try (var edge = gateway("")) {
      fillUp(edge);
      assertThat(edge.metrics.find("tollgate.target.changes").counters()).isEmpty();
    }
  }

  @TestThatWaits
  void it_stays_in_use_where_it_is_asked_regularly() {
    try (var edge = gateway("/health")) {
      fillUp(edge);
      assertThat(edge.counted("tollgate.target.checks", "outcome", "full")).isPositive();
      assertThat(edge.metrics.find("tollgate.target.changes").counters()).isEmpty();
    }
  }

  @TestThatWaits
  void an_event_loop_that_it_has_refused_asks_it_for_few_connections_more() {
    try (var edge = gateway("")) {
      fillUp(edge);
      double before = refusals(edge);
      int sent = 0;
      for (int i = 0; i < WAVES; i++, sent += SLOW_ONES) {
        wave(edge);
      }
      assertThat(refusals(edge) - before).isLessThan(sent / 5.0);
    }
  }

  @TestThatWaits
  void it_is_out_of_use_when_those_that_it_served_are_gone_too() {
    try (var edge = gateway("")) {
      fillUp(edge);
      full.be(Mood.KILLED);
      Awaiting.until(
          "it is out of use, and no request has come to nothing",
          () -> {
            assertThat(post(edge, "/").statusCode()).isEqualTo(200);
            return !isInUse(edge);
          });
    }
  }
}
