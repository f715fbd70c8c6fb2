package io.tollgate.edge;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.edge.MoodyUpstream.Mood;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.Destination;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.TargetConfig;
import io.tollgate.store.Awaiting;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of requests that a target has, or that wait for it, when it fails or is removed. */
class ChangedTargetsTest {
  private static final int MANY = 24;

  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;

  private final MoodyUpstream first = new MoodyUpstream();
  private final MoodyUpstream second = new MoodyUpstream();
  private final MoodyUpstream third = new MoodyUpstream();
  private final CountDownLatch letGo = new CountDownLatch(1);
  private final List<CompletableFuture<?>> begun = new ArrayList<>();

  /** Holds what is asked of it under a path of its own, and answers all else. */
  private final ScriptedUpstream holding = new ScriptedUpstream((peer, index) -> hold(peer));

  @BeforeAll
  static void makeKey() {
    key = STORES.keys.everywhere();
  }

  @AfterEach
  void closeTargets() {
    letGo.countDown();
    holding.close();
    Stream.of(first, second, third).forEach(MoodyUpstream::close);
  }

  private void hold(ScriptedUpstream.Peer peer) throws IOException {
    for (String head = peer.readHead(); !head.isEmpty(); head = peer.readHead()) {
      if (head.contains("/hold")) {
        try {
          letGo.await();
        } catch (InterruptedException e) {
          throw new IOException(e);
        }
      }
      peer.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nheld");
    }
  }

  /** Makes one of one event loop and one connection to each target. */
  private static RunningGateway narrow(Duration connectTimeout, Route... routes) {
    return narrow(connectTimeout, TargetConfig.DEFAULTS.attemptsMax(), routes);
  }

  private static RunningGateway narrow(Duration connectTimeout, int attempts, Route... routes) {
    ProxyConfig defaults = ProxyConfig.DEFAULTS;
    TargetConfig targets = new TargetSettings().noSlowStart().attemptsMax(attempts).config();
    var proxy =
        new ProxyConfig(
            connectTimeout,
            defaults.responseTimeout(),
            defaults.idleTimeout(),
            Duration.ZERO,
            1,
            8,
            defaults.headerBytesMax(),
            defaults.headerCountMax());
    EdgeConfig edge = EdgeConfig.DEFAULTS;
    var oneLoop = new EdgeConfig("127.0.0.1", 0, 1, edge.drainDeadline(), edge.clients());
    return new RunningGateway(
        STORES.postgres, STORES.redis, oneLoop, proxy.with(targets), LimitConfig.UNLIMITED, routes);
  }

  private static Route route(String path, String... urls) {
    List<URI> targets = Stream.of(urls).map(URI::create).toList();
    return Route.to(path, urls[0]).to(new Destination(targets, ""));
  }

  private static Route to(MoodyUpstream... targets) {
    return route("/", Stream.of(targets).map(MoodyUpstream::url).toArray(String[]::new));
  }

  private static CompletableFuture<HttpResponse<String>> post(RunningGateway edge, String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(edge.uri(path))
            .header("X-API-Key", key.reveal())
            .POST(BodyPublishers.ofString("body"));
    return CompletableFuture.supplyAsync(() -> edge.send(request), Thread::startVirtualThread);
  }

  private static double requests(RunningGateway edge, String place) {
    return edge.total("tollgate.target.requests", "target", place);
  }

  private static double draining(RunningGateway edge, String place) {
    return edge.metrics
        .get("tollgate.target.endpoints")
        .tag("target", place)
        .tag("state", "draining")
        .gauge()
        .value();
  }

  private static void awaitRequests(RunningGateway edge, String place, int count) {
    Awaiting.until(count + " requests are at " + place, () -> requests(edge, place) == count);
  }

  /**
   * Has a request wait at a target that is frozen, while there is another, and returns what becomes
   * of it once the other has room.
   */
  private HttpResponse<String> waitAtFrozen(Duration connectTimeout, int seconds) throws Exception {
    String holder = holding.route("/").destination().first().toString();
    first.be(Mood.FROZEN);
    try (var edge =
        narrow(
            connectTimeout,
            route("/both", first.url(), holder),
            route("/frozen", first.url()),
            route("/hold", holder))) {
      begun.add(post(edge, "/frozen"));
      awaitRequests(edge, first.place(), 1);
      // Two are more than the frozen one has, so that the next goes there.
      begun.add(post(edge, "/hold"));
      begun.add(post(edge, "/hold"));
      awaitRequests(edge, holder.substring("http://".length()), 2);
      var waiting = post(edge, "/both");
      awaitRequests(edge, first.place(), 2);
      letGo.countDown();
      HttpResponse<String> answer = waiting.get(seconds, SECONDS);
      first.be(Mood.KILLED);
      return answer;
    }
  }

  @TestThatWaits
  void what_has_waited_in_vain_goes_to_another_target_whatever_it_is() throws Exception {
    assertThat(waitAtFrozen(Duration.ofMillis(500), 10).body()).isEqualTo("held");
  }

  @TestThatWaits
  void what_waits_for_a_target_that_is_taken_out_of_use_goes_elsewhere_at_once() throws Exception {
    assertThat(waitAtFrozen(Duration.ofSeconds(20), 10).body()).isEqualTo("held");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void what_waits_for_a_target_that_is_taken_from_the_route_goes_elsewhere(int attempts)
      throws Exception {
    String holder = holding.route("/").destination().first().toString();
    first.be(Mood.FROZEN);
    Route both = route("/both", first.url(), holder);
    Route hold = route("/hold", holder);
    Route frozen = route("/frozen", first.url());
    try (var edge = narrow(Duration.ofSeconds(20), attempts, both, frozen, hold)) {
      begun.add(post(edge, "/frozen"));
      awaitRequests(edge, first.place(), 1);
      begun.add(post(edge, "/hold"));
      begun.add(post(edge, "/hold"));
      awaitRequests(edge, holder.substring("http://".length()), 2);
      var waiting = post(edge, "/both");
      awaitRequests(edge, first.place(), 2);
      edge.gateway.route(List.of(route("/both", holder), hold));
      letGo.countDown();
      assertThat(waiting.get(10, SECONDS).body()).isEqualTo("held");
      first.be(Mood.KILLED);
    }
  }

  @Test
  void what_a_target_had_that_is_gone_is_not_tried_on_another_that_is_gone() throws Exception {
    Stream.of(first, second, third).forEach(target -> target.be(Mood.FROZEN));
    try (var edge = new RunningGateway(STORES.postgres, STORES.redis, to(first, second, third))) {
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < MANY; i++) {
        answers.add(
            CompletableFuture.supplyAsync(() -> edge.get("/", key), Thread::startVirtualThread));
      }
      Awaiting.until(
          "all have been given to targets",
          () ->
              Stream.of(first, second, third)
                      .mapToDouble(target -> requests(edge, target.place()))
                      .sum()
                  == MANY);
      double ofThird = requests(edge, third.place());
      edge.gateway.route(List.of(to(first, second)));
      Awaiting.until("the third drains", () -> draining(edge, third.place()) == 1);
      third.be(Mood.WELL);
      second.be(Mood.WELL);
      first.be(Mood.KILLED);
      for (var answer : answers) {
        assertThat(answer.get(20, SECONDS).statusCode()).isEqualTo(200);
      }
      assertThat((double) third.requests.get()).isEqualTo(ofThird);
      // Once all that it had has ended, it is forgotten.
      assertThat(requests(edge, third.place())).isIn(ofThird, 0.0);
    }
  }
}
