package io.tollgate.edge;

import static io.tollgate.edge.RawHttp2.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.edge.RawHttp2.Answer;
import io.tollgate.edge.RawHttp2.Frame;
import io.tollgate.edge.ScriptedHttp2Upstream.Asked;
import io.tollgate.edge.ScriptedHttp2Upstream.Peer;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.store.Awaiting;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.io.IOException;
import java.time.Duration;
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

/** What costs a client nothing costs the edge little, and the upstreams less. */
class Http2FloodTest {
  private static final int MANY = 3_000;
  private static final int FLOOD = 20_000;
  private static final int PIECES = 60;
  private static final int PIECE = 1024;

  /** More than what the sockets between may hold. */
  private static final int UNREAD = 64 << 20;

  private static final int RESETS_MAX = Http2Bounds.DEFAULTS.resetsMax();

  /** What upstreams may see of {@link #MANY} requests that are given up at once. */
  private static final int SEEN_MAX = 300;

  private static final Duration SHORT = Duration.ofSeconds(1);

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;
  private static EchoUpstream upstream;
  private static StreamedUpstream streamed;
  private static ScriptedHttp2Upstream waiting;
  private static RunningGateway edge;
  private RawHttp2 client;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere();
    upstream = new EchoUpstream();
    streamed = new StreamedUpstream();
    waiting = new ScriptedHttp2Upstream(Http2FloodTest::beginAndWait);
    EdgeConfig config =
        new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(5), impatient())
            .with(Http2Bounds.DEFAULTS.withCleartext());
    edge =
        new RunningGateway(
            postgres,
            redis,
            config,
            impatientProxy(),
            LimitConfig.UNLIMITED,
            upstream.route("/"),
            streamed.route("/streamed"),
            waiting.route("/waiting"));
  }

  private static void beginAndWait(Peer peer, int index) throws IOException {
    Http2FaultsTest.greet(peer);
    Asked asked = peer.readRequest();
    peer.headers(asked.id(), false, ":status", "200");
    for (int i = 0; i < PIECES; i++) {
      peer.data(asked.id(), false, "x".repeat(PIECE));
    }
    peer.awaitEnd();
  }

  private static ClientBounds impatient() {
    ClientBounds defaults = ClientBounds.DEFAULTS;
    return new ClientBounds(
        defaults.connectionsMax(),
        defaults.connectionsPerAddressMax(),
        defaults.requestLineBytesMax(),
        defaults.headerBytesMax(),
        defaults.headerCountMax(),
        defaults.unreadHeaderBytesMax(),
        SHORT,
        SHORT.multipliedBy(2),
        defaults.bodyBytesPerSecondMin(),
        SHORT,
        defaults.bodyBytesMax());
  }

  private static ProxyConfig impatientProxy() {
    ProxyConfig defaults = ProxyConfig.DEFAULTS;
    return new ProxyConfig(
        SHORT,
        SHORT,
        SHORT,
        defaults.totalTimeout(),
        defaults.connectionsMax(),
        defaults.queueMax(),
        defaults.headerBytesMax(),
        defaults.headerCountMax());
  }

  @AfterAll
  static void stop() {
    edge.close();
    waiting.close();
    streamed.close();
    upstream.close();
    redis.close();
    postgres.close();
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

  private static int stream(int request) {
    return 2 * request + 1;
  }

  private Answer end() {
    // On no stream: what ends the connection is waited for.
    return client.answer(Integer.MAX_VALUE);
  }

  private void floodOfRequests(IntConsumer eachStream) {
    int before = upstream.requests.get();
    for (int i = 0; i < MANY; i++) {
      eachStream.accept(stream(i));
      client.flush();
    }
    assertThat(end().outcome()).isIn("goaway ENHANCE_YOUR_CALM", "closed");
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
          assertThat(end().outcome()).isIn("goaway ENHANCE_YOUR_CALM", "closed");
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
    assertThat(end().outcome()).isIn("goaway ENHANCE_YOUR_CALM", "closed");
  }

  @Test
  void a_header_block_without_end_ends_the_connection() {
    client.frame(RawHttp2.HEADERS, 0, 1, RawHttp2.block(request(key, "GET", "/")));
    for (int i = 0; i < 100; i++) {
      client.frame(RawHttp2.CONTINUATION, 0, 1, RawHttp2.block("x-" + i, "a".repeat(16_000)));
    }
    assertThat(end().outcome()).isIn("goaway PROTOCOL_ERROR", "closed");
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
  void a_client_that_reads_nothing_loses_its_connection() {
    double before = endedForAFault();
    client.headers(1, true, request(key, "GET", "/streamed/" + UNREAD));
    client.window(0, UNREAD).window(1, UNREAD).flush();
    Awaiting.until("the connection is ended", () -> endedForAFault() > before);
  }

  private static double endedForAFault() {
    return edge.metrics.get("tollgate.edge.http2.connections.ended").counter().count();
  }

  @Test
  void more_of_a_body_than_its_window_ends_the_connection() {
    client.headers(1, false, request(key, "POST", "/"));
    for (int i = 0; i < 200; i++) {
      client.data(1, false, "x".repeat(16_384));
    }
    // The upstream may have taken some meanwhile; who waits for no window goes beyond any.
    assertThat(end().outcome()).isIn("goaway FLOW_CONTROL_ERROR", "closed");
  }

  @Test
  void a_client_that_never_opens_its_window_loses_its_request_and_the_others_go_on() {
    client.frame(RawHttp2.SETTINGS, 0, 0, RawHttp2.setting(4, 0));
    client.headers(1, true, request(key, "GET", "/streamed/10000000")).flush();
    client.headers(3, true, request(key, "HEAD", "/"));
    assertThat(client.answer(3).outcome()).isEqualTo("200");
    assertThat(client.answer(1).outcome()).isEqualTo("reset INTERNAL_ERROR");
  }

  /** Bytes move all the time, though none come from the upstream. */
  @Test
  void a_client_that_takes_an_answer_slowly_keeps_it() {
    client.frame(RawHttp2.SETTINGS, 0, 0, RawHttp2.setting(4, 0));
    client.headers(1, true, request(key, "GET", "/waiting")).flush();
    long began = System.nanoTime();
    int other = 3;
    int taken = 0;
    for (int i = 1; taken < PIECES * PIECE; i++) {
      client.window(1, i <= PIECES ? PIECE : 1).flush();
      do {
        client.headers(other, true, request(key, "HEAD", "/")).flush();
        taken += takenUntilEnd(other);
        other += 2;
      } while (System.nanoTime() - began < SHORT.toNanos() * 3 * i / PIECES);
    }
  }

  /** Returns how much of the first stream's answer has come until that of another has ended. */
  private int takenUntilEnd(int other) {
    int taken = 0;
    for (Frame frame = client.next(); frame.stream != other; frame = client.next()) {
      assertThat(frame.type == RawHttp2.RST_STREAM && frame.stream == 1).as("was cut").isFalse();
      taken += frame.type == RawHttp2.DATA && frame.stream == 1 ? frame.length() : 0;
    }
    return taken;
  }

  @Test
  void a_head_that_drips_in_ends_the_connection() {
    // Else the connection may have waited for its first request for as long already.
    assertThat(client.headers(1, true, request(key, "HEAD", "/")).answer(1).outcome())
        .isEqualTo("200");
    client.frame(RawHttp2.HEADERS, 0, 3, RawHttp2.block(request(key, "GET", "/")));
    assertThat(end().outcome()).isEqualTo("goaway ENHANCE_YOUR_CALM");
  }

  /** It makes progress, though something is half read whenever we look. */
  @Test
  void frames_that_each_come_in_two_reads_are_not_slow() {
    int inHead = 5;
    long end = System.nanoTime() + SHORT.multipliedBy(2).toNanos();
    // Without a body, which would use the connection's window up.
    String block = RawHttp2.block(request(key, "HEAD", "/"));
    int flags = RawHttp2.END_HEADERS | RawHttp2.END_STREAM;
    String next = RawHttp2.bytes(RawHttp2.HEADERS, flags, 1, block);
    client.raw(next.substring(0, inHead));
    for (int i = 0; System.nanoTime() < end; i++) {
      String sent = next;
      next = RawHttp2.bytes(RawHttp2.HEADERS, flags, stream(i + 1), block);
      client.raw(sent.substring(inHead)).raw(next.substring(0, inHead));
      assertThat(client.answer(stream(i)).outcome()).isEqualTo("200");
    }
    assertThat(end().outcome()).as("but the last is").isEqualTo("goaway ENHANCE_YOUR_CALM");
  }

  @Test
  void a_body_that_drips_in_is_answered_and_its_stream_ends() {
    client.headers(1, false, request(key, "POST", "/")).data(1, false, "x");
    assertThat(client.answer(1).outcome()).isEqualTo("408");
  }

  @Test
  void a_client_that_acknowledges_no_settings_is_told_so() {
    try (var silent = new RawHttp2(edge.gateway.port())) {
      silent.raw(RawHttp2.PREFACE).frame(RawHttp2.SETTINGS, 0, 0, "");
      assertThat(silent.answer(Integer.MAX_VALUE).outcome()).isEqualTo("goaway SETTINGS_TIMEOUT");
    }
  }

  @Test
  void a_connection_without_a_request_ends_in_good_order() {
    while (client.next().type != RawHttp2.GOAWAY) {
      continue;
    }
    assertThat(client.read()).isNull();
  }
}
