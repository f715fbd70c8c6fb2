package io.tollgate.edge;

import static io.tollgate.edge.BodySizeTest.MAX;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.edge.RawHttp2.Frame;
import io.tollgate.edge.ScriptedHttp2Upstream.Peer;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.io.IOException;
import java.time.Duration;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A call of gRPC that may not go on, though its answer has begun, ends by a status that says why.
 */
class GrpcBrokenOffTest {
  private static final String[] CALL = {"content-type", "application/grpc", "te", "trailers"};
  private static final int INITIAL_WINDOW_SIZE = 4;

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static StoredKeys keys;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    keys = new StoredKeys(postgres, redis);
  }

  @AfterAll
  static void stop() {
    redis.close();
    postgres.close();
  }

  private static RunningGateway gateway(ScriptedHttp2Upstream upstream) {
    return gateway(ProxyConfig.DEFAULTS, upstream);
  }

  private static RunningGateway gateway(ProxyConfig proxy, ScriptedHttp2Upstream upstream) {
    return new RunningGateway(
        postgres,
        redis,
        BodySizeTest.config(MAX),
        proxy,
        LimitConfig.UNLIMITED,
        upstream.route("/"));
  }

  private interface Then {
    void play(Peer peer) throws IOException;
  }

  /** An upstream that begins its answer with these fields and a message, and never ends it. */
  static ScriptedHttp2Upstream beginning(String... fields) {
    return beginning(Peer::awaitEnd, fields);
  }

  /** One that then does something else with its connection, which ends it. */
  private static ScriptedHttp2Upstream beginning(Then then, String... fields) {
    String[] all = {":status", "200", "content-type", "application/grpc"};
    String[] head = Arrays.copyOf(all, all.length + fields.length);
    System.arraycopy(fields, 0, head, all.length, fields.length);
    return new ScriptedHttp2Upstream(
        (peer, index) -> {
          Http2FaultsTest.greet(peer);
          int id = peer.readRequest().id();
          peer.headers(id, false, head);
          peer.data(id, false, "word");
          then.play(peer);
        });
  }

  static RawHttp2 call(RawHttp2 client, Secret key, boolean whole) {
    return client.headers(1, whole, RawHttp2.request(key, "POST", "/", CALL));
  }

  /** Reads up to such a frame of the call, and the table of fields on the way. */
  static void awaitFrame(RawHttp2 client, int type) {
    Frame frame = client.flush().next();
    while (frame.stream != 1 || frame.type != type) {
      if (frame.type == RawHttp2.HEADERS) {
        client.decode(frame, new LinkedHashMap<>());
      }
      frame = client.next();
    }
  }

  /** Returns the trailers, which come next and end the stream. */
  static Map<String, String> toldAtTheEnd(RawHttp2 client) {
    Frame end = client.next();
    while (end.stream != 1) {
      end = client.next();
    }
    assertThat(end.type).isEqualTo(RawHttp2.HEADERS);
    assertThat(end.is(RawHttp2.END_STREAM)).isTrue();
    Map<String, String> trailers = new LinkedHashMap<>();
    client.decode(end, trailers);
    return trailers;
  }

  /** Counts what comes of a stream up to a frame that answers what is asked now. */
  private static int framesUntilNow(RawHttp2 client) {
    client.frame(RawHttp2.PING, 0, 0, "whatnext").flush();
    int ofStream = 0;
    Frame frame = client.next();
    while (frame.type != RawHttp2.PING) {
      ofStream += frame.stream == 1 ? 1 : 0;
      frame = client.next();
    }
    return ofStream;
  }

  @Test
  void too_long_a_body_is_told_and_the_rest_of_it_is_not_wanted() {
    try (var upstream = beginning();
        var edge = gateway(upstream);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      call(client, keys.everywhere(), false).data(1, false, "x".repeat(MAX));
      awaitFrame(client, RawHttp2.DATA);
      client.data(1, false, "x").flush();
      assertThat(toldAtTheEnd(client)).containsEntry("grpc-status", "8");
      Frame reset = client.next();
      assertThat(reset.type).isEqualTo(RawHttp2.RST_STREAM);
      assertThat(RawHttp2.name(reset.number(0))).isEqualTo("NO_ERROR");
    }
  }

  @Test
  void a_revoked_key_is_told_to_who_has_sent_all() {
    Secret key = keys.everywhere();
    try (var upstream = beginning();
        var edge = gateway(upstream);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      call(client, key, true);
      awaitFrame(client, RawHttp2.DATA);
      keys.revokeInPostgres(key);
      assertThat(toldAtTheEnd(client))
          .containsEntry("grpc-status", "16")
          .hasEntrySatisfying("grpc-message", why -> assertThat(why).startsWith("key-invalid: "));
      assertThat(framesUntilNow(client)).isZero();
    }
  }

  @Test
  void an_upstream_that_is_lost_is_told_behind_what_had_come() {
    try (var upstream = beginning(peer -> {});
        var edge = gateway(upstream);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      call(client, keys.everywhere(), true);
      awaitFrame(client, RawHttp2.DATA);
      assertThat(toldAtTheEnd(client))
          .containsEntry("grpc-status", "14")
          .hasEntrySatisfying(
              "grpc-message", why -> assertThat(why).startsWith("upstream-broken: "));
      assertThat(edge.metrics.get("tollgate.edge.responses.cut").counter().count()).isOne();
    }
  }

  @Test
  void an_answer_that_stands_still_for_too_long_is_told_so() {
    try (var upstream = beginning();
        var edge =
            gateway(Http2ConnectionFaultsTest.answeringWithin(Duration.ofSeconds(3)), upstream);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      call(client, keys.everywhere(), true);
      awaitFrame(client, RawHttp2.DATA);
      assertThat(toldAtTheEnd(client))
          .containsEntry("grpc-status", "4")
          .hasEntrySatisfying(
              "grpc-message", why -> assertThat(why).startsWith("upstream-timeout: "));
    }
  }

  @Test
  void an_answer_whose_length_was_told_ends_by_a_reset() {
    try (var upstream = beginning("content-length", "9");
        var edge = gateway(upstream);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      call(client, keys.everywhere(), false).data(1, false, "x".repeat(MAX));
      awaitFrame(client, RawHttp2.DATA);
      assertThat(client.data(1, false, "x").answer(1).outcome()).isEqualTo("reset CANCEL");
    }
  }

  @Test
  void a_client_that_takes_no_more_is_reset_and_not_waited_for() {
    try (var upstream = beginning();
        var edge = gateway(upstream);
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      client.frame(RawHttp2.SETTINGS, 0, 0, RawHttp2.setting(INITIAL_WINDOW_SIZE, 2));
      call(client, keys.everywhere(), false).data(1, false, "x".repeat(MAX));
      awaitFrame(client, RawHttp2.DATA);
      assertThat(client.data(1, false, "x").answer(1).outcome()).isEqualTo("reset CANCEL");
    }
  }
}
