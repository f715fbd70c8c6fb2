package io.tollgate.edge;

import static io.tollgate.edge.RawHttp2.request;
import static io.tollgate.edge.ScriptedHttp2Upstream.DATA;
import static io.tollgate.edge.ScriptedHttp2Upstream.NO_ERROR;
import static io.tollgate.edge.ScriptedHttp2Upstream.PING;
import static io.tollgate.edge.ScriptedHttp2Upstream.REFUSED_STREAM;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.entry;

import io.tollgate.edge.RawHttp2.Answer;
import io.tollgate.edge.ScriptedHttp2Upstream.Peer;
import io.tollgate.key.Secret;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.Awaiting;
import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client and an upstream that both speak HTTP/2, and what of the one the other gets to see. */
class Http2BothSidesTest {
  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;

  @BeforeAll
  static void makeKey() {
    key = STORES.keys.everywhere();
  }

  /** Makes one of one event loop and one connection to the upstream. */
  private static RunningGateway gateway(ScriptedHttp2Upstream upstream) {
    return gateway(upstream.route("/"));
  }

  private static RunningGateway gateway(Route route) {
    EdgeConfig config = Stores.ONE_LOOP.with(Http2Bounds.DEFAULTS.withCleartext());
    Duration time = Duration.ofSeconds(20);
    var proxy =
        new ProxyConfig(
            time, time, time, Duration.ZERO, 1, 8, 16 * 1024, 50, ProxyConfig.DEFAULTS.tls());
    return STORES.gateway(config, proxy, route);
  }

