package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.proxy.LongLived;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.Timeouts;
import io.tollgate.store.Awaiting;
import io.tollgate.store.StoredKeys;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What ends a WebSocket that neither side has ended. */
class WebSocketLifeTest {
  /** Far longer than anything here takes. */
  private static final Duration LONG = Duration.ofMinutes(1);

  private static final String FLOOD = "\u0082~\u00ff\u00ff" + "a".repeat(65_535);

  @RegisterExtension static final Stores STORES = new Stores();

  private final StoredKeys keys = STORES.keys;
  private Secret key;

  @BeforeEach
  void makeKey() {
    key = keys.everywhere("read");
    keys.markApplied();
  }

  private static RunningGateway gateway(
      WebSocketBounds bounds, ProxyConfig proxy, Route... routes) {
    return STORES.gateway(Stores.ONE_LOOP.with(bounds), proxy, routes);
  }

  private static RunningGateway gateway(Route... routes) {
    return gateway(WebSocketBounds.DEFAULTS, ProxyConfig.DEFAULTS, routes);
  }

  private static double open(RunningGateway edge) {
    return edge.metrics.get("tollgate.edge.websockets").gauge().value();
  }

  @Test
  void a_revoked_key_ends_its_websockets_and_no_others() throws Exception {
    Secret other = keys.everywhere("read");
    keys.markApplied();
    try (var upstream = new SocketUpstream();
        RunningGateway edge = gateway(upstream.route());
        var revoked = new SocketClient(edge, key);
        var valid = new SocketClient(edge, other)) {
      revoked.next();
      valid.next();
      assertThat(upstream.closed).isNotDone();
      long before = System.nanoTime();
      keys.revokeInPostgres(key);
      assertThat(revoked.next()).isEqualTo("close 1008 key-invalid");
      // Postgres tells within a second what Redis does not; a second more for what is promised.
      assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(5));
      assertThat(SocketClient.await(upstream.closed)).isEqualTo("1008 key-invalid");
      SocketClient.await(valid.socket.sendText("still here", true));
      assertThat(valid.next()).isEqualTo("text still here");
      assertThat(open(edge)).isOne();
      assertThat(edge.metrics.get("tollgate.edge.exchanges.revoked").counter().count()).isOne();
    }
  }

  @Test
  void a_revoked_key_ends_a_websocket_that_nobody_reads() throws Exception {
    var flooded = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write(RawWebSocket.SWITCHED + "\r\n");
                  try {
                    for (int i = 0; true; i++) {
                      peer.write(FLOOD);
                      if (i == 16) {
                        flooded.countDown();
                      }
                    }
                  } finally {
                    ended.countDown();
                  }
                });
        RunningGateway edge = gateway(upstream.route("/").with(LongLived.WEBSOCKETS));
        var client = new RawWebSocket(edge.gateway.port(), key)) {
      assertThat(client.head).startsWith("HTTP/1.1 101");
      assertThat(flooded.await(10, TimeUnit.SECONDS)).isTrue();
      keys.revokeInPostgres(key);
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
      Awaiting.until("none is open", () -> open(edge) == 0);
    }
  }

  @Test
  void a_frame_that_is_half_sent_is_not_broken_into() throws Exception {
    try (var upstream = new FrameUpstream(RawWebSocket.SWITCHED, "\u0081\u0005half");
        RunningGateway edge = gateway(upstream.route());
        var client = new RawWebSocket(edge.gateway.port(), key)) {
      client.send("\u0081\u0085\0\0\0\0half");
      keys.revokeInPostgres(key);
      assertThat(client.readToEnd()).isEqualTo("\u0081\u0005half");
      assertThat(upstream.seenToEnd()).isEqualTo("\u0081\u0085\0\0\0\0half");
    }
  }

  @Test
  void a_stop_tells_both_sides() throws Exception {
    try (var upstream = new SocketUpstream();
        RunningGateway edge = gateway(upstream.route());
        var client = new SocketClient(edge, key)) {
      client.next();
      Future<Void> stopped = edge.gateway.stop();
      assertThat(client.next()).isEqualTo("close 1001 going-away");
      assertThat(SocketClient.await(upstream.closed)).isEqualTo("1001 going-away");
      RunningGateway.await(stopped);
    }
  }

  @Test
  void a_quiet_websocket_outlives_the_deadlines_of_exchanges_and_ends_by_its_own()
      throws Exception {
    Duration tenth = Duration.ofMillis(100);
    Duration answered = Duration.ofMillis(700);
    ProxyConfig proxy = new ProxyConfig(LONG, answered, tenth, Duration.ZERO, 1, 1, 65_536, 100);
    try (var upstream = new FrameUpstream(RawWebSocket.SWITCHED, "");
        RunningGateway edge =
            gateway(
                new WebSocketBounds(5, 5, 1_000, Duration.ofSeconds(1)), proxy, upstream.route())) {
      long before = System.nanoTime();
      try (var client = new RawWebSocket(edge.gateway.port(), key)) {
        assertThat(client.read().close()).isEqualTo("1001 idle-timeout");
        assertThat(Duration.ofNanos(System.nanoTime() - before))
            .isGreaterThan(Duration.ofMillis(900));
      }
      assertThat(upstream.seenToEnd()).contains("idle-timeout");
    }
  }

  @Test
  void a_route_may_say_how_long_one_may_be_quiet() throws Exception {
    try (var upstream = new FrameUpstream(RawWebSocket.SWITCHED, "");
        RunningGateway edge =
            gateway(upstream.route().within(new Timeouts(null, Duration.ofMillis(300), null)));
        var client = new RawWebSocket(edge.gateway.port(), key)) {
      assertThat(client.read().close()).isEqualTo("1001 idle-timeout");
    }
  }

  @Test
  void there_are_as_many_as_may_be_and_each_gives_its_place_back() throws Exception {
    Secret other = keys.everywhere("read");
    Secret third = keys.everywhere("read");
    keys.markApplied();
    ProxyConfig proxy = new ProxyConfig(LONG, LONG, LONG, Duration.ZERO, 1, 1, 65_536, 100);
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write(RawWebSocket.SWITCHED + "\r\n");
                  peer.awaitEnd();
                });
        RunningGateway edge =
            gateway(
                new WebSocketBounds(2, 1, 1_000, LONG),
                proxy,
                upstream.route("/").with(LongLived.WEBSOCKETS))) {
      int port = edge.gateway.port();
      try (var first = new RawWebSocket(port, key);
          var second = new RawWebSocket(port, other)) {
        assertThat(first.head).startsWith("HTTP/1.1 101");
        // Nor does the bound of ordinary connections, which is one here, hold it up.
        assertThat(second.head).startsWith("HTTP/1.1 101");
        try (var refused = new RawWebSocket(port, third)) {
          assertThat(refused.head).startsWith("HTTP/1.1 503");
          assertThat(refused.readToEnd()).contains("websockets-overloaded");
        }
      }
      Awaiting.until("none is open", () -> open(edge) == 0);
      try (var first = new RawWebSocket(port, key);
          var refused = new RawWebSocket(port, key)) {
        assertThat(first.head).startsWith("HTTP/1.1 101");
        assertThat(refused.head).startsWith("HTTP/1.1 429");
        assertThat(refused.readToEnd()).contains("websockets-per-key");
      }
      assertThat(upstream.connections).hasValue(3);
    }
  }
}
