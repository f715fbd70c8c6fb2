package io.tollgate.edge;

import static io.tollgate.edge.RawHttp2.request;
import static io.tollgate.edge.RawHttp2.stream;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.edge.RawHttp2.Frame;
import io.tollgate.edge.ScriptedHttp2Upstream.Peer;
import io.tollgate.key.Secret;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.store.Awaiting;
import java.io.IOException;
import java.util.HashSet;
import java.util.Set;
import java.util.function.IntConsumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What costs a client nothing costs the edge little, and the upstreams less. */
class Http2FloodTest {
  private static final int MANY = 3_000;
  private static final int FLOOD = 20_000;
  private static final int PIECE = 16 * 1024;
  private static final int WINDOW = Http2Bounds.DEFAULTS.streamWindowBytes();

  /** What an upstream that says nothing of windows is sent at most. */
  private static final int SILENT_TAKES = 64 * 1024;

  private static final int RESETS_MAX = Http2Bounds.DEFAULTS.resetsMax();

  /** What upstreams may see of {@link #MANY} requests that are given up at once. */
  private static final int SEEN_MAX = 300;

  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;
  private static EchoUpstream upstream;
  private static ScriptedHttp2Upstream silent;
  private static RunningGateway edge;
  private RawHttp2 client;

  @BeforeAll
  static void start() {
    key = STORES.keys.everywhere();
    upstream = new EchoUpstream();
    silent = new ScriptedHttp2Upstream(Http2FloodTest::takeNothing);
    edge =
        STORES.gateway(
            Stores.ONE_LOOP.with(Http2Bounds.DEFAULTS.withCleartext()),
            ProxyConfig.DEFAULTS,
            upstream.route("/"),
            silent.route("/silent"));
  }

  /** It takes no more of bodies than the window that each connection has at first. */
  private static void takeNothing(Peer peer, int index) throws IOException {
    Http2FaultsTest.greet(peer);
    peer.awaitEnd();
  }

  @AfterAll
  static void stop() {
    edge.close();
    silent.close();
    upstream.close();
  }

  @BeforeEach
  void connect() {
    client = RawHttp2.open(edge.gateway.port());
  }

  /** Whatever was done, the edge serves on. */
  @AfterEach
  void others_are_served() {
    client.close();
    assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
  }

  private void floodOfRequests(IntConsumer eachStream) {
    int before = upstream.requests.get();
    for (int i = 0; i < MANY; i++) {
      eachStream.accept(stream(i));
      client.flush();
    }
    assertThat(client.end().outcome()).isIn("goaway ENHANCE_YOUR_CALM", "closed");
    int seen = upstream.requests.get() - before;
    System.out.println("of " + MANY + " requests given up at once the upstream saw " + seen);
    assertThat(seen).isLessThanOrEqualTo(SEEN_MAX);
  }

  /** CVE-2023-44487. */
  @Test
  void requests_that_are_reset_at_once_end_the_connection() {
    floodOfRequests(stream -> client.headers(stream, true, request(key, "GET", "/")).reset(stream));
  }

  /** CVE-2025-8671: the server is made to reset, by an error that the client makes. */
  @Test
  void requests_that_we_are_made_to_reset_end_the_connection() {
    floodOfRequests(
        stream -> client.headers(stream, true, request(key, "GET", "/")).window(stream, 0));
  }

  @Test
  void requests_with_a_body_of_another_length_end_the_connection() {
    floodOfRequests(
        stream ->
            client
                .headers(stream, false, request(key, "POST", "/", "content-length", "1"))
                .data(stream, true, "ab"));
  }

  @Test
  void malformed_requests_end_the_connection() {
    floodOfRequests(stream -> client.headers(stream, true, ":method", "GET"));
  }

  @Test
  void as_many_requests_as_may_be_reset_are_no_flood() {
    for (int i = 0; i < RESETS_MAX; i++) {
      client.headers(stream(i), true, request(key, "GET", "/")).reset(stream(i)).flush();
    }
    client.headers(stream(RESETS_MAX), true, request(key, "GET", "/"));
    assertThat(client.answer(stream(RESETS_MAX)).outcome()).isEqualTo("200");
  }

  private DynamicTest flood(String name, Runnable one) {
    return DynamicTest.dynamicTest(
        name,
        () -> {
          connect();
          for (int i = 0; i < FLOOD; i++) {
            one.run();
          }
          assertThat(client.end().outcome()).isIn("goaway ENHANCE_YOUR_CALM", "closed");
        });
  }

  @TestFactory
  Stream<DynamicTest> frames_that_bring_nothing_end_the_connection() {
    String headers = RawHttp2.block(request(key, "POST", "/"));
    return Stream.of(
        flood("pings", () -> client.frame(RawHttp2.PING, 0, 0, "12345678")),
        flood("answers to no ping", () -> client.frame(RawHttp2.PING, 1, 0, "12345678")),
        flood("settings", () -> client.frame(RawHttp2.SETTINGS, 0, 0, "")),
        flood("priorities", () -> client.frame(RawHttp2.PRIORITY, 0, 1, RawHttp2.number(3) + "x")),
        flood("window updates", () -> client.window(0, 1)),
        flood("trailers behind our reset", this::trailersBehindAReset),
        flood("frames of no known type", () -> client.frame(0xfa, 0, 0, "x")),
        DynamicTest.dynamicTest("empty data", () -> afterHead(headers, RawHttp2.DATA)),
        DynamicTest.dynamicTest("empty continuations", () -> afterHead("", RawHttp2.CONTINUATION)));
  }

