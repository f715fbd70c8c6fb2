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
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A route with several targets, of which some fail. */
class TargetsTest {
  private static final int MANY = 60;
  private static final Duration SOON = Duration.ofMillis(200);
  private static final TargetConfig WATCHFUL =
      new TargetConfig(
          3,
          SOON,
          Duration.ofSeconds(1),
          SOON,
          Duration.ofSeconds(1),
          20,
          Duration.ZERO,
          3,
          100,
          SOON);

  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;

  private final MoodyUpstream good = new MoodyUpstream();
  private final MoodyUpstream moody = new MoodyUpstream();
  private final AtomicInteger sequence = new AtomicInteger();

  @BeforeAll
  static void makeKey() {
    key = STORES.keys.everywhere();
  }

  @AfterEach
  void closeTargets() {
    good.close();
    moody.close();
  }

  private static ProxyConfig proxy() {
    ProxyConfig defaults = ProxyConfig.DEFAULTS;
    return new ProxyConfig(
            Duration.ofSeconds(1),
            Duration.ofSeconds(1),
            Duration.ofSeconds(5),
            Duration.ZERO,
            defaults.connectionsMax(),
            defaults.queueMax(),
            defaults.headerBytesMax(),
            defaults.headerCountMax())
        .with(WATCHFUL);
  }

  private static RunningGateway gateway(Route route) {
    return new RunningGateway(STORES.postgres, STORES.redis, proxy(), LimitConfig.UNLIMITED, route);
  }

  private Route both(String check) {
    return to(check, good, moody);
  }

  private static Route to(String check, MoodyUpstream... targets) {
    List<URI> urls = Stream.of(targets).map(target -> URI.create(target.url())).toList();
    return Route.to("/", urls.get(0).toString()).to(new Destination(urls, check));
  }

  private HttpResponse<String> ask(RunningGateway edge, String method, String path) {
    boolean hasBody = method.equals("POST");
    return edge.send(
        HttpRequest.newBuilder(edge.uri(path + sequence.incrementAndGet()))
            .header("X-API-Key", key.reveal())
            .method(
                method,
                hasBody
                    ? HttpRequest.BodyPublishers.ofString("body")
                    : HttpRequest.BodyPublishers.noBody()));
  }

  /** Returns which targets answered many requests, each of which has to be answered well. */
  private Set<String> answering(RunningGateway edge, String method) {
    Set<String> places = new HashSet<>();
    for (int i = 0; i < MANY; i++) {
      HttpResponse<String> response = ask(edge, method, "/");
      assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
      places.add(response.headers().firstValue("x-target").orElseThrow());
    }
    return places;
  }

  private static String state(RunningGateway edge, MoodyUpstream target) {
    return edge.gateway.targets().stream()
        .map(JsonObject.class::cast)
        .filter(each -> each.getString("target").equals(target.place()))
        .map(each -> each.getString("state"))
        .findFirst()
        .orElseThrow();
  }

  private static void awaitState(RunningGateway edge, MoodyUpstream target, String state) {
    Awaiting.until("the target is " + state, () -> state(edge, target).equals(state));
  }

  private void assertNothingCameTwice() {
    assertThat(moody.seen.values()).allMatch(times -> times.get() == 1);
    assertThat(good.seen.values()).allMatch(times -> times.get() == 1);
    assertThat(good.seen.keySet()).doesNotContainAnyElementsOf(moody.seen.keySet());
  }

  @Test
  void requests_go_to_all_of_them() {
    try (var edge = gateway(both(""))) {
      assertThat(answering(edge, "POST")).containsOnly(good.place(), moody.place());
      assertThat(edge.metrics.find("tollgate.target.requests").counters()).hasSize(2);
    }
  }

  @Test
  void of_a_killed_one_no_client_hears_and_what_was_not_sent_goes_elsewhere_once() {
    try (var edge = gateway(both(""))) {
      moody.be(Mood.KILLED);
      assertThat(answering(edge, "POST")).containsOnly(good.place());
      awaitState(edge, moody, "ejected");
      moody.be(Mood.WELL);
      awaitState(edge, moody, "in use");
      assertThat(answering(edge, "POST")).containsOnly(good.place(), moody.place());
      assertNothingCameTwice();
      assertThat(edge.counted("tollgate.target.changes", "to", "readmitted")).isEqualTo(1);
    }
  }

  @Test
  void one_that_resets_is_found_out_and_a_get_goes_elsewhere() {
    try (var edge = gateway(both(""))) {
      moody.be(Mood.RESETTING);
      assertThat(answering(edge, "GET")).containsOnly(good.place());
      Awaiting.until(
          "it is found out",
          () -> {
            ask(edge, "GET", "/");
            return state(edge, moody).equals("ejected");
          });
    }
  }

  @Test
  void a_post_to_one_that_resets_is_sent_once_and_refused() {
    try (var edge = gateway(both(""))) {
      moody.be(Mood.RESETTING);
      int refused = 0;
      while (state(edge, moody).equals("in use")) {
        int status = ask(edge, "POST", "/").statusCode();
        assertThat(status).isIn(200, 502);
        refused += status == 502 ? 1 : 0;
      }
      assertThat(refused).isEqualTo(moody.requests.get()).isPositive();
      assertNothingCameTwice();
    }
  }

