package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * Requests by HTTP/2 that have no meaning, or two: each ends as the table says, no upstream ever
 * hears of it, and the connection serves on. What would break all of it ends it.
 */
class Http2AttackTest {
  private static final String MALFORMED = "reset PROTOCOL_ERROR";

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;
  private static EchoUpstream upstream;
  private static RunningGateway edge;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere();
    upstream = new EchoUpstream();
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
            upstream.route("/"));
  }

  @AfterAll
  static void stop() {
    edge.close();
    upstream.close();
    redis.close();
    postgres.close();
  }

  /** What is sent on stream 1 of a fresh connection. */
  private interface Script {
    void play(RawHttp2 client);
  }

  private record Case(String name, String expected, Script script) {}

  /** A request without a body that has the fields of a good one, but for the changes. */
  private static Case head(String name, String expected, String... changes) {
    return new Case(name, expected, client -> client.headers(1, true, good(changes)));
  }

  /** A request with these fields alone, and the key. */
  private static Case only(String name, String... fields) {
    List<String> all = new ArrayList<>(Arrays.asList(fields));
    all.addAll(List.of("x-api-key", key.reveal()));
    String[] sent = all.toArray(String[]::new);
    return new Case(name, MALFORMED, client -> client.headers(1, true, sent));
  }

  /** Returns a good request's fields, some with other values, and what else is named behind. */
  private static String[] good(String... changes) {
    List<String> fields =
        new ArrayList<>(
            List.of(":method", "GET", ":scheme", "http", ":path", "/", ":authority", "t"));
    for (int i = 0; i < changes.length; i += 2) {
      int at = changes[i].startsWith(":") ? fields.indexOf(changes[i]) : -1;
      if (at >= 0) {
        fields.set(at + 1, changes[i + 1]);
      } else {
        fields.addAll(List.of(changes[i], changes[i + 1]));
      }
    }
    fields.addAll(List.of("x-api-key", key.reveal()));
    return fields.toArray(String[]::new);
  }

  private static Case body(String name, String length, String... pieces) {
    return new Case(
        name,
        MALFORMED,
        client -> {
          client.headers(1, false, good(":method", "POST", "content-length", length));
          for (int i = 0; i < pieces.length; i++) {
            client.data(1, i == pieces.length - 1, pieces[i]);
          }
        });
  }

  private static Case trailers(String name, String... fields) {
    return new Case(
        name,
        MALFORMED,
        client ->
            client
                .headers(1, false, good(":method", "POST"))
                .data(1, false, "x")
                .headers(1, true, fields));
  }

  private static Case connection(String name, String error, Script script) {
    return new Case(name, "goaway " + error, script);
  }

  private static Stream<Case> paths() {
    return Stream.of(
        head("a space in the path", MALFORMED, ":path", "/a b"),
        head("a line end in the path", MALFORMED, ":path", "/a\r\nx: y"),
        head("a whole request in the path", MALFORMED, ":path", "/ HTTP/1.1\r\nhost: t\r\n\r\n"),
        head("a NUL in the path", MALFORMED, ":path", "/a\0b"),
        head("a tab in the path", MALFORMED, ":path", "/a\tb"),
        head("a fragment", MALFORMED, ":path", "/a#b"),
        head("no slash", MALFORMED, ":path", "admin"),
        head("the absolute form", MALFORMED, ":path", "http://other/"),
        head("an empty path", MALFORMED, ":path", ""),
        head("a dot segment", "400", ":path", "/a/../b"),
        head("an encoded dot segment", "400", ":path", "/%2e%2e/b"),
        head("an encoded slash", "400", ":path", "/a%2fb"),
        head("a backslash", "400", ":path", "/a\\b"),
        head("a byte above ASCII", "400", ":path", "/\u00e4"),
        head("the form of a server", "400", ":method", "OPTIONS", ":path", "*"),
        head("a long path", "414", ":path", "/" + "a".repeat(9_000)));
  }

  private static Stream<Case> pseudoFields() {
    return Stream.of(
        only("no method", ":scheme", "http", ":path", "/", ":authority", "t"),
        only("no scheme", ":method", "GET", ":path", "/", ":authority", "t"),
        only("no path", ":method", "GET", ":scheme", "http", ":authority", "t"),
        only("no authority", ":method", "GET", ":scheme", "http", ":path", "/"),
        only("none at all"),
        only(
            "two methods",
            ":method",
            "GET",
            ":method",
            "GET",
            ":scheme",
            "http",
            ":path",
            "/",
            ":authority",
            "t"),
        only(
            "two paths",
            ":method",
            "GET",
            ":scheme",
            "http",
            ":path",
            "/",
            ":path",
            "/admin",
            ":authority",
            "t"),
        only(
            "one behind a field",
            ":method",
            "GET",
            ":scheme",
            "http",
            ":path",
            "/",
            "x-own",
            "1",
            ":authority",
            "t"),
        head("an empty authority", MALFORMED, ":authority", ""),
        head("an empty scheme", MALFORMED, ":scheme", ""),
        head("another scheme", MALFORMED, ":scheme", "ftp"),
        head("an unknown one", MALFORMED, ":protocol", "websocket"),
        head("one of a response", MALFORMED, ":status", "200"),
        head("one in upper case", MALFORMED, ":Path", "/"),
        head("another host", MALFORMED, "host", "other"),
        head("two hosts", MALFORMED, "host", "t", "host", "t"),
        head("a user in the authority", "400", ":authority", "a@t"),
        head("a path in the authority", "400", ":authority", "t/x"),
        head("a space in the method", MALFORMED, ":method", "GET /x"),
        head("CONNECT with a path", MALFORMED, ":method", "CONNECT"),
        only("CONNECT", ":method", "CONNECT", ":authority", "t:443"),
        head("TRACE", "405", ":method", "TRACE"),
        head("a method in lower case", "405", ":method", "get"));
  }

  private static Stream<Case> fields() {
    return Stream.of(
        head("a name in upper case", MALFORMED, "X-Own", "1"),
        head("a name with a colon", MALFORMED, "x:own", "1"),
        head("a name with a space", MALFORMED, "x own", "1"),
        head("a name with a line end", MALFORMED, "x\r\nown", "1"),
        head("an empty name", MALFORMED, "", "1"),
        head("a carriage return in a value", MALFORMED, "x-own", "1\r"),
        head("a line feed in a value", MALFORMED, "x-own", "1\nx-other: 2"),
        head("a NUL in a value", MALFORMED, "x-own", "1\0"),
        head("a space before a value", MALFORMED, "x-own", " 1"),
        head("a tab behind a value", MALFORMED, "x-own", "1\t"),
        head("a control character in a value", "400", "x-own", "1\u0001"),
        head("transfer-encoding", MALFORMED, "transfer-encoding", "chunked"),
        head("connection", MALFORMED, "connection", "x-own"),
        head("keep-alive", MALFORMED, "keep-alive", "timeout=5"),
        head("proxy-connection", MALFORMED, "proxy-connection", "keep-alive"),
        head("upgrade", MALFORMED, "upgrade", "websocket"),
        head("te of more than trailers", MALFORMED, "te", "trailers, gzip"),
        head("another expectation", "417", "expect", "200-ok"),
        head("two keys", "401", "authorization", "Bearer x"),
        head("too many fields", "431", many()),
        head("too large a head", "431", "x-own", "a".repeat(33_000)),
        head("a length without a body", MALFORMED, "content-length", "5"),
        head("two lengths", "400", "content-length", "0", "content-length", "0"),
        head("a list of lengths", "400", "content-length", "0, 0"),
        head("a signed length", "400", "content-length", "+0"),
        body("a body that is too long", "3", "abcd"),
        body("a body that is too short", "5", "abcd"),
        body("a body too long by its second piece", "5", "abcd", "ef"),
        trailers("a pseudo-header field in trailers", ":path", "/admin"),
        trailers("connection in trailers", "connection", "close"),
        trailers("trailers that are too large", "x-own", "a".repeat(33_000)),
        trailers("upper case in trailers", "X-Own", "1"));
  }

  private static String[] many() {
    String[] fields = new String[2 * 101];
    for (int i = 0; i < fields.length; i += 2) {
      fields[i] = "x-" + i;
      fields[i + 1] = "1";
    }
    return fields;
  }

  private static Stream<Case> frames() {
    String headers = RawHttp2.block(good());
    return Stream.of(
        connection("data on no stream", "PROTOCOL_ERROR", client -> client.data(0, false, "x")),
        connection("data on an idle stream", "PROTOCOL_ERROR", client -> client.data(1, true, "x")),
        connection("an even stream", "PROTOCOL_ERROR", client -> client.headers(2, true, good())),
        connection(
            "a stream below the last",
            "PROTOCOL_ERROR",
            client -> client.headers(3, true, good()).headers(1, true, good())),
        connection(
            "a promise",
            "PROTOCOL_ERROR",
            client ->
                client.frame(
                    RawHttp2.PUSH_PROMISE, RawHttp2.END_HEADERS, 1, RawHttp2.number(2) + headers)),
        connection(
            "a continuation of nothing",
            "PROTOCOL_ERROR",
            client -> client.frame(RawHttp2.CONTINUATION, RawHttp2.END_HEADERS, 1, headers)),
        connection(
            "a frame between the pieces of a head",
            "PROTOCOL_ERROR",
            client ->
                client
                    .frame(RawHttp2.HEADERS, 0, 1, headers)
                    .frame(RawHttp2.PING, 0, 0, "12345678")),
        connection(
            "a frame that is too large",
            "FRAME_SIZE_ERROR",
            client -> client.frame(RawHttp2.DATA, 0, 1, "x".repeat(16_385))),
        connection(
            "a header block that is none",
            "COMPRESSION_ERROR",
            client ->
                client.frame(
                    RawHttp2.HEADERS,
                    RawHttp2.END_HEADERS,
                    1,
                    "\u00ff\u00ff\u00ff\u00ff\u00ff\u00ff")),
        connection(
            "a window beyond all bounds",
            "FLOW_CONTROL_ERROR",
            client -> client.window(0, Integer.MAX_VALUE)),
        connection(
            "a first window beyond all bounds",
            "FLOW_CONTROL_ERROR",
            client -> client.frame(RawHttp2.SETTINGS, 0, 0, RawHttp2.setting(4, -1))),
        connection(
            "padding longer than its frame",
            "PROTOCOL_ERROR",
            client ->
                client
                    .headers(1, false, good(":method", "POST"))
                    .frame(RawHttp2.DATA, RawHttp2.PADDED, 1, "\u0009x")));
  }

  @TestFactory
  Stream<DynamicTest> a_request_of_no_sure_meaning_ends_its_stream_and_nothing_else() {
    return Stream.of(paths(), pseudoFields(), fields())
        .flatMap(cases -> cases)
        .map(tried -> DynamicTest.dynamicTest(tried.name, () -> endsStream(tried)));
  }

  private static void endsStream(Case tried) {
    try (RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      int before = upstream.whole.get();
      tried.script.play(client);
      assertThat(client.answer(1).outcome()).isEqualTo(tried.expected);
      assertThat(upstream.whole.get()).isEqualTo(before);
      assertThat(client.headers(3, true, good()).answer(3).outcome()).isEqualTo("200");
    }
  }

  @TestFactory
  Stream<DynamicTest> a_connection_of_no_sure_meaning_ends() {
    return frames().map(tried -> DynamicTest.dynamicTest(tried.name, () -> endsConnection(tried)));
  }

  private static void endsConnection(Case tried) {
    try (RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      tried.script.play(client);
      // On no stream: what ends the connection is waited for.
      assertThat(client.end().outcome()).isIn(tried.expected, "closed");
      assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
    }
  }
}