  @Test
  void trailers_alone_behind_no_body_pass() {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  for (int id = peer.readRequest().id(); ; id = peer.readRequest().id()) {
                    peer.headers(id, false, ":status", "200", "content-length", "0");
                    peer.headers(id, true, "x-checksum", "none");
                  }
                });
        var edge = gateway(upstream);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      for (int id = 1; id <= 3; id += 2) {
        Answer answer = client.headers(id, true, request(key, "GET", "/")).answer(id);
        assertThat(answer.outcome()).isEqualTo("200");
        assertThat(answer.field("content-length")).isEqualTo("0");
        assertThat(answer.trailers).containsEntry("x-checksum", "none");
      }
    }
  }

  @Test
  void a_calls_trailers_pass_unchanged_with_the_time_before_a_retry() {
    String message = "later%2C please \u00e4";
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  int id = peer.readRequest().id();
                  peer.headers(id, false, ":status", "200", "content-type", "application/grpc");
                  peer.data(id, false, "message");
                  peer.headers(
                      id,
                      true,
                      "grpc-status",
                      "14",
                      "grpc-message",
                      message,
                      "grpc-retry-pushback-ms",
                      "250",
                      "detail-bin",
                      "AAH/");
                  // A call that ends with its head has its trailers there.
                  peer.headers(
                      peer.readRequest().id(),
                      true,
                      ":status",
                      "200",
                      "grpc-status",
                      "8",
                      "grpc-retry-pushback-ms",
                      "-1");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      Answer answer = client.headers(1, true, request(key, "POST", "/")).answer(1);
      assertThat(answer.body).hasToString("message");
      assertThat(answer.trailers)
          .containsExactly(
              entry("grpc-status", "14"),
              entry("grpc-message", message),
              entry("grpc-retry-pushback-ms", "250"),
              entry("detail-bin", "AAH/"));
      Answer refused = client.headers(3, true, request(key, "POST", "/")).answer(3);
      assertThat(refused.field("grpc-status")).isEqualTo("8");
      assertThat(refused.field("grpc-retry-pushback-ms")).isEqualTo("-1");
      assertThat(refused.trailers).isEmpty();
    }
  }

  @Test
  void a_requests_trailers_end_at_the_edge_and_end_its_body() {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  int id = peer.readRequest().id();
                  var came = new StringBuilder();
                  for (var frame = peer.read(); ; frame = peer.read()) {
                    if (frame.id() == id) {
                      came.append(frame.type()).append(' ');
                      if ((frame.flags() & ScriptedHttp2Upstream.END_STREAM) != 0) {
                        break;
                      }
                    }
                  }
                  peer.answer(id, came.toString());
                  peer.awaitEnd();
                });
        var edge = gateway(upstream);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      client.headers(1, false, request(key, "POST", "/")).data(1, false, "body");
      Answer answer = client.headers(1, true, "x-checksum", "4").answer(1);
      assertThat(answer.body.toString().split(" ")).containsOnly(String.valueOf(DATA));
    }
  }

  @Test
  void trailers_behind_the_chunks_of_an_upstream_by_http1_end_at_the_edge() {
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write(
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nTrailer: grpc-status\r\n"
                          + "\r\n4\r\nbody\r\n0\r\ngrpc-status: 14\r\n\r\n");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"));
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      Answer answer = client.headers(1, true, request(key, "GET", "/")).answer(1);
      assertThat(answer.outcome()).isEqualTo("200");
      assertThat(answer.body).hasToString("body");
      assertThat(answer.trailers).isEmpty();
      assertThat(answer.fields).doesNotContainKeys("trailer", "grpc-status");
    }
  }

  @Test
  void a_connection_that_leaves_with_a_long_stream_makes_room_for_another() throws Exception {
    var over = new CountDownLatch(1);
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  int id = peer.readRequest().id();
                  if (index == 0) {
                    peer.goAway(id, NO_ERROR);
                    await(over);
                  }
                  peer.answer(id, "by " + index);
                  peer.awaitEnd();
                });
        var edge = gateway(upstream);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      client.headers(1, true, request(key, "GET", "/")).headers(3, true, request(key, "GET", "/"));
      assertThat(client.answer(3).body).hasToString("by 1");
      over.countDown();
      assertThat(client.answer(1).body).hasToString("by 0");
    }
  }

  private static void await(CountDownLatch over) throws IOException {
    try {
      assertThat(over.await(10, SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IOException(e);
    }
  }

  @Test
  void a_connection_with_many_resets_is_left_before_the_upstream_ends_it() {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  while (index == 0) {
                    peer.readRequest();
                  }
                  peer.answer(peer.readRequest().id(), "by " + index);
                  peer.awaitEnd();
                });
        var edge = gateway(upstream);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      int id = 1;
      for (int asked = 1; upstream.connections.get() < 2 && asked < 180; asked++) {
        client.headers(id, true, request(key, "GET", "/")).flush();
        int seen = asked;
        Awaiting.until(
            "it has come", () -> upstream.requests.get() >= seen || upstream.connections.get() > 1);
        if (upstream.connections.get() < 2) {
          client.frame(RawHttp2.RST_STREAM, 0, id, RawHttp2.number(8)).flush();
        }
        id += 2;
      }
      assertThat(client.answer(id - 2).body).hasToString("by 1");
      assertThat(upstream.requests.get()).isLessThan(120);
    }
  }

  @Test
  void pings_that_go_with_data_are_no_flood() {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  int id = peer.readRequest().id();
                  peer.headers(id, false, ":status", "200");
                  for (int piece = 0; piece < 1_000; piece++) {
                    peer.data(id, false, "x");
                    peer.write(PING, 0, 0, new byte[8]);
                    peer.write(PING, 0, 0, new byte[8]);
                  }
                  peer.data(id, true, "");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      Answer answer = client.headers(1, true, request(key, "GET", "/")).answer(1);
      assertThat(answer.outcome()).isEqualTo("200");
      assertThat(answer.body).hasSize(1_000);
    }
  }

  @Test
  void a_stream_that_was_refused_first_goes_on_beyond_its_window() throws Exception {
    int window = Http2Bounds.DEFAULTS.streamWindowBytes();
    var again = new CountDownLatch(1);
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  peer.reset(peer.readRequest().id(), REFUSED_STREAM);
                  int id = peer.readRequest().id();
                  again.countDown();
                  readBody(peer, id, 2 * window);
                  peer.answer(id, "all");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      client.headers(1, false, request(key, "POST", "/")).flush();
      await(again);
      sendWindow(client, window, false);
      int back = 0;
      while (back < window) {
        RawHttp2.Frame frame = client.next();
        back += frame.type == RawHttp2.WINDOW_UPDATE && frame.stream == 1 ? frame.number(0) : 0;
      }
      sendWindow(client, window, true);
      assertThat(client.answer(1).body).hasToString("all");
    }
  }

  private static void readBody(Peer peer, int id, int bytes) throws IOException {
    for (int left = bytes; left > 0; ) {
      int came = peer.read(DATA).payload().readableBytes();
      left -= came;
      if (came > 0) {
        peer.write(RawHttp2.WINDOW_UPDATE, 0, came);
        peer.write(RawHttp2.WINDOW_UPDATE, id, came);
      }
    }
  }

  private static void sendWindow(RawHttp2 client, int window, boolean last) {
    String piece = "x".repeat(8 * 1024);
    for (int sent = 0; sent < window; sent += piece.length()) {
      client.data(1, last && sent + piece.length() == window, piece);
    }
    client.flush();
  }
}
