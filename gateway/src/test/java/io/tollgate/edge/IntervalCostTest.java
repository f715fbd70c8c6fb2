package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Meter;
import io.tollgate.plan.Per;
import io.tollgate.plan.Period;
import io.tollgate.plan.Plan;
import io.tollgate.plan.Quota;
import io.tollgate.proxy.LongLived;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.Awaiting;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;

/** What an exchange that goes on costs while it lives, and how that is counted. */
class IntervalCostTest {
  private static final Duration LONG = Duration.ofMinutes(1);
  private static final String STREAM =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "7\r\ndata: 1\r\n";

  @AutoClose private final Stores stores = new Stores();
  private final Secret key = stores.keys.everywhere("read");

  private RunningGateway gateway(Route route) {
    return stores.gateway(ProxyConfig.DEFAULTS, route);
  }

  /** Starts one whose limits wait for a slow store. */
  private RunningGateway limiting(Route route) {
    var patient = new LimitConfig(0, 1, Duration.ofSeconds(5));
    return new RunningGateway(stores.postgres, stores.redis, ProxyConfig.DEFAULTS, patient, route);
  }

  private static double open(RunningGateway edge) {
    return edge.metrics.get("tollgate.edge.websockets").gauge().value();
  }

  private void subscribe(long units, Limit... limits) {
    var quota = new Quota(Per.SUBJECT, Meter.COMPLETED, Period.MONTH, units, true);
    stores.keys.subscribe(new Plan("pver_1", List.of(limits), List.of(quota), null, null));
  }

  /** Returns what the meter has: what was verified, answered so, and refused. */
  private String counted(String status) {
    return stores.postgres.query(
        "SELECT sum(verified) || ' ' || sum(%s) || ' ' || sum(refused) FROM tollgate.usage_hour"
            .formatted(status));
  }

  private String spent() {
    return stores.postgres.query("SELECT sum(spent) FROM tollgate.allowance");
  }

  @Test
  void each_interval_of_a_websocket_costs_again_until_nothing_is_left() throws Exception {
    subscribe(7);
    var terms = new LongLived(true, Duration.ofMillis(100));
    try (var upstream = new FrameUpstream(RawWebSocket.SWITCHED, "");
        RunningGateway edge = gateway(upstream.route().with(terms).at(2));
        var client = new RawWebSocket(edge.gateway.port(), key)) {
      assertThat(client.read().close()).isEqualTo("1008 quota-exhausted");
      assertThat(upstream.seenToEnd()).contains("quota-exhausted");
      assertThat(edge.get("/", key).statusCode()).isEqualTo(429);
    }
    assertThat(counted("status_1xx")).isEqualTo("10 6 4");
    assertThat(spent()).isEqualTo("6");
  }

  @Test
  void each_interval_of_a_websocket_takes_a_place_of_the_rate_until_none_is_left()
      throws Exception {
    subscribe(100, new Limit(Per.KEY, 7, 3_600, 7));
    var terms = new LongLived(true, Duration.ofMillis(100));
    try (var upstream = new FrameUpstream(RawWebSocket.SWITCHED, "");
        RunningGateway edge = limiting(upstream.route().with(terms).at(2));
        var client = new RawWebSocket(edge.gateway.port(), key)) {
      assertThat(client.read().close()).isEqualTo("1008 rate-limited");
      assertThat(upstream.seenToEnd()).contains("rate-limited");
      HttpResponse<String> refused = edge.get("/", key);
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(refused.body()).contains("rate-limited");
    }
    assertThat(counted("status_1xx")).isEqualTo("10 6 4");
    // What was taken of the quota for an interval that the rate refused has gone back.
    assertThat(spent()).isEqualTo("6");
  }

  @Test
  void a_websocket_that_ends_owes_nothing_more() throws Exception {
    subscribe(100);
    var terms = new LongLived(true, LONG);
    try (var upstream = new FrameUpstream(RawWebSocket.SWITCHED, "");
        RunningGateway edge = gateway(upstream.route().with(terms))) {
      new RawWebSocket(edge.gateway.port(), key).close();
      upstream.seenToEnd();
      Awaiting.until("none is open", () -> open(edge) == 0);
    }
    assertThat(spent()).isEqualTo("1");
    assertThat(stores.postgres.query("SELECT sum(status_1xx) FROM tollgate.usage_hour"))
        .isEqualTo("1");
  }

  private static Route each(Route route, Duration interval) {
    return route.with(new LongLived(false, interval)).at(2);
  }

  private String get() {
    return "GET / HTTP/1.1\r\nHost: t\r\nX-API-Key: " + key.reveal() + "\r\n\r\n";
  }

  private void assertPaidThrice() {
    assertThat(counted("status_2xx")).isEqualTo("8 6 2");
    assertThat(spent()).isEqualTo("6");
  }

  @Test
  void each_interval_of_an_event_stream_costs_again_until_nothing_is_left() throws Exception {
    subscribe(7);
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write(STREAM);
                  peer.awaitEnd();
                });
        RunningGateway edge = gateway(each(upstream.route("/"), Duration.ofMillis(100)));
        var client = new RawWebSocket(edge.gateway.port(), get())) {
      assertThat(client.head).startsWith("HTTP/1.1 200");
      assertThat(client.readToEnd()).isEqualTo("7\r\ndata: 1\r\n");
    }
    assertPaidThrice();
  }

  @Test
  void each_interval_of_a_call_by_grpc_costs_again_until_its_status_tells_that_nothing_is_left() {
    subscribe(7);
    try (var upstream = GrpcBrokenOffTest.beginning();
        RunningGateway edge =
            stores.gateway(
                BodySizeTest.config(BodySizeTest.MAX),
                ProxyConfig.DEFAULTS,
                each(upstream.route("/"), Duration.ofMillis(100)));
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      GrpcBrokenOffTest.call(client, key, true);
      GrpcBrokenOffTest.awaitFrame(client, RawHttp2.DATA);
      assertThat(GrpcBrokenOffTest.toldAtTheEnd(client))
          .containsEntry("grpc-status", "8")
          .hasEntrySatisfying(
              "grpc-message", why -> assertThat(why).startsWith("quota-exhausted: "));
    }
    assertPaidThrice();
  }

  @Test
  void what_was_taken_for_an_interval_that_the_rate_refuses_goes_back_at_once() throws Exception {
    Secret other = stores.keys.everywhere("read");
    subscribe(8, new Limit(Per.KEY, 7, 3_600, 7));
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write(index == 0 ? STREAM : "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                  peer.awaitEnd();
                });
        RunningGateway edge = limiting(each(upstream.route("/"), Duration.ofMillis(100)));
        var client = new RawWebSocket(edge.gateway.port(), get())) {
      client.readToEnd();
      assertThat(edge.get("/", other).statusCode()).as("by the last two units").isEqualTo(200);
    }
    assertThat(spent()).isEqualTo("8");
  }

  @Test
  void an_answer_that_ends_owes_nothing_more() {
    subscribe(100);
    try (var upstream = new EchoUpstream();
        RunningGateway edge = gateway(each(upstream.route("/"), LONG))) {
      assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
      assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
    }
    assertThat(spent()).isEqualTo("4");
    assertThat(stores.postgres.query("SELECT sum(verified) FROM tollgate.usage_hour"))
        .isEqualTo("4");
  }
}
