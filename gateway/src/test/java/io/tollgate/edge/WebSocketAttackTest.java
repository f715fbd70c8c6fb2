package io.tollgate.edge;

import static io.tollgate.edge.RawWebSocket.SWITCHED;
import static io.tollgate.edge.RawWebSocket.frame;
import static io.tollgate.edge.RawWebSocket.handshake;
import static io.tollgate.edge.RawWebSocket.text;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Scopes;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.CredentialHeader;
import io.tollgate.proxy.LongLived;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.Timeouts;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Handshakes and frames that are none: nothing of them has a second meaning behind the edge. */
class WebSocketAttackTest {
  private static final int FRAME_BYTES_MAX = 1_000;
  private static final String PROTOCOL_ERROR = "1002 frame-malformed";

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;

  /** One for all, whose route goes where each test says. */
  private static RunningGateway edge;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere();
    EdgeConfig config =
        new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(10), ClientBounds.DEFAULTS)
            .with(new WebSocketBounds(10, 10, FRAME_BYTES_MAX, Duration.ofMinutes(1)));
    edge =
        new RunningGateway(
            postgres,
            redis,
            config,
            ProxyConfig.DEFAULTS,
            LimitConfig.UNLIMITED,
            Route.to("/", "http://127.0.0.1:1"));
  }

  @AfterAll
  static void stop() {
    edge.close();
    redis.close();
    postgres.close();
  }

  private static int portTo(Route route) {
    edge.gateway.route(List.of(route));
    return edge.gateway.port();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "GET /socket HTTP/1.1   | POST /socket HTTP/1.1                   | 400",
        "GET /socket HTTP/1.1   | GET /socket HTTP/1.0                    | 400",
        "Upgrade: websocket     | Upgrade: websocket, h2c                 | 400",
        "Upgrade: websocket     | Upgrade: websocket%Upgrade: websocket   | 400",
        "Connection: Upgrade    | Connection: keep-alive                  | 400",
        "Sec-WebSocket-Key: dGh | Sec-WebSocket-Key: d                    | 400",
        "Sec-WebSocket-Key: dGh | Sec_WebSocket_Key: dGh                  | 400",
        "Host: t                | Host: t%Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA== | 400",
        "Host: t                | Host: t%Content-Length: 3               | 400",
        "Host: t                | Host: t%Transfer-Encoding: chunked      | 400",
        "Version: 13            | Version: 8                              | 426",
      })
  void a_handshake_that_is_none_goes_nowhere(String part, String instead, int status)
      throws Exception {
    try (var upstream = new FrameUpstream(SWITCHED, "")) {
      int port = portTo(upstream.route());
      String sent = handshake(key).replace(part, instead.replace("%", "\r\n")) + text("smuggled");
      try (var client = new RawWebSocket(port, sent)) {
        assertThat(client.head).startsWith("HTTP/1.1 " + status).contains("connection: close");
        assertThat(client.head.contains("sec-websocket-version: 13")).isEqualTo(status == 426);
        assertThat(client.readToEnd()).contains("\"code\":\"websocket-");
      }
      assertThat(upstream.connections()).isZero();
    }
  }

  @Test
  void a_pre_flight_which_has_no_key_never_becomes_a_websocket() throws Exception {
    try (var upstream = new EchoUpstream()) {
      var route =
          new Route(
              "/",
              upstream.route("/").destination().first(),
              Scopes.NONE,
              Set.of(),
              Set.of(CredentialHeader.X_API_KEY),
              true,
              Timeouts.OF_PROXY);
      String answer =
          RawClient.exchange(
              portTo(route.with(LongLived.WEBSOCKETS)),
              "OPTIONS / HTTP/1.1",
              "Origin: https://a.example\r\nAccess-Control-Request-Method: GET\r\n",
              "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n");
      assertThat(answer)
          .startsWith("HTTP/1.1 200")
          .doesNotContainIgnoringCase("upgrade", "sec-websocket");
    }
  }

  @Test
  void another_upgrade_is_dropped_and_the_request_goes_on() throws Exception {
    try (var upstream = new EchoUpstream()) {
      int port = portTo(upstream.route("/").with(LongLived.WEBSOCKETS));
      String answer =
          RawClient.exchange(
              port,
              "GET / HTTP/1.1",
              "X-API-Key: " + key.reveal() + "\r\n",
              "Connection: Upgrade, HTTP2-Settings\r\n",
              "Upgrade: h2c\r\nHTTP2-Settings: AAMAAABk\r\n");
      assertThat(answer).startsWith("HTTP/1.1 200").doesNotContainIgnoringCase("h2c", "settings");
    }
  }

  @Test
  void where_a_route_has_no_websockets_the_request_is_an_ordinary_one() throws Exception {
    try (var upstream = new EchoUpstream()) {
      int port = portTo(upstream.route("/"));
      String sent = handshake(key, "Sec-WebSocket-Protocol: a\r\n", "Connection: close\r\n");
      try (var client = new RawWebSocket(port, sent)) {
        assertThat(client.head).startsWith("HTTP/1.1 200");
        assertThat(client.readToEnd())
            .contains("\"target\":\"/socket\"")
            .doesNotContainIgnoringCase("sec-websocket", "upgrade");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK%Content-Length: 0",
        "HTTP/1.1 403 Forbidden%Content-Length: 0",
        "HTTP/1.1 426 Upgrade Required%Content-Length: 0",
        "HTTP/1.1 101 Switching Protocols",
        "HTTP/1.1 101 Switching Protocols%Connection: Upgrade%Upgrade: h2c",
        "HTTP/1.0 101 Switching%Connection: Upgrade%Upgrade: websocket%"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        "HTTP/1.1 101 Switching%Connection: Upgrade%Upgrade: websocket%"
            + "Sec-WebSocket-Accept: S3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        "HTTP/1.1 101 Switching%Connection: Upgrade%Upgrade: websocket%Content-Length: 0%"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
        "HTTP/1.1 101 Switching%Connection: Upgrade%Upgrade: websocket%Sec-WebSocket-Protocol: b%"
            + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=",
      })
  void what_is_no_101_as_it_should_be_lets_none_of_the_clients_bytes_through(String answer)
      throws Exception {
    boolean switches = answer.contains(" 101 ");
    String expected = switches ? "HTTP/1.1 502" : answer.substring(0, "HTTP/1.1 200".length());
    try (var upstream = new FrameUpstream(answer.replace("%", "\r\n") + "\r\n", "")) {
      int port = portTo(upstream.route());
      String smuggled = "GET /smuggled HTTP/1.1\r\nHost: t\r\n\r\n" + text("smuggled");
      try (var client = new RawWebSocket(port, handshake(key) + smuggled)) {
        assertThat(client.head).startsWith(expected).contains("connection: close");
        assertThat(client.readToEnd()).doesNotContain("HTTP/1.1");
      }
      assertThat(upstream.seenToEnd()).isEmpty();
      assertThat(upstream.connections()).isOne();
    }
  }

  @Test
  void what_came_behind_the_handshake_goes_on_as_frames_once_it_is_accepted() throws Exception {
    try (var upstream = new FrameUpstream(SWITCHED, "\u0081\u0002hi")) {
      int port = portTo(upstream.route());
      try (var client = new RawWebSocket(port, handshake(key) + text("early"))) {
        assertThat(client.head).startsWith("HTTP/1.1 101").contains("tollgate-request-id");
        assertThat(client.read()).isEqualTo(new RawWebSocket.Frame(0x81, "hi"));
      }
      assertThat(upstream.seenToEnd()).isEqualTo(text("early"));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        // Not masked; a reserved opcode; a reserved bit; compressed, which was not agreed.
        "\u0081\u0002hi",
        "\u0083\u0080\0\0\0\0",
        "\u0091\u0080\0\0\0\0",
        "\u00c1\u0080\0\0\0\0",
        // A control frame in pieces; one that is too long.
        "\u0009\u0080\0\0\0\0",
        "\u0089\u00fe\0~\0\0\0\0",
        // A message that goes on without having begun; a length below zero.
        "\u0080\u0080\0\0\0\0",
        "\u0081\u00ff\u0080\0\0\0\0\0\0\0\0\0\0\0",
        "GET /smuggled HTTP/1.1\r\n\r\n",
      })
  void what_is_no_frame_ends_the_websocket_and_both_sides_are_told(String bytes) throws Exception {
    try (var upstream = new FrameUpstream(SWITCHED, "");
        var client = new RawWebSocket(portTo(upstream.route()), key)) {
      client.send(text("before") + bytes + text("behind"));
      assertThat(client.read().close()).isEqualTo(PROTOCOL_ERROR);
      assertThat(client.readToEnd()).isEmpty();
      assertThat(upstream.seenToEnd())
          .isEqualTo(text("before") + frame(0x88, "\u0003\u00ea" + "frame-malformed"));
    }
  }

  @Test
  void a_frame_that_is_too_long_ends_it() throws Exception {
    try (var upstream = new FrameUpstream(SWITCHED, "");
        var client = new RawWebSocket(portTo(upstream.route()), key)) {
      String longest = "\u0082\u00fe\u0003\u00e8\0\0\0\0" + "a".repeat(FRAME_BYTES_MAX);
      client.send(longest + "\u0082\u00ff\0\0\0\0\u007f\u00ff\u00ff\u00ff\0\0\0\0");
      assertThat(client.read().close()).isEqualTo("1009 frame-too-big");
      assertThat(upstream.seenToEnd()).startsWith(longest).contains("frame-too-big");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"\u0081\u0082\0\0\0\0hi", "\u0083\0", "\u0009\0", "HTTP/1.1 200 OK\r\n\r\n"})
  void an_upstream_that_sends_what_is_no_frame_is_told_as_well(String bytes) throws Exception {
    try (var upstream = new FrameUpstream(SWITCHED, "\u0081\u0002hi" + bytes);
        var client = new RawWebSocket(portTo(upstream.route()), key)) {
      assertThat(client.read().payload()).isEqualTo("hi");
      assertThat(client.read().close()).isEqualTo(PROTOCOL_ERROR);
      assertThat(client.readToEnd()).isEmpty();
      assertThat(upstream.seenToEnd()).isEqualTo(frame(0x88, "\u0003\u00ea" + "frame-malformed"));
    }
  }
}
