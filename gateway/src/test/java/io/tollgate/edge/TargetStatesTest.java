package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.groups.Tuple.tuple;

import io.micrometer.core.instrument.Gauge;
import io.tollgate.edge.MoodyUpstream.Mood;
import io.tollgate.key.Secret;
import io.tollgate.proxy.Destination;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.UpstreamProtocol;
import io.tollgate.store.Awaiting;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What those who run the process see of targets. */
class TargetStatesTest {
  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;

  private final MoodyUpstream old = new MoodyUpstream();
  private final MoodyUpstream fresh = new MoodyUpstream();

  @BeforeAll
  static void makeKey() {
    key = STORES.keys.everywhere();
  }

  @AfterEach
  void closeTargets() {
    old.close();
    fresh.close();
  }

  private static HttpResponse<String> get(RunningGateway edge) {
    return edge.send(HttpRequest.newBuilder(edge.uri("/")).header("X-API-Key", key.reveal()).GET());
  }

  private static Stream<JsonObject> rows(RunningGateway edge, String place) {
    return edge.gateway.targets().stream()
        .map(JsonObject.class::cast)
        .filter(row -> row.getString("target").equals(place));
  }

  private static double gauge(RunningGateway edge, String name, String place, String... tags) {
    Gauge found = edge.metrics.find(name).tag("target", place).tags(tags).gauge();
    return found == null ? Double.NaN : found.value();
  }

  private static double draining(RunningGateway edge, String place) {
    return gauge(edge, "tollgate.target.endpoints", place, "state", "draining");
  }

  @Test
  void one_that_no_route_names_is_told_of_until_what_it_has_begun_has_ended() {
    try (var edge = new RunningGateway(STORES.postgres, STORES.redis, Route.to("/", old.url()))) {
      assertThat(get(edge).statusCode()).isEqualTo(200);
      old.be(Mood.FROZEN);
      var begun = CompletableFuture.supplyAsync(() -> get(edge));
      Awaiting.until(
          "a request is under way",
          () -> gauge(edge, "tollgate.target.requests.active", old.place()) == 1);
      assertThat(draining(edge, old.place())).isZero();
      edge.gateway.route(List.of(Route.to("/", fresh.url())));
      assertThat(rows(edge, old.place()))
          .singleElement()
          .satisfies(
              row -> {
                assertThat(row.getString("state")).isEqualTo("draining");
                assertThat(row.getInteger("requests")).isEqualTo(1);
              });
      assertThat(draining(edge, old.place())).isEqualTo(1);
      assertThat(gauge(edge, "tollgate.target.requests.active", old.place())).isEqualTo(1);
      old.be(Mood.WELL);
      assertThat(begun.join().statusCode()).isEqualTo(200);
      Awaiting.until("it is gone", () -> rows(edge, old.place()).findAny().isEmpty());
      Awaiting.until(
          "so are its metrics, which go one by one",
          () ->
              edge.metrics.getMeters().stream()
                  .noneMatch(meter -> old.place().equals(meter.getId().getTag("target"))));
    }
  }

  @Test
  void routes_that_ask_one_place_in_other_ways_are_told_apart() {
    URI url = URI.create(old.url());
    Route one = Route.to("/", old.url());
    Route checked = Route.to("/a", old.url()).to(new Destination(List.of(url), "/health"));
    Route based = Route.to("/b", old.url() + "/base");
    Route other =
        Route.to("/c", old.url()).to(new Destination(List.of(url), "", UpstreamProtocol.HTTP2));
    try (var edge = new RunningGateway(STORES.postgres, STORES.redis, one, checked, based, other)) {
      assertThat(rows(edge, old.place()))
          .extracting(
              row -> row.getString("url"),
              row -> row.getString("check"),
              row -> row.getString("protocol"))
          .containsExactlyInAnyOrder(
              tuple(old.url(), "", "http1"),
              tuple(old.url(), "/health", "http1"),
              tuple(old.url() + "/base", "", "http1"),
              tuple(old.url(), "", "http2"));
    }
  }

  @Test
  void what_is_left_of_further_tries_is_told() {
    try (var edge = new RunningGateway(STORES.postgres, STORES.redis, Route.to("/", old.url()))) {
      assertThat(get(edge).statusCode()).isEqualTo(200);
      assertThat(rows(edge, old.place()))
          .singleElement()
          .satisfies(
              row -> {
                assertThat(row.getInteger("retries-left")).isPositive();
                assertThat(row.getInteger("retries-unsent-left")).isPositive();
              });
      for (String of : List.of("sent", "unsent")) {
        assertThat(edge.metrics.get("tollgate.target.retries.left").tag("of", of).gauge().value())
            .isPositive();
      }
    }
  }

  @Test
  void its_share_and_the_look_ups_of_its_name_are_counted() {
    Route named = Route.to("/", "http://localhost:" + old.port());
    String place = "localhost:" + old.port();
    try (var edge = new RunningGateway(STORES.postgres, STORES.redis, named)) {
      Awaiting.until(
          "it is looked up",
          () -> edge.counted("tollgate.target.lookups", "outcome", "changed") == 1);
      assertThat(gauge(edge, "tollgate.target.share", place)).isBetween(10.0, 100.0);
      assertThat(get(edge).statusCode()).isEqualTo(200);
      assertThat(gauge(edge, "tollgate.target.connections", place)).isEqualTo(1);
      assertThat(gauge(edge, "tollgate.target.websockets", place)).isZero();
    }
  }
}
