package io.tollgate.edge;

import static io.tollgate.edge.RawHttp2.request;
import static io.tollgate.edge.RawHttp2.stream;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.edge.RawHttp2.Frame;
import io.tollgate.edge.ScriptedHttp2Upstream.Asked;
import io.tollgate.edge.ScriptedHttp2Upstream.Peer;
import io.tollgate.key.Secret;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.store.Awaiting;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client by HTTP/2 that takes its time: it keeps what it moves on, and nothing else. */
class Http2SlowClientTest {
  private static final int PIECES = 60;
  private static final int PIECE = 1024;

  /** More than what the sockets between may hold. */
  private static final int UNREAD = 64 << 20;

  private static final Duration SHORT = Duration.ofSeconds(1);

  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;
  private static EchoUpstream upstream;
  private static StreamedUpstream streamed;
  private static ScriptedHttp2Upstream waiting;

  private static RunningGateway edge;

  private RawHttp2 client;

  @BeforeAll
  static void start() {
    key = STORES.keys.everywhere();
    upstream = new EchoUpstream();
    streamed = new StreamedUpstream();
    waiting = new ScriptedHttp2Upstream(Http2SlowClientTest::beginAndWait);
    edge = gateway();
    assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
  }

  private static RunningGateway gateway() {
    return STORES.gateway(
        new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(5), impatient())
            .with(Http2Bounds.DEFAULTS.withCleartext()),
        impatientProxy(),
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

  @TestThatWaits
  void a_client_that_reads_nothing_loses_its_connection() {
    try (var own = gateway();
        RawHttp2 deaf = RawHttp2.open(own.gateway.port())) {
      deaf.headers(1, true, request(key, "GET", "/streamed/" + UNREAD));
      deaf.window(0, UNREAD).window(1, UNREAD).flush();
      Awaiting.until("the connection is ended", () -> endedForAFault(own) == 1);
    }
  }

  private static double endedForAFault(RunningGateway own) {
    return own.metrics.get("tollgate.edge.http2.connections.ended").counter().count();
  }

  @TestThatWaits
  void a_client_that_never_opens_its_window_loses_its_request_and_the_others_go_on() {
    client.frame(RawHttp2.SETTINGS, 0, 0, RawHttp2.setting(4, 0));
    client.headers(1, true, request(key, "GET", "/streamed/10000000")).flush();
    client.headers(3, true, request(key, "HEAD", "/"));
    assertThat(client.answer(3).outcome()).isEqualTo("200");
    assertThat(client.answer(1).outcome()).isEqualTo("reset INTERNAL_ERROR");
  }

  /** Bytes move all the time, though none come from the upstream. */
  @TestThatWaits
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

  @TestThatWaits
  void a_head_that_drips_in_ends_the_connection() {
    // Else the connection may have waited for its first request for as long already.
    assertThat(client.headers(1, true, request(key, "HEAD", "/")).answer(1).outcome())
        .isEqualTo("200");
    client.frame(RawHttp2.HEADERS, 0, 3, RawHttp2.block(request(key, "GET", "/")));
    assertThat(client.end().outcome()).isEqualTo("goaway ENHANCE_YOUR_CALM");
  }

  /** It makes progress, though something is half read whenever we look. */
  @TestThatWaits
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
    assertThat(client.end().outcome()).as("but the last is").isEqualTo("goaway ENHANCE_YOUR_CALM");
  }

  @TestThatWaits
  void a_body_that_drips_in_is_answered_and_its_stream_ends() {
    client.headers(1, false, request(key, "POST", "/")).data(1, false, "x");
    assertThat(client.answer(1).outcome()).isEqualTo("408");
  }

  @TestThatWaits
  void a_client_that_acknowledges_no_settings_is_told_so() {
    try (var silent = new RawHttp2(edge.gateway.port())) {
      silent.raw(RawHttp2.PREFACE).frame(RawHttp2.SETTINGS, 0, 0, "");
      assertThat(silent.end().outcome()).isEqualTo("goaway SETTINGS_TIMEOUT");
    }
  }

  @TestThatWaits
  void a_connection_without_a_request_ends_in_good_order() {
    while (client.next().type != RawHttp2.GOAWAY) {
      continue;
    }
    assertThat(client.read()).isNull();
  }
}