  private void trailersBehindAReset() {
    client.headers(1, true, "x-own", "1");
  }

  private void afterHead(String block, int type) {
    connect();
    client.frame(RawHttp2.HEADERS, block.isEmpty() ? 0 : RawHttp2.END_HEADERS, 1, block);
    for (int i = 0; i < FLOOD; i++) {
      client.frame(type, 0, 1, "");
    }
    assertThat(client.end().outcome()).isIn("goaway ENHANCE_YOUR_CALM", "closed");
  }

  @Test
  void a_header_block_without_end_ends_the_connection() {
    client.frame(RawHttp2.HEADERS, 0, 1, RawHttp2.block(request(key, "GET", "/")));
    for (int i = 0; i < 100; i++) {
      client.frame(RawHttp2.CONTINUATION, 0, 1, RawHttp2.block("x-" + i, "a".repeat(16_000)));
    }
    assertThat(client.end().outcome()).isIn("goaway PROTOCOL_ERROR", "closed");
  }

  /** A few bytes that stand for the largest entry there may be, again and again. */
  @Test
  void a_bomb_of_hpack_is_refused() {
    String entry = '@' + RawHttp2.block("x-bomb", "a".repeat(4_000)).substring(1);
    String references = "\u00be".repeat(8_000);
    client.frame(
        RawHttp2.HEADERS,
        RawHttp2.END_HEADERS | RawHttp2.END_STREAM,
        1,
        RawHttp2.block(request(key, "GET", "/")) + entry + references);
    assertThat(client.answer(1).outcome()).isEqualTo("431");
    assertThat(client.headers(3, true, request(key, "GET", "/")).answer(3).outcome())
        .isEqualTo("200");
  }

  @Test
  void more_requests_at_once_than_may_be_are_refused_one_by_one() {
    int max = Http2Bounds.DEFAULTS.streamsMax();
    for (int i = 0; i < max + 50; i++) {
      client.headers(stream(i), false, request(key, "POST", "/"));
    }
    client.flush();
    Set<Integer> refused = new HashSet<>();
    while (refused.size() < 50) {
      Frame frame = client.next();
      if (frame.type == RawHttp2.RST_STREAM) {
        assertThat(RawHttp2.name(frame.number(0))).isEqualTo("REFUSED_STREAM");
        refused.add(frame.stream);
      }
    }
    assertThat(refused).allMatch(stream -> stream >= stream(max));
  }

  @Test
  void what_comes_behind_a_refused_stream_is_no_fault() {
    int refused = stream(Http2Bounds.DEFAULTS.streamsMax());
    for (int stream = 1; stream <= refused; stream += 2) {
      client.headers(stream, false, request(key, "POST", "/"));
    }
    client.data(refused, false, "x").window(refused, 1).headers(refused, true, "x-own", "1");
    assertThat(client.reset(refused).answer(refused).outcome()).isEqualTo("reset REFUSED_STREAM");
    client.reset(1).headers(refused + 2, true, request(key, "GET", "/"));
    assertThat(client.answer(refused + 2).outcome()).isEqualTo("200");
  }

  @Test
  void more_of_a_body_than_its_window_ends_its_stream() {
    client.headers(1, false, request(key, "POST", "/silent"));
    pieces(1, WINDOW / PIECE + SILENT_TAKES / PIECE + 1);
    assertThat(client.answer(1).outcome()).isEqualTo("reset FLOW_CONTROL_ERROR");
    assertThat(client.headers(3, true, request(key, "GET", "/")).answer(3).outcome())
        .isEqualTo("200");
  }

  @Test
  void more_of_all_bodies_than_the_connections_window_ends_it() {
    double before = endedForAFault();
    int streams = Http2Bounds.DEFAULTS.connectionWindowBytes() / WINDOW + 2;
    for (int i = 0; i < streams; i++) {
      client.headers(stream(i), false, request(key, "POST", "/silent"));
      pieces(stream(i), WINDOW / PIECE);
    }
    // What is still on its way when the connection is closed may overtake the reason.
    assertThat(client.end().outcome()).isIn("goaway FLOW_CONTROL_ERROR", "closed");
    Awaiting.until("it was for a fault", () -> endedForAFault() == before + 1);
  }

  private static double endedForAFault() {
    return edge.metrics.get("tollgate.edge.http2.connections.ended").counter().count();
  }

  private void pieces(int stream, int count) {
    for (int i = 0; i < count; i++) {
      client.data(stream, false, "x".repeat(PIECE));
    }
  }
}