  @Test
  void a_name_is_looked_up_and_its_address_used() {
    Route named = Route.to("/", "http://localhost:" + moody.port());
    try (var edge = gateway(named)) {
      Awaiting.until(
          "it is looked up",
          () -> edge.gateway.targets().getJsonObject(0).getString("address").equals("127.0.0.1"));
      assertThat(answering(edge, "GET")).containsOnly(moody.place());
    }
  }

  @Test
  void half_an_answer_is_cut_and_never_made_whole_by_another_target() {
    try (var edge = gateway(to("", moody))) {
      moody.be(Mood.HALF_ANSWERING);
      assertThat(RawClient.raw(edge.gateway.port(), request("GET / HTTP/1.1")))
          .startsWith("HTTP/1.1 200")
          .endsWith("01234567");
      assertThat(moody.requests).hasValue(1);
    }
  }

  @Test
  void one_that_gives_half_answers_is_found_out() {
    try (var edge = gateway(both(""))) {
      moody.be(Mood.HALF_ANSWERING);
      Awaiting.until(
          "it is found out",
          () -> {
            RawClient.raw(edge.gateway.port(), request("GET / HTTP/1.1"));
            return state(edge, moody).equals("ejected");
          });
      assertThat(answering(edge, "POST")).containsOnly(good.place());
    }
  }

  @TestThatWaits
  void a_frozen_one_is_found_out_by_asking_it_and_is_back_once_it_answers() {
    try (var edge = gateway(both(""))) {
      answering(edge, "GET");
      moody.be(Mood.FROZEN);
      Set<Integer> statuses = new HashSet<>();
      Awaiting.until(
          "it is found out",
          () -> {
            statuses.add(ask(edge, "GET", "/").statusCode());
            return state(edge, moody).equals("ejected");
          });
      assertThat(statuses).isSubsetOf(200, 504);
      assertThat(answering(edge, "POST")).containsOnly(good.place());
      moody.be(Mood.WELL);
      awaitState(edge, moody, "in use");
    }
  }

  @Test
  void what_clients_do_wrong_never_takes_a_target_out_of_use() {
    try (var edge = gateway(both(""))) {
      for (int i = 0; i < 40; i++) {
        // The target resets whoever sends this, whatever else it serves.
        ask(edge, "POST", "/poison");
        String port = request("POST /a HTTP/1.1", "Transfer-Encoding: chunked\r\n") + "2\r\nabX";
        RawClient.raw(edge.gateway.port(), port);
        RawClient.raw(edge.gateway.port(), request("GET /%00 HTTP/1.1"));
      }
      Awaiting.until("it was asked by us", () -> moody.checks.get() + good.checks.get() > 0);
      assertThat(answering(edge, "POST")).containsOnly(good.place(), moody.place());
      assertThat(edge.metrics.find("tollgate.target.changes").counters()).isEmpty();
    }
  }

  @Test
  void one_whose_check_fails_is_out_of_use_without_a_request() {
    try (var edge = gateway(both("/health"))) {
      moody.be(Mood.UNAVAILABLE);
      awaitState(edge, moody, "ejected");
      assertThat(moody.requests).hasValue(0);
      assertThat(answering(edge, "GET")).containsOnly(good.place());
      moody.be(Mood.WELL);
      awaitState(edge, moody, "in use");
      assertThat(edge.metrics.find("tollgate.target.checks").counters()).isNotEmpty();
    }
  }

  @Test
  void where_all_fail_all_are_tried() {
    try (var edge = gateway(both("/health"))) {
      moody.be(Mood.UNAVAILABLE);
      good.be(Mood.UNAVAILABLE);
      awaitState(edge, moody, "ejected");
      awaitState(edge, good, "ejected");
      assertThat(ask(edge, "GET", "/").statusCode()).as("the target's own").isEqualTo(503);
      RunningGateway.await(edge.gateway.ready());
    }
  }

  @Test
  void one_that_is_taken_from_the_route_ends_what_it_has_begun_and_gets_nothing_new() {
    try (var edge = gateway(to("", moody))) {
      moody.be(Mood.SLOW);
      var begun = CompletableFuture.supplyAsync(() -> ask(edge, "POST", "/"));
      Awaiting.until("it has come", () -> moody.requests.get() == 1);
      edge.gateway.route(List.of(to("", good)));
      assertThat(begun.join().headers().firstValue("x-target")).hasValue(moody.place());
      assertThat(answering(edge, "GET")).containsOnly(good.place());
      assertThat(moody.requests).hasValue(1);
      assertThat(edge.gateway.targets()).hasSize(1);
    }
  }

  private static String request(String line, String... headers) {
    return line
        + "\r\nHost: t\r\nConnection: close\r\nX-API-Key: "
        + key.reveal()
        + "\r\n"
        + String.join("", headers)
        + "\r\n";
  }
}
