package io.tollgate.edge;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * A body that is longer than its path takes is refused: by the length it announces, or once so much
 * of it has come, and then no upstream takes it for whole.
 */
class BodySizeTest {
  static final int MAX = 100;
  private static final String CHUNKED = "Transfer-Encoding: chunked\r\n";
  private static final String CLOSE = "Connection: close\r\n";
  private static final String LAST_CHUNK = "0\r\n\r\n";

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

  static ClientBounds bounds(long bodyBytesMax) {
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
        defaults.bodyBytesPerSecondMin(),
        defaults.bodyGrace(),
        bodyBytesMax);
  }

  /** Makes the configuration of one event loop, so that connections to upstreams are shared. */
  static EdgeConfig config(long bodyBytesMax) {
    return new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(5), bounds(bodyBytesMax))
        .with(Http2Bounds.DEFAULTS.withCleartext());
  }

  private static RunningGateway gateway(Route... routes) {
    return gateway(LimitConfig.UNLIMITED, routes);
  }

  private static RunningGateway gateway(LimitConfig limit, Route... routes) {
    return new RunningGateway(postgres, redis, config(MAX), ProxyConfig.DEFAULTS, limit, routes);
  }

  private static String head(String path, String fields) {
    return "POST "
        + path
        + " HTTP/1.1\r\nHost: t\r\nX-API-Key: "
        + key.reveal()
        + "\r\n"
        + fields
        + "\r\n";
  }

  private static String ofLength(int length) {
    return "Content-Length: " + length + "\r\n";
  }

  private static String chunk(int length) {
    return Integer.toHexString(length) + "\r\n" + "x".repeat(length) + "\r\n";
  }

  private static int status(RunningGateway edge, String request) {
    return Integer.parseInt(RawClient.raw(edge.gateway.port(), request).substring(9, 12));
  }

  private static int counted(String path, int length, RunningGateway edge) {
    return status(edge, head(path, CLOSE + ofLength(length)) + "x".repeat(length));
  }

  private static int chunked(String path, int length, RunningGateway edge) {
    String body = chunk(length - 1) + chunk(1) + LAST_CHUNK;
    return status(edge, head(path, CLOSE + CHUNKED) + body);
  }

  private static double refused(RunningGateway edge) {
    return edge.counted("tollgate.edge.requests", "outcome", "body-too-large");
  }

  @Nested
  class Whose_length_is_announced {
    @Test
    void it_may_be_as_long_as_that_and_no_byte_longer() {
      try (var upstream = new EchoUpstream();
          var edge = gateway(upstream.route("/"))) {
        assertThat(counted("/", MAX, edge)).isEqualTo(200);
        assertThat(counted("/", MAX + 1, edge)).isEqualTo(413);
        assertThat(upstream.requests).hasValue(1);
        assertThat(refused(edge)).isEqualTo(1);
      }
    }

    @Test
    void the_answer_is_a_problem_like_any_other() {
      try (var upstream = new EchoUpstream();
          var edge = gateway(upstream.route("/"))) {
        HttpResponse<String> answer =
            edge.send(Http2FaultsTest.post(edge, key, "x".repeat(MAX + 1)));
        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.headers().firstValue("content-type"))
            .hasValue("application/problem+json");
        assertThat(answer.headers().firstValue("retry-after")).isEmpty();
        assertThat(answer.body()).contains("\"code\":\"body-too-large\"");
      }
    }

    @Test
    void whoever_has_no_key_learns_nothing_of_it() {
      try (var upstream = new EchoUpstream();
          var edge = gateway(upstream.route("/"))) {
        assertThat(RawClient.exchange(edge.gateway.port(), "POST / HTTP/1.1", ofLength(1 << 30)))
            .startsWith("HTTP/1.1 401");
      }
    }

    @Test
    void it_takes_nothing_of_a_limit() {
      try (var upstream = new EchoUpstream();
          var edge = gateway(new LimitConfig(1, 1), upstream.route("/"))) {
        for (int i = 0; i < 3; i++) {
          assertThat(counted("/", MAX + 1, edge)).isEqualTo(413);
        }
        assertThat(counted("/", MAX, edge)).isEqualTo(200);
      }
    }

    @Test
    void who_asks_first_is_not_asked_for_it() {
      try (var upstream = new EchoUpstream();
          var edge = gateway(upstream.route("/"))) {
        String asks = head("/", "Expect: 100-continue\r\n" + ofLength(MAX + 1));
        assertThat(RawClient.raw(edge.gateway.port(), asks))
            .startsWith("HTTP/1.1 413")
            .contains("connection: close")
            .doesNotContain("100 Continue");
      }
    }

    @Test
    void what_follows_it_is_served() {
      try (var upstream = new EchoUpstream();
          var edge = gateway(upstream.route("/"))) {
        String both =
            head("/", ofLength(MAX + 1))
                + "x".repeat(MAX + 1)
                + head("/next", CLOSE + ofLength(2))
                + "ok";
        assertThat(RawClient.raw(edge.gateway.port(), both))
            .startsWith("HTTP/1.1 413")
            .containsOnlyOnce("HTTP/1.1 200")
            .contains("/next", "\"body\":\"ok\"");
      }
    }
  }

  @Nested
  class Whose_length_nobody_knows {
    @Test
    void it_may_be_as_long_as_that_and_no_byte_longer() {
      try (var upstream = new EchoUpstream();
          var edge = gateway(upstream.route("/"))) {
        assertThat(chunked("/", MAX, edge)).isEqualTo(200);
        assertThat(chunked("/", MAX + 1, edge)).isEqualTo(413);
        assertThat(chunked("/", MAX, edge)).isEqualTo(200);
        assertThat(upstream.whole).hasValue(2);
        assertThat(refused(edge)).isEqualTo(1);
      }
    }

    @Test
    void its_connection_ends() {
      try (var upstream = new EchoUpstream();
          var edge = gateway(upstream.route("/"))) {
        String both = head("/", CHUNKED) + chunk(MAX + 1) + LAST_CHUNK + head("/next", "");
        assertThat(RawClient.raw(edge.gateway.port(), both))
            .startsWith("HTTP/1.1 413")
            .contains("connection: close", "body-too-large")
            .doesNotContain("HTTP/1.1 200");
      }
    }

    @Test
    void its_end_never_reaches_an_upstream_that_has_its_begin() throws Exception {
      var begun = new CompletableFuture<String>();
      var rest = new CompletableFuture<String>();
      try (var upstream =
              new ScriptedUpstream(
                  (peer, index) -> {
                    peer.readHead();
                    begun.complete(readUpTo('y', peer));
                    rest.complete(readUpTo(-1, peer));
                  });
          var edge = gateway(upstream.route("/"));
          var client = open(edge)) {
        send(client, head("/", CHUNKED) + "3\r\nxxy\r\n");
        assertThat(begun.get(10, SECONDS)).isEqualTo("3\r\nxx");
        send(client, chunk(MAX) + LAST_CHUNK);
        assertThat(readAll(client)).startsWith("HTTP/1.1 413");
        assertThat(rest.get(10, SECONDS)).doesNotContain("0\r\n");
        assertThat(upstream.connections).hasValue(1);
      }
    }

    @Test
    void an_answer_that_has_begun_is_cut() throws Exception {
      try (var upstream =
              new ScriptedUpstream(
                  (peer, index) -> {
                    peer.readHead();
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");
                    peer.awaitEnd();
                  });
          var edge = gateway(upstream.route("/"));
          var client = open(edge)) {
        send(client, head("/", CHUNKED) + chunk(MAX));
        assertThat(new String(client.getInputStream().readNBytes(12), StandardCharsets.US_ASCII))
            .isEqualTo("HTTP/1.1 200");
        send(client, chunk(1) + LAST_CHUNK);
        assertThat(readAll(client)).endsWith("\r\n\r\nhalf");
      }
    }

    @Test
    void it_is_the_client_and_not_the_target_that_failed() {
      try (var upstream = new EchoUpstream();
          var edge = gateway(upstream.route("/"))) {
        for (int i = 0; i < 20; i++) {
          assertThat(chunked("/", MAX + 1, edge)).isEqualTo(413);
        }
        assertThat(edge.metrics.find("tollgate.target.failures").counters()).isEmpty();
        assertThat(edge.metrics.find("tollgate.target.checks").counters()).isEmpty();
        assertThat(
                edge.metrics.find("tollgate.target.retries").counters().stream()
                    .mapToDouble(retries -> retries.count())
                    .sum())
            .isZero();
        assertThat(edge.gateway.targets().encode()).contains("in use").doesNotContain("ejected");
        assertThat(upstream.whole).hasValue(0);
        assertThat(chunked("/", MAX, edge)).isEqualTo(200);
      }
    }

    @Test
    void what_is_dropped_after_an_answer_may_be_longer() throws Exception {
      try (var upstream =
              new ScriptedUpstream(
                  (peer, index) -> {
                    peer.readHead();
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nno");
                    peer.awaitEnd();
                  });
          var edge = gateway(upstream.route("/"));
          var client = open(edge)) {
        send(client, head("/", CHUNKED) + chunk(1));
        assertThat(client.getInputStream().read()).isEqualTo('H');
        send(client, chunk(2 * MAX) + chunk(2 * MAX) + LAST_CHUNK + head("/b", CLOSE));
        assertThat(readAll(client)).containsOnlyOnce("HTTP/1.1 200").doesNotContain("HTTP/1.1 413");
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "/less, 10, 200",
    "/less, 11, 413",
    "/more, 1000, 200",
    "/more, 1001, 413",
    "/any, 5000, 200"
  })
  void a_route_says_what_holds_for_it(String path, int length, int status) {
    try (var upstream = new EchoUpstream();
        var edge =
            gateway(
                upstream.route("/less").taking(10),
                upstream.route("/more").taking(1_000),
                upstream.route("/any").taking(0))) {
      assertThat(counted(path, length, edge)).isEqualTo(status);
      assertThat(chunked(path, length, edge)).isEqualTo(status);
    }
  }

  @Test
  void where_the_edge_says_0_any_length_passes_unless_a_route_has_a_bound() {
    try (var upstream = new EchoUpstream();
        var edge =
            new RunningGateway(
                postgres,
                redis,
                config(0),
                ProxyConfig.DEFAULTS,
                LimitConfig.UNLIMITED,
                upstream.route("/"),
                upstream.route("/less").taking(10))) {
      assertThat(counted("/", 1 << 20, edge)).isEqualTo(200);
      assertThat(chunked("/", 1 << 20, edge)).isEqualTo(200);
      assertThat(counted("/less", 11, edge)).isEqualTo(413);
      assertThat(chunked("/less", 11, edge)).isEqualTo(413);
    }
  }

  private static Socket open(RunningGateway edge) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port());
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void send(Socket client, String bytes) throws IOException {
    client.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
  }

  private static String readAll(Socket client) {
    try {
      return new String(client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Returns what comes before a character, or before the connection's end at -1. */
  private static String readUpTo(int end, ScriptedUpstream.Peer peer) {
    var come = new StringBuilder();
    try {
      for (int c = peer.reader().read(); c != end && c >= 0; c = peer.reader().read()) {
        come.append((char) c);
      }
    } catch (IOException reset) {
      come.append("(reset)");
    }
    return come.toString();
  }
}
