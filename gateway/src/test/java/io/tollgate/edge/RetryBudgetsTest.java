package io.tollgate.edge;

import static io.tollgate.edge.ScriptedHttp2Upstream.REFUSED_STREAM;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.edge.MoodyUpstream.Mood;
import io.tollgate.edge.ScriptedHttp2Upstream.Asked;
import io.tollgate.edge.ScriptedHttp2Upstream.Peer;
import io.tollgate.key.Secret;
import io.tollgate.proxy.Destination;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.TargetConfig;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * What was sent and came to nothing, and what no target has looked at, are tried again out of
 * budgets of their own: who uses up the one leaves the other as it was.
 */
class RetryBudgetsTest {
  /** As many as a budget holds at first, so that they fit into one that nobody has used. */
  private static final int FEW = 10;

  private static final int SAVED_MAX = 100;

  /** Failures take no target out of use, and next to nothing is saved by requests. */
  private static final TargetConfig PATIENT =
      new TargetConfig(
          1_000,
          Duration.ofSeconds(5),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          Duration.ofSeconds(1),
          20,
          Duration.ZERO,
          3,
          1,
          Duration.ofSeconds(5));

  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;

  @BeforeAll
  static void makeKey() {
    key = STORES.keys.everywhere();
  }

  private static RunningGateway gateway(Route route) {
    return STORES.oneLoop(ProxyConfig.DEFAULTS.with(PATIENT), route);
  }

  private static Route toAll(String... urls) {
    return Route.to("/", urls[0])
        .to(new Destination(Stream.of(urls).map(URI::create).toList(), ""));
  }

  private static Route toBoth(MoodyUpstream one, MoodyUpstream other) {
    return toAll(one.url(), other.url());
  }

  private static HttpResponse<String> ask(RunningGateway edge, String method, String path) {
    return edge.send(
        HttpRequest.newBuilder(edge.uri(path))
            .header("X-API-Key", key.reveal())
            .method(method, BodyPublishers.noBody()));
  }

  private static void askUntilOverBudget(RunningGateway edge, String method, String path) {
    double before = overBudget(edge);
    while (overBudget(edge) == before) {
      ask(edge, method, path);
    }
  }

  private static double overBudget(RunningGateway edge) {
    return edge.counted("tollgate.target.retries", "outcome", "over-budget");
  }

  private static void assertAllServed(RunningGateway edge, String method) {
    Set<Integer> statuses = new HashSet<>();
    for (int i = 0; i < FEW; i++) {
      statuses.add(ask(edge, method, "/").statusCode());
    }
    assertThat(statuses).containsOnly(200);
  }

  @Test
  void requests_that_make_targets_fail_leave_a_try_to_those_that_were_not_sent() {
    try (var good = new MoodyUpstream();
        var dying = new MoodyUpstream();
        var edge = gateway(toBoth(good, dying))) {
      askUntilOverBudget(edge, "GET", "/poison");
      dying.be(Mood.KILLED);
      assertAllServed(edge, "POST");
    }
  }

  @Test
  void what_a_target_has_seen_is_none_that_nobody_has_when_the_next_can_not_be_reached() {
    try (var good = new MoodyUpstream();
        var dying = new MoodyUpstream();
        var killing = new ScriptedUpstream((peer, index) -> killUnseen(peer, dying));
        var edge =
            gateway(
                toAll(
                    good.url(),
                    dying.url(),
                    killing.route("/").destination().first().toString()))) {
      while (unreached(edge, dying) < FEW) {
        dying.be(Mood.WELL);
        ask(edge, "GET", "/");
      }
      // Both grow alike, and all tries were of the one; it may have been looked at a moment later.
      double tries = edge.counted("tollgate.target.retries", "outcome", "sent");
      double both = left(edge, "sent") + tries - 1;
      assertThat(left(edge, "unsent")).isGreaterThanOrEqualTo(Math.min(both, SAVED_MAX));
    }
  }

  /** Takes one request, and the other target with it. */
  private static void killUnseen(ScriptedUpstream.Peer peer, MoodyUpstream other)
      throws IOException {
    peer.readHead();
    other.be(Mood.KILLED);
  }

  private static double unreached(RunningGateway edge, MoodyUpstream target) {
    return edge.total("tollgate.target.failures", "target", target.place(), "why", "unreachable");
  }

  private static double left(RunningGateway edge, String of) {
    return edge.metrics.get("tollgate.target.retries.left").tag("of", of).gauge().value();
  }

  @Test
  void requests_that_can_not_be_sent_leave_a_try_to_those_that_came_to_nothing() {
    try (var good = new MoodyUpstream();
        var moody = new MoodyUpstream();
        var edge = gateway(toBoth(good, moody))) {
      moody.be(Mood.KILLED);
      askUntilOverBudget(edge, "POST", "/");
      moody.be(Mood.RESETTING);
      assertAllServed(edge, "GET");
    }
  }

  @Test
  void requests_that_make_a_connection_end_leave_a_try_to_streams_that_were_refused() {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  refuseEverySecondUpToPoison(peer);
                });
        var edge = gateway(upstream.route("/"))) {
      for (int i = 0; i < FEW; i++) {
        askUntilOverBudget(edge, "GET", "/poison");
        assertThat(ask(edge, "POST", "/").statusCode()).isEqualTo(200);
      }
    }
  }

  private static void refuseEverySecondUpToPoison(Peer peer) throws IOException {
    boolean refused = false;
    for (Asked asked = peer.readRequest();
        !"/poison".contentEquals(asked.fields().path());
        asked = peer.readRequest()) {
      if (refused) {
        peer.answer(asked.id(), "well");
      } else {
        peer.reset(asked.id(), REFUSED_STREAM);
      }
      refused = !refused;
    }
  }
}
