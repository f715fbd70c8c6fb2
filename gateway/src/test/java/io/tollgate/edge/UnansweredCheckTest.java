package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.proxy.Destination;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.TargetConfig;
import io.tollgate.store.Awaiting;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A target that leaves our own question open, as one whose base takes long, and answers others. */
class UnansweredCheckTest {
  private static final int FAILURES_MAX = 2;

  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;

  private final AtomicInteger checks = new AtomicInteger();

  @BeforeAll
  static void makeKey() {
    key = STORES.keys.everywhere();
  }

  private void serve(ScriptedUpstream.Peer peer) throws IOException {
    for (String head = peer.readHead(); !head.isEmpty(); head = peer.readHead()) {
      if (head.contains("user-agent: tollgate-check")) {
        checks.incrementAndGet();
        peer.awaitEnd();
        return;
      }
      String status = head.contains("/bad") ? "502 Bad Gateway" : "200 OK";
      peer.write("HTTP/1.1 " + status + "\r\nContent-Length: 0\r\n\r\n");
    }
  }

  private static RunningGateway gateway(String check, MoodyUpstream one, ScriptedUpstream other) {
    TargetConfig targets =
        new TargetSettings()
            .failuresMax(FAILURES_MAX)
            .checks(Duration.ofMillis(100), Duration.ofSeconds(2))
            .noSlowStart()
            .config();
    URI first = other.route("/").destination().first();
    Route route =
        Route.to("/", first.toString())
            .to(new Destination(List.of(first, URI.create(one.url())), check));
    return STORES.oneLoop(ProxyConfig.DEFAULTS.with(targets), route);
  }

  @TestThatWaits
  void it_is_put_in_doubt_by_requests_and_stays_in_use_by_those_that_it_answers() {
    try (var good = new MoodyUpstream();
        var slow = new ScriptedUpstream((peer, index) -> serve(peer));
        var edge = gateway("", good, slow)) {
      while (checks.get() == 0) {
        edge.get("/bad", key);
      }
      Awaiting.until(
          "the check has ended",
          () -> {
            assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
            return edge.metrics.find("tollgate.target.checks").counters().stream()
                .anyMatch(counter -> counter.count() > 0);
          });
      assertThat(edge.counted("tollgate.target.checks", "outcome", "full")).isPositive();
      assertThat(edge.metrics.find("tollgate.target.changes").counters()).isEmpty();
    }
  }

  @TestThatWaits
  void it_is_taken_out_of_use_where_its_route_says_what_it_must_answer() {
    try (var good = new MoodyUpstream();
        var slow = new ScriptedUpstream((peer, index) -> serve(peer));
        var edge = gateway("/health", good, slow)) {
      Awaiting.until(
          "it is out of use",
          () -> {
            assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
            return !edge.metrics.find("tollgate.target.changes").counters().isEmpty();
          });
    }
  }
}
