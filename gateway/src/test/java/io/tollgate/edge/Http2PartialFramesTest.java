package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.store.Awaiting;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever comes by halves, all connections together hold no more of it than they may. */
class Http2PartialFramesTest {
  private static final int ALL_BYTES = 64 * 1024;
  private static final int FRAME_BYTES = 16_384;
  private static final int HALF_BYTES = 15_000;
  private static final int HALVES_MAX = ALL_BYTES / HALF_BYTES;
  private static final int UNKNOWN = 0xfa;

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;
  private static EchoUpstream upstream;
  private static RunningGateway edge;
  private final List<RawHttp2> clients = new ArrayList<>();

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere();
    upstream = new EchoUpstream();
    EdgeConfig config =
        new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(5), bounds())
            .with(Http2Bounds.DEFAULTS.withCleartext());
    edge =
        new RunningGateway(
            postgres,
            redis,
            config,
            ProxyConfig.DEFAULTS,
            LimitConfig.UNLIMITED,
            upstream.route("/"));
  }

  private static ClientBounds bounds() {
    ClientBounds defaults = ClientBounds.DEFAULTS;
    return new ClientBounds(
        defaults.connectionsMax(),
        defaults.connectionsPerAddressMax(),
        defaults.requestLineBytesMax(),
        defaults.headerBytesMax(),
        defaults.headerCountMax(),
        ALL_BYTES,
        defaults.headerTimeout(),
        defaults.idleTimeout(),
        defaults.bodyBytesPerSecondMin(),
        defaults.bodyGrace(),
        defaults.bodyBytesMax());
  }

  @AfterAll
  static void stop() {
    edge.close();
    upstream.close();
    redis.close();
    postgres.close();
  }

  @AfterEach
  void disconnect() {
    clients.forEach(RawHttp2::close);
  }

  private RawHttp2 sendHalf(int type) {
    RawHttp2 client = RawHttp2.open(edge.gateway.port());
    clients.add(client);
    String frame = RawHttp2.bytes(type, 0, 1, "x".repeat(FRAME_BYTES));
    return client.raw(frame.substring(0, HALF_BYTES)).flush();
  }

  private static double ended() {
    return edge.metrics.get("tollgate.edge.http2.connections.ended").counter().count();
  }

  @ParameterizedTest
  @ValueSource(ints = {RawHttp2.DATA, RawHttp2.HEADERS, RawHttp2.PUSH_PROMISE, UNKNOWN})
  void who_holds_half_a_frame_beyond_the_bound_of_all_is_ended(int type) {
    double before = ended();
    for (int i = 0; i <= HALVES_MAX; i++) {
      sendHalf(type);
    }
    Awaiting.until("one is ended", () -> ended() > before);
    assertThat(ended()).as("the others fit").isEqualTo(before + 1);
    disconnect();
    Awaiting.until("what they held is let go", () -> isWholeServed(UNKNOWN));
  }

  /** Returns whether as many half frames as may be held are, and the last is read once whole. */
  private boolean isWholeServed(int type) {
    RawHttp2 last = sendHalf(type);
    for (int i = 1; i < HALVES_MAX; i++) {
      last = sendHalf(type);
    }
    last.raw("x".repeat(FRAME_BYTES + 9 - HALF_BYTES));
    last.headers(3, true, RawHttp2.request(key, "GET", "/"));
    boolean served = last.answer(3).outcome().equals("200");
    disconnect();
    return served;
  }

  /** A client that speaks for many must not lose what else it asks for. */
  @Test
  void bodies_that_we_can_not_hold_are_no_errors_of_the_client() {
    int bodyBytes = 1024;
    int requests = 2 * Http2Bounds.DEFAULTS.resetsMax();
    Secret unknown = new StoredKeys(postgres, redis).everywhere();
    RawHttp2 client = RawHttp2.open(edge.gateway.port());
    clients.add(client);
    redis.freeze();
    try {
      for (int i = 0; i < requests; i++) {
        client.headers(RawHttp2.stream(i), false, RawHttp2.request(unknown, "POST", "/"));
        client.data(RawHttp2.stream(i), false, "x".repeat(bodyBytes));
      }
      client.flush();
      assertThat(client.answer(2 * requests - 1).outcome()).isEqualTo("reset REFUSED_STREAM");
    } finally {
      redis.thaw();
    }
    client.data(1, true, "");
    assertThat(client.answer(1).outcome()).as("on the same connection").isIn("200", "503");
  }

  /** Of one connection no more is held than a frame may have: what is larger ends with its head. */
  @Test
  void a_frame_that_is_too_large_is_not_waited_for() {
    for (int type : new int[] {RawHttp2.DATA, UNKNOWN}) {
      RawHttp2 client = RawHttp2.open(edge.gateway.port());
      clients.add(client);
      client.raw(RawHttp2.bytes(type, 0, 1, "x".repeat(FRAME_BYTES + 1)).substring(0, 9));
      assertThat(client.end().outcome()).isEqualTo("goaway FRAME_SIZE_ERROR");
    }
  }
}
