package io.tollgate.edge;

import static io.tollgate.edge.ScriptedHttp2Upstream.CONTINUATION;
import static io.tollgate.edge.ScriptedHttp2Upstream.DATA;
import static io.tollgate.edge.ScriptedHttp2Upstream.END_HEADERS;
import static io.tollgate.edge.ScriptedHttp2Upstream.END_STREAM;
import static io.tollgate.edge.ScriptedHttp2Upstream.HEADERS;
import static io.tollgate.edge.ScriptedHttp2Upstream.INITIAL_WINDOW_SIZE;
import static io.tollgate.edge.ScriptedHttp2Upstream.NO_ERROR;
import static io.tollgate.edge.ScriptedHttp2Upstream.PING;
import static io.tollgate.edge.ScriptedHttp2Upstream.PUSH_PROMISE;
import static io.tollgate.edge.ScriptedHttp2Upstream.REFUSED_STREAM;
import static io.tollgate.edge.ScriptedHttp2Upstream.RST_STREAM;
import static io.tollgate.edge.ScriptedHttp2Upstream.SETTINGS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.UpstreamProtocol;
import java.io.ByteArrayOutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * An upstream by HTTP/2 that refuses, leaves or floods: nothing is sent twice, and others go on.
 */
class Http2ConnectionFaultsTest {
  private static final int FLOOD = 1_500;

  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;

  @BeforeAll
  static void makeKey() {
    key = STORES.keys.everywhere();
  }

  private static RunningGateway gateway(Route route) {
    return gateway(ProxyConfig.DEFAULTS, route);
  }

  private static RunningGateway gateway(ProxyConfig proxy, Route route) {
    return STORES.oneLoop(proxy, route);
  }

  static ProxyConfig answeringWithin(Duration time) {
    ProxyConfig defaults = ProxyConfig.DEFAULTS;
    return new ProxyConfig(
        Duration.ofMillis(500), time, time, Duration.ZERO, 8, 8, 16 * 1024, 50, defaults.tls());
  }

  private static HttpRequest.Builder post(RunningGateway edge, String body) {
    return Http2FaultsTest.post(edge, key, body);
  }

