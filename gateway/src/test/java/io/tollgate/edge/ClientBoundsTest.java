package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.Timeouts;
import io.tollgate.store.Awaiting;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * What one client, and all together, may take; and what routes say of deadlines and pre-flights.
 */
class ClientBoundsTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere();
  }

  @AfterAll
  static void stop() {
    redis.close();
    postgres.close();
  }

  private static RunningGateway gateway(ClientBounds bounds, Route... routes) {
    return new RunningGateway(
        postgres,
        redis,
        new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(5), bounds),
        ProxyConfig.DEFAULTS,
        LimitConfig.UNLIMITED,
        routes);
  }

  private static ClientBounds bounds(
      int connections, int perAddress, int unreadBytes, Duration header, Duration idle) {
    ClientBounds defaults = ClientBounds.DEFAULTS;
    return new ClientBounds(
        connections,
        perAddress,
        defaults.requestLineBytesMax(),
        Math.min(unreadBytes, defaults.headerBytesMax()),
        defaults.headerCountMax(),
        unreadBytes,
        header,
        idle,
        defaults.bodyBytesPerSecondMin(),
        defaults.bodyGrace(),
        defaults.bodyBytesMax());
  }

  private static Socket open(RunningGateway edge, String bytes) {
    try {
      var socket = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port());
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
      return socket;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String readAll(Socket socket) throws IOException {
    return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  private static String get(String path) {
    return "GET " + path + " HTTP/1.1\r\nHost: t\r\nX-API-Key: " + key.reveal() + "\r\n";
  }

  @Nested
  class Connections_beyond {
    private void assertClosesAllBut(int max, ClientBounds bounds) throws IOException {
      try (var upstream = new EchoUpstream();
          var edge = gateway(bounds, upstream.route("/"))) {
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < max; i++) {
          Socket socket = open(edge, get("/") + "\r\n");
          assertThat(socket.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 200");
          sockets.add(socket);
        }
        try (Socket surplus = open(edge, "")) {
          assertThat(surplus.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(edge.metrics.get("tollgate.edge.connections.refused").counter().count())
            .isEqualTo(1);
        sockets.get(0).close();
        Awaiting.until(
            "the place is free again",
            () -> {
              try (Socket next = open(edge, get("/") + "\r\n")) {
                return next.getInputStream().read() == 'H';
              } catch (IOException | UncheckedIOException closed) {
                return false;
              }
            });
        for (Socket socket : sockets) {
          socket.close();
        }
      }
    }

    @Test
    void all_that_there_may_be_are_closed_at_once() throws IOException {
      assertClosesAllBut(3, bounds(3, 100, 1 << 20, Duration.ofSeconds(9), Duration.ofSeconds(9)));
    }

    @Test
    void what_one_address_may_have_are_closed_at_once() throws IOException {
      assertClosesAllBut(3, bounds(100, 3, 1 << 20, Duration.ofSeconds(9), Duration.ofSeconds(9)));
    }
  }

  @Test
  void half_a_head_is_answered_408_when_its_time_is_up_and_silence_is_closed() throws IOException {
    Duration soon = Duration.ofMillis(300);
    try (var upstream = new EchoUpstream();
        var edge =
            gateway(bounds(10, 10, 1 << 20, soon, Duration.ofSeconds(9)), upstream.route("/"));
        Socket half = open(edge, "GET / HTTP/1.1\r\nHost: t\r\n");
        Socket silent = open(edge, "")) {
      assertThat(readAll(half)).startsWith("HTTP/1.1 408").contains("request-timeout");
      assertThat(readAll(silent)).isEmpty();
    }
  }

  /** Cut is one that says as little, and came later: by then the other had its time as well. */
  @Test
  void who_is_answered_already_may_say_the_rest_as_slowly_as_it_likes() throws IOException {
    String slow = post("/") + "Transfer-Encoding: chunked\r\n\r\n1\r\na\r\n";
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  if (index == 0) {
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nhal");
                    // A chunk is two lines, and the last an empty one more.
                    peer.readHead();
                    peer.write("f");
                  }
                  peer.awaitEnd();
                });
        var edge = gateway(strictPace(), upstream.route("/"));
        Socket answered = open(edge, slow)) {
      assertThat(RawClient.until(answered.getInputStream(), "hal")).startsWith("HTTP/1.1 200");
      try (Socket unanswered = open(edge, slow)) {
        assertThat(readAll(unanswered)).startsWith("HTTP/1.1 408");
      }
      answered.getOutputStream().write("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(answered.getInputStream().read()).isEqualTo('f');
    }
  }

  private static String post(String path) {
    return get(path).replace("GET", "POST");
  }

  /** Returns bounds by which a body that stops is too slow after a second. */
  private static ClientBounds strictPace() {
    ClientBounds defaults = ClientBounds.DEFAULTS;
    return new ClientBounds(
        defaults.connectionsMax(),
        defaults.connectionsPerAddressMax(),
        defaults.requestLineBytesMax(),
        defaults.headerBytesMax(),
        defaults.headerCountMax(),
        defaults.unreadHeaderBytesMax(),
        defaults.headerTimeout(),
        defaults.idleTimeout(),
        1024,
        Duration.ofMillis(1),
        defaults.bodyBytesMax());
  }

  @Test
  void a_connection_without_a_request_is_closed_when_it_was_idle_for_long() throws IOException {
    Duration soon = Duration.ofMillis(300);
    try (var upstream = new EchoUpstream();
        var edge =
            gateway(bounds(10, 10, 1 << 20, Duration.ofSeconds(9), soon), upstream.route("/"));
        Socket client = open(edge, get("/") + "\r\n")) {
      assertThat(readAll(client)).startsWith("HTTP/1.1 200").doesNotContain("HTTP/1.1 408");
    }
  }

  @Test
  void heads_that_do_not_come_whole_share_one_bound_on_memory() throws IOException {
    try (var upstream = new EchoUpstream();
        var edge =
            gateway(
                bounds(100, 100, 8 * 1024, Duration.ofSeconds(9), Duration.ofSeconds(9)),
                upstream.route("/"))) {
      List<Socket> halves = new ArrayList<>();
      for (int i = 0; i < 20; i++) {
        halves.add(open(edge, get("/") + "X-Half: " + "a".repeat(1_500)));
      }
      Awaiting.until(
          "some are refused",
          () -> edge.counted("tollgate.edge.requests", "outcome", "headers-overloaded") > 0);
      for (Socket half : halves) {
        half.close();
      }
      Awaiting.until("others are served", () -> edge.get("/", key).statusCode() == 200);
    }
  }

  @Test
  void a_body_must_come_at_a_pace_once_the_grace_is_over() {
    var pace = new BodyPace(100, Duration.ofSeconds(10));
    long start = -7;
    pace.begin(start);
    pace.came(50);
    assertThat(pace.isTooSlow(start + TimeUnit.SECONDS.toNanos(10), true)).isFalse();
    assertThat(pace.isTooSlow(start + TimeUnit.SECONDS.toNanos(11), true)).isTrue();
    pace.came(2_000);
    assertThat(pace.isTooSlow(start + TimeUnit.SECONDS.toNanos(12), true)).isFalse();
  }

  @Test
  void the_time_in_which_the_upstream_takes_nothing_is_not_the_clients() {
    var pace = new BodyPace(100, Duration.ofSeconds(10));
    pace.begin(0);
    for (int second = 1; second <= 100; second++) {
      assertThat(pace.isTooSlow(TimeUnit.SECONDS.toNanos(second), false)).isFalse();
    }
    assertThat(pace.isTooSlow(TimeUnit.SECONDS.toNanos(112), true)).isTrue();
  }

  @Test
  void a_routes_own_deadlines_count_for_it_alone() {
    try (var silent = new ScriptedUpstream((peer, index) -> peer.awaitEnd());
        var edge =
            gateway(
                ClientBounds.DEFAULTS,
                silent.route("/response").within(new Timeouts(Duration.ofMillis(200), null, null)),
                silent.route("/total").within(new Timeouts(null, null, Duration.ofMillis(200))))) {
      assertThat(edge.get("/response", key).statusCode()).isEqualTo(504);
      assertThat(edge.get("/total", key).statusCode()).isEqualTo(504);
    }
  }

  /** Returns the same route, whose pre-flights need no key. */
  static Route withPreflights(Route route) {
    return new Route(
        route.path(),
        route.destination().first(),
        route.scopes(),
        route.methods(),
        route.credentials(),
        true,
        route.timeouts());
  }

  @Test
  void a_length_of_bodies_out_of_range_is_named() {
    Route route = Route.to("/", "http://h");
    assertThatThrownBy(() -> route.taking(-1))
        .hasMessage("body-bytes-max must be 0 to 1099511627776, was -1");
    assertThatThrownBy(() -> BodySizeTest.bounds((1L << 40) + 1))
        .hasMessage("edge.body-bytes-max must be 0 to 1099511627776, was 1099511627777");
  }

  @Test
  void a_deadline_out_of_range_is_named() {
    assertThatThrownBy(() -> new Timeouts(Duration.ofHours(2), null, null))
        .hasMessageContaining("response-timeout")
        .hasMessageContaining("2h");
  }

  @Nested
  class A_pre_flight {
    private static final String PREFLIGHT =
        "Origin: https://a.example\r\nAccess-Control-Request-Method: POST\r\n";

    @Test
    void is_forwarded_without_a_key_where_the_route_says_so() {
      try (var upstream = new EchoUpstream();
          var edge = gateway(ClientBounds.DEFAULTS, withPreflights(upstream.route("/")))) {
        String answer = RawClient.exchange(edge.gateway.port(), "OPTIONS /a HTTP/1.1", PREFLIGHT);
        assertThat(answer).startsWith("HTTP/1.1 200").contains("https://a.example");
        assertThat(answer).doesNotContain("tollgate-key-id\"", "tollgate-subject");
        assertThat(RawClient.exchange(edge.gateway.port(), "OPTIONS /a HTTP/1.1"))
            .startsWith("HTTP/1.1 401");
        assertThat(
                RawClient.exchange(
                    edge.gateway.port(), "OPTIONS /a HTTP/1.1", PREFLIGHT, "Content-Length: 1\r\n"))
            .startsWith("HTTP/1.1 401");
        assertThat(RawClient.exchange(edge.gateway.port(), "GET /a HTTP/1.1", PREFLIGHT))
            .startsWith("HTTP/1.1 401");
      }
    }

    @Test
    void needs_a_key_where_it_does_not() {
      try (var upstream = new EchoUpstream();
          var edge = gateway(ClientBounds.DEFAULTS, upstream.route("/"))) {
        assertThat(RawClient.exchange(edge.gateway.port(), "OPTIONS /a HTTP/1.1", PREFLIGHT))
            .startsWith("HTTP/1.1 401");
      }
    }
  }

  @Test
  void events_of_a_stream_are_passed_on_one_by_one() throws Exception {
    var received = new CountDownLatch(1);
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write(
                      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n"
                          + "Transfer-Encoding: chunked\r\n\r\n9\r\ndata: 1\n\n\r\n");
                  // The second event waits for the client to have the first.
                  await(received);
                  peer.write("9\r\ndata: 2\n\n\r\n0\r\n\r\n");
                  peer.awaitEnd();
                });
        var edge = gateway(ClientBounds.DEFAULTS, upstream.route("/"));
        Socket client = open(edge, get("/") + "Connection: close\r\n\r\n")) {
      var seen = new StringBuilder();
      while (seen.indexOf("data: 1\n\n") < 0) {
        int c = client.getInputStream().read();
        assertThat(c).isNotEqualTo(-1);
        seen.append((char) c);
      }
      assertThat(seen.indexOf("data: 2")).isNegative();
      received.countDown();
      assertThat(readAll(client)).contains("data: 2\n\n").endsWith("0\r\n\r\n");
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
