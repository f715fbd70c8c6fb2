package io.tollgate.edge;

import static io.tollgate.edge.RawHttp2.request;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.edge.RawHttp2.Answer;
import io.tollgate.edge.RawHttp2.Frame;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Requests by HTTP/2 are what they are by HTTP/1.1, and as many at once as they like. */
class Http2Test {
  private static final int MEBIBYTE = 1024 * 1024;

  /** More than what the sockets between may hold. */
  private static final int STREAMED_BYTES = 32 * MEBIBYTE;

  /** Far less than what waits here of an answer that nobody takes. */
  private static final int GRANT_BYTES = 8 * 1024;

  /** More streams than are each remembered once they are over. */
  private static final int MANY = 200;

  /** The field that was last put into HPACK's table. */
  private static final char NEWEST = 0x80 | 62;

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;
  private static EchoUpstream upstream;
  private static StreamedUpstream streamed;
  private static RunningGateway edge;
  private RawHttp2 client;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere();
    upstream = new EchoUpstream();
    streamed = new StreamedUpstream();
    EdgeConfig config =
        new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(5), ClientBounds.DEFAULTS)
            .with(Http2Bounds.DEFAULTS.withCleartext());
    edge =
        new RunningGateway(
            postgres,
            redis,
            config,
            ProxyConfig.DEFAULTS,
            LimitConfig.UNLIMITED,
            upstream.route("/"),
            streamed.route("/streamed"));
  }

  @AfterAll
  static void stop() {
    edge.close();
    streamed.close();
    upstream.close();
    redis.close();
    postgres.close();
  }

  @BeforeEach
  void connect() {
    client = RawHttp2.open(edge.gateway.port());
  }

  @AfterEach
  void disconnect() {
    client.close();
  }

  private static JsonObject echoed(Answer answer) {
    assertThat(answer.outcome()).as(answer.body.toString()).isEqualTo("200");
    return new JsonObject(answer.body.toString());
  }

  @Test
  void a_request_is_forwarded_as_one_by_http1_is() {
    Answer answer =
        client.headers(1, true, request(key, "GET", "/a%62c?q=%20", "x-own", "1")).answer(1);
    JsonObject seen = echoed(answer);
    assertThat(seen.getString("method")).isEqualTo("GET");
    assertThat(seen.getString("target")).isEqualTo("/abc?q=%20");
    JsonObject fields = seen.getJsonObject("headers");
    assertThat(fields.getJsonArray("x-forwarded-host")).containsExactly(RawHttp2.AUTHORITY);
    assertThat(fields.getJsonArray("x-own")).containsExactly("1");
    assertThat(fields.containsKey("x-api-key")).isFalse();
    assertThat(fields.containsKey("tollgate-key-id")).isTrue();
    assertThat(answer.field("x-upstream")).isEqualTo("echo");
    assertThat(answer.field("tollgate-request-id")).startsWith("req_");
    assertThat(answer.fields).doesNotContainKeys("connection", "transfer-encoding");
  }

  @Test
  void a_body_reaches_the_upstream_whole_with_a_length_and_without() {
    client.headers(1, false, request(key, "POST", "/", "content-length", "11"));
    client.data(1, false, "hello ").data(1, true, "world");
    assertThat(echoed(client.answer(1)).getString("body")).isEqualTo("hello world");
    client.headers(3, false, request(key, "PUT", "/")).data(3, false, "one").data(3, true, "");
    JsonObject seen = echoed(client.answer(3));
    assertThat(seen.getString("body")).isEqualTo("one");
    assertThat(seen.getJsonObject("headers").getJsonArray("transfer-encoding"))
        .containsExactly("chunked");
  }

  @Test
  void crumbs_of_a_cookie_become_one_field() {
    client.headers(1, true, request(key, "GET", "/", "cookie", "a=1", "cookie", "b=2"));
    JsonObject fields = echoed(client.answer(1)).getJsonObject("headers");
    assertThat(fields.getJsonArray("cookie")).containsExactly("a=1; b=2");
  }

  @Test
  void a_refusal_is_the_same_problem() {
    Answer answer =
        client
            .headers(1, true, ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "t")
            .answer(1);
    assertThat(answer.outcome()).isEqualTo("401");
    assertThat(answer.field("content-type")).isEqualTo("application/problem+json");
    assertThat(answer.body.toString()).contains("\"code\":\"credential-missing\"");
  }

  @Test
  void head_has_no_body_and_the_connection_goes_on() {
    assertThat(client.headers(1, true, request(key, "HEAD", "/")).answer(1).outcome())
        .isEqualTo("200");
    assertThat(client.headers(3, true, request(key, "GET", "/")).answer(3).outcome())
        .isEqualTo("200");
  }

  @Test
  void many_requests_at_once_are_each_answered() {
    int count = 50;
    for (int i = 0; i < count; i++) {
      client.headers(2 * i + 1, true, request(key, "GET", "/" + i));
    }
    client.flush();
    List<Integer> ended = new ArrayList<>();
    while (ended.size() < count) {
      Frame frame = client.next();
      if (frame.type == RawHttp2.DATA && frame.is(RawHttp2.END_STREAM)) {
        ended.add(frame.stream);
      }
    }
    assertThat(ended).doesNotHaveDuplicates();
  }

  @Test
  void no_more_of_an_answer_comes_than_its_window_lets() {
    client.headers(1, true, request(key, "GET", "/streamed/" + STREAMED_BYTES)).flush();
    int come = 0;
    while (come < 65_535) {
      Frame frame = client.next();
      come += frame.type == RawHttp2.DATA ? frame.length() : 0;
    }
    assertThat(come).isEqualTo(65_535);
    assertThat(streamed.written()).isLessThan(STREAMED_BYTES - MEBIBYTE);
    // Another stream's window is its own, but the connection's is used up.
    client.window(0, 65_535).headers(3, true, request(key, "GET", "/"));
    assertThat(client.answer(3).outcome()).isEqualTo("200");
    client.window(0, 2 * STREAMED_BYTES).window(1, 2 * STREAMED_BYTES).flush();
    while (come < STREAMED_BYTES) {
      Frame frame = client.next();
      come += frame.type == RawHttp2.DATA ? frame.length() : 0;
    }
    assertThat(come).isEqualTo(STREAMED_BYTES);
  }

  @Test
  void an_answer_that_its_client_does_not_take_holds_up_no_other_however_small_the_window() {
    client.headers(1, true, request(key, "GET", "/streamed/" + STREAMED_BYTES)).flush();
    take(1, 65_535);
    client.headers(3, true, request(key, "GET", "/streamed/" + STREAMED_BYTES));
    client.window(3, STREAMED_BYTES);
    for (int come = 0; come < MEBIBYTE; come += GRANT_BYTES) {
      client.window(0, GRANT_BYTES).flush();
      take(3, GRANT_BYTES);
    }
  }

  /** Reads on until so much more has come of an answer's body. */
  private void take(int stream, int bytes) {
    int come = 0;
    while (come < bytes) {
      Frame frame = client.next();
      come += frame.type == RawHttp2.DATA && frame.stream == stream ? frame.length() : 0;
    }
    assertThat(come).isEqualTo(bytes);
  }

  /** They were sent before the reset came, and what HPACK keeps of them counts. */
  @Test
  void trailers_under_way_are_dropped_however_many_requests_have_ended_since() {
    client.headers(1, false, ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "t");
    assertThat(client.answer(1).outcome()).isEqualTo("401");
    assertThat(nextEnd(client)).as("the rest of the body is not waited for").isEqualTo(1);
    int last = 2 * MANY + 1;
    for (int stream = 3; stream <= last; stream += 2) {
      // Without a body, which would use the connection's window up.
      assertThat(client.headers(stream, true, request(key, "HEAD", "/")).answer(stream).outcome())
          .isEqualTo("200");
    }
    String kept = '@' + RawHttp2.block("x-own", "kept").substring(1);
    client.data(1, false, "late").window(1, 1);
    client.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, 1, kept);
    String again = RawHttp2.block(request(key, "GET", "/")) + NEWEST;
    client.frame(RawHttp2.HEADERS, RawHttp2.END_HEADERS | RawHttp2.END_STREAM, last + 2, again);
    JsonObject fields = echoed(client.answer(last + 2)).getJsonObject("headers");
    assertThat(fields.getJsonArray("x-own")).containsExactly("kept");
  }

  /** Returns the next stream that is reset. */
  private static int nextEnd(RawHttp2 client) {
    Frame frame = client.next();
    while (frame.type != RawHttp2.RST_STREAM) {
      frame = client.next();
    }
    return frame.stream;
  }

  @Test
  void a_client_that_must_be_asked_for_its_body_is_asked() {
    client.headers(1, false, request(key, "POST", "/", "expect", "100-continue")).flush();
    Frame asked = client.next();
    assertThat(asked.type).isEqualTo(RawHttp2.HEADERS);
    assertThat(asked.is(RawHttp2.END_STREAM)).isFalse();
    client.data(1, true, "told");
    assertThat(echoed(client.answer(1)).getString("body")).isEqualTo("told");
  }

  @Test
  void a_call_of_grpc_is_refused_as_grpc_has_it() {
    client.headers(
        1,
        false,
        ":method",
        "POST",
        ":scheme",
        "http",
        ":path",
        "/a.B/C",
        ":authority",
        "t",
        "content-type",
        "application/grpc",
        "te",
        "trailers");
    Answer answer = client.data(1, true, "\0\0\0\0\0").answer(1);
    assertThat(answer.outcome()).isEqualTo("200");
    assertThat(answer.field("content-type")).isEqualTo("application/grpc");
    assertThat(answer.field("grpc-status")).isEqualTo("16");
    assertThat(answer.field("grpc-message")).startsWith("credential-missing: ");
    assertThat(answer.body).isEmpty();
  }

  @Test
  void http1_is_spoken_on_the_same_port() {
    assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
  }
}