  @Test
  void a_stream_that_was_refused_is_tried_once_more_whatever_its_method() throws Exception {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  peer.reset(peer.readRequest().id(), REFUSED_STREAM);
                  peer.answer(peer.readRequest().id(), "second");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      assertThat(edge.send(post(edge, "")).body()).isEqualTo("second");
      assertThat(upstream.requests).hasValue(2);
    }
  }

  @Test
  void a_stream_that_is_refused_twice_is_a_bad_gateway() throws Exception {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  peer.reset(peer.readRequest().id(), REFUSED_STREAM);
                  peer.reset(peer.readRequest().id(), REFUSED_STREAM);
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      assertThat(edge.get("/", key).statusCode()).isEqualTo(502);
      assertThat(upstream.requests).hasValue(2);
    }
  }

  @Test
  void a_body_that_is_gone_is_not_sent_twice() throws Exception {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  int id = peer.readRequest().id();
                  peer.read(DATA);
                  peer.reset(id, REFUSED_STREAM);
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      assertThat(edge.send(post(edge, "body")).statusCode()).isEqualTo(502);
      assertThat(upstream.requests).hasValue(1);
    }
  }

  @Test
  void a_connection_that_ends_in_good_order_finishes_what_it_took() throws Exception {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  int first = peer.readRequest().id();
                  if (index == 0) {
                    int second = peer.readRequest().id();
                    assertThat(second).isGreaterThan(first);
                    peer.goAway(first, NO_ERROR);
                  }
                  peer.answer(first, "by " + index);
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      var one =
          CompletableFuture.supplyAsync(
              () -> edge.send(post(edge, "")), Thread::startVirtualThread);
      var other =
          CompletableFuture.supplyAsync(
              () -> edge.send(post(edge, "")), Thread::startVirtualThread);
      assertThat(List.of(one.get(10, SECONDS).body(), other.get(10, SECONDS).body()))
          .containsExactlyInAnyOrder("by 0", "by 1");
      assertThat(upstream.connections).hasValue(2);
      assertThat(upstream.requests).hasValue(3);
    }
  }

  @Test
  void a_connection_that_is_lost_ends_what_was_on_it() throws Exception {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  int id = peer.readRequest().id();
                  if (index > 0) {
                    peer.answer(id, "again");
                    peer.awaitEnd();
                  }
                });
        var edge = gateway(upstream.route("/"))) {
      // What must not be done twice is not; what may is, once.
      assertThat(edge.send(post(edge, "")).statusCode()).isEqualTo(502);
      assertThat(upstream.requests).hasValue(1);
    }
  }

  @Test
  void a_connection_that_is_lost_is_made_anew_for_what_may_be_repeated() throws Exception {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  int id = peer.readRequest().id();
                  if (index > 0) {
                    peer.answer(id, "again");
                    peer.awaitEnd();
                  }
                });
        var edge = gateway(upstream.route("/"))) {
      assertThat(edge.get("/", key).body()).isEqualTo("again");
      assertThat(upstream.connections).hasValue(2);
    }
  }

  @Test
  void a_window_that_never_opens_times_out_and_holds_up_no_other() throws Exception {
    var asked = new CountDownLatch(1);
    var reset = new CountDownLatch(1);
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  peer.settings(INITIAL_WINDOW_SIZE, 0);
                  int stuck = peer.readRequest().id();
                  asked.countDown();
                  peer.answer(peer.readRequest().id(), "well");
                  if (peer.read(RST_STREAM).id() == stuck) {
                    reset.countDown();
                  }
                  peer.awaitEnd();
                });
        var edge = gateway(answeringWithin(Duration.ofSeconds(2)), upstream.route("/"))) {
      var stuck =
          CompletableFuture.supplyAsync(
              () -> edge.send(post(edge, "body")), Thread::startVirtualThread);
      assertThat(asked.await(10, SECONDS)).isTrue();
      assertThat(edge.get("/", key).body()).isEqualTo("well");
      assertThat(stuck.get(10, SECONDS).statusCode()).isEqualTo(504);
      assertThat(reset.await(10, SECONDS)).isTrue();
      assertThat(upstream.connections).hasValue(1);
    }
  }

  @Test
  void settings_that_do_not_come_time_out() {
    try (var upstream = new ScriptedHttp2Upstream((peer, index) -> peer.awaitEnd());
        var edge = gateway(answeringWithin(Duration.ofSeconds(5)), upstream.route("/"))) {
      assertThat(edge.get("/", key).statusCode()).isEqualTo(504);
    }
  }

  @Test
  void an_upstream_that_does_not_speak_http2_is_a_bad_gateway() {
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) ->
                    peer.write("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"));
        var edge = gateway(upstream.route("/").speaking(UpstreamProtocol.HTTP2))) {
      assertThat(edge.get("/", key).statusCode()).isEqualTo(502);
    }
  }

  /** Has an upstream do something to its connection that ends it, and then behave. */
  private static void assertEndsTheConnection(Http2FaultsTest.Misdeed misdeed) throws Exception {
    var ended = new CountDownLatch(1);
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  int id = peer.readRequest().id();
                  if (index == 0) {
                    try {
                      misdeed.play(peer, id);
                      peer.awaitEnd();
                    } finally {
                      ended.countDown();
                    }
                  } else {
                    peer.answer(id, "well");
                    peer.awaitEnd();
                  }
                });
        var edge = gateway(upstream.route("/"))) {
      assertThat(edge.get("/", key).statusCode()).isEqualTo(502);
      // The stream may end by the first of its frames, and the connection by the last of them.
      assertThat(ended.await(10, SECONDS)).isTrue();
      assertThat(edge.get("/", key).body()).isEqualTo("well");
      assertThat(upstream.connections).hasValue(2);
      assertThat(upstream.requests).hasValue(2);
    }
  }

  @Test
  void a_flood_of_pings_ends_the_connection() throws Exception {
    assertEndsTheConnection(
        (peer, id) -> {
          for (int i = 0; i < 2 * FLOOD; i++) {
            peer.write(PING, 0, 0, new byte[8]);
          }
        });
  }

  @Test
  void a_flood_of_settings_ends_the_connection() throws Exception {
    assertEndsTheConnection(
        (peer, id) -> {
          for (int i = 0; i < 2 * FLOOD; i++) {
            peer.write(SETTINGS, 0, 0, new byte[0]);
          }
        });
  }

  @Test
  void a_flood_of_empty_frames_ends_the_connection() throws Exception {
    assertEndsTheConnection(
        (peer, id) -> {
          for (int i = 0; i < FLOOD; i++) {
            peer.write(DATA, 0, id, new byte[0]);
          }
        });
  }

  @Test
  void a_flood_of_continuations_ends_the_connection() throws Exception {
    assertEndsTheConnection(
        (peer, id) -> {
          peer.write(HEADERS, 0, id, ScriptedHttp2Upstream.block(":status", "200"));
          for (int i = 0; i < FLOOD; i++) {
            peer.write(CONTINUATION, 0, id, new byte[0]);
          }
        });
  }

  @Test
  void a_push_ends_the_connection() throws Exception {
    assertEndsTheConnection(
        (peer, id) -> {
          var payload = new ByteArrayOutputStream();
          payload.writeBytes(ScriptedHttp2Upstream.integer(2));
          payload.writeBytes(
              ScriptedHttp2Upstream.block(
                  ":method", "GET", ":scheme", "http", ":authority", "t", ":path", "/"));
          peer.write(PUSH_PROMISE, END_HEADERS, id, payload.toByteArray());
        });
  }

  @Test
  void headers_that_cannot_be_unpacked_end_the_connection() throws Exception {
    assertEndsTheConnection(
        (peer, id) -> peer.write(HEADERS, END_HEADERS | END_STREAM, id, new byte[] {(byte) 0xff}));
  }

  @Test
  void a_head_beyond_all_measure_ends_the_connection() throws Exception {
    assertEndsTheConnection((peer, id) -> Http2FaultsTest.writeLargeHead(peer, id, 300 * 1024));
  }

  @Test
  void what_was_under_way_to_a_client_that_left_harms_no_other() throws Exception {
    var asked = new CountDownLatch(1);
    var taken = new CountDownLatch(1);
    var resets = new AtomicInteger();
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  int left = peer.readRequest().id();
                  asked.countDown();
                  peer.read(RST_STREAM);
                  for (int i = 0; i < FLOOD / 2; i++) {
                    peer.data(left, false, "late");
                  }
                  peer.write(PING, 0, 0, new byte[8]);
                  for (int type = peer.read().type(); type != PING; type = peer.read().type()) {
                    resets.addAndGet(type == RST_STREAM ? 1 : 0);
                  }
                  taken.countDown();
                  peer.answer(peer.readRequest().id(), "well");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      askAndLeave(edge, asked);
      assertThat(taken.await(10, SECONDS)).isTrue();
      assertThat(edge.get("/", key).body()).isEqualTo("well");
      assertThat(upstream.connections).hasValue(1);
      assertThat(resets).hasValue(0);
    }
  }

  private static void askAndLeave(RunningGateway edge, CountDownLatch asked) throws Exception {
    try (var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      String head = "GET / HTTP/1.1\r\nHost: t\r\nX-API-Key: " + key.reveal() + "\r\n\r\n";
      client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      assertThat(asked.await(10, SECONDS)).isTrue();
    }
  }

  @Test
  void a_client_that_leaves_resets_its_stream_and_no_other() throws Exception {
    var asked = new CountDownLatch(1);
    var reset = new AtomicInteger();
    var isLeft = new AtomicBoolean();
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  int left = peer.readRequest().id();
                  asked.countDown();
                  // Another event loop may send what is asked next before this one sees who left.
                  int next = 0;
                  while (next == 0 || reset.get() == 0) {
                    var frame = peer.read();
                    if (frame.type() == RST_STREAM) {
                      reset.set(frame.id());
                    } else if (frame.type() == HEADERS) {
                      next = peer.asked(frame).id();
                    }
                  }
                  isLeft.set(reset.get() == left);
                  peer.answer(next, "well");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      askAndLeave(edge, asked);
      assertThat(edge.get("/", key).body()).isEqualTo("well");
      assertThat(isLeft).isTrue();
      assertThat(upstream.connections).hasValue(1);
    }
  }
}
