package io.tollgate.edge;

import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_CLIENT;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_INTERNAL;
import static io.opentelemetry.proto.trace.v1.Span.SpanKind.SPAN_KIND_SERVER;
import static io.opentelemetry.proto.trace.v1.Status.StatusCode.STATUS_CODE_ERROR;
import static io.opentelemetry.proto.trace.v1.Status.StatusCode.STATUS_CODE_UNSET;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Span;
import io.tollgate.key.Secret;
import io.tollgate.store.Awaiting;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.tollgate.trace.TestCollector;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** A request's spans, as a collector gets them. */
class TracesTest {
  private static final String PARENT = "00f067aa0ba902b7";
  private static final SplittableRandom RANDOM = new SplittableRandom(5);

  private static final ScriptedUpstream CLOSING =
      new ScriptedUpstream((peer, index) -> peer.readHead());
  private static final ScriptedUpstream SILENT =
      new ScriptedUpstream((peer, index) -> peer.awaitEnd());
  private static final ScriptedUpstream FAILING =
      answering("HTTP/1.1 503 Away\r\nContent-Length: 0\r\n\r\n");
  private static final ScriptedUpstream HALVING =
      answering("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf");

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static StoredKeys keys;
  private static Secret key;
  private static EchoUpstream upstream;
  private static TestCollector collector;
  private static RunningGateway edge;

  private final String traceId =
      HexFormat.of().toHexDigits(RANDOM.nextLong()) + HexFormat.of().toHexDigits(RANDOM.nextLong());

  private static ScriptedUpstream answering(String bytes) {
    return new ScriptedUpstream(
        (peer, index) -> {
          peer.readHead();
          peer.write(bytes);
        });
  }

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    keys = new StoredKeys(postgres, redis);
    key = keys.everywhere();
    upstream = new EchoUpstream();
    collector = TestCollector.start();
    edge =
        RunningGateway.tracing(
            postgres,
            redis,
            collector.config(),
            upstream.route("/api"),
            CLOSING.route("/closing"),
            FAILING.route("/failing"),
            HALVING.route("/halving"),
            SILENT.route("/silent"));
    edge.get("/api/known", key);
  }

  @AfterAll
  static void stop() {
    edge.close();
    collector.close();
    List.of(CLOSING, SILENT, FAILING, HALVING).forEach(ScriptedUpstream::close);
    upstream.close();
    redis.close();
    postgres.close();
  }

  private HttpRequest.Builder traced(String target, String flags) {
    return HttpRequest.newBuilder(edge.uri(target))
        .header("traceparent", "00-" + traceId + '-' + PARENT + '-' + flags);
  }

  private HttpResponse<String> get(String target, Secret with) {
    return edge.send(traced(target, "01").header("X-API-Key", with.reveal()));
  }

  /** Returns the request's own span, which is the last to come of its trace. */
  private Span accept() {
    Awaiting.until(
        "the trace is there", () -> collector.spans(traceId, SPAN_KIND_SERVER).size() == 1);
    return collector.spans(traceId, SPAN_KIND_SERVER).getFirst();
  }

  private Span forward() {
    accept();
    return collector.spans(traceId, SPAN_KIND_CLIENT).getFirst();
  }

  private static Map<String, String> attributes(Span span) {
    return TestCollector.attributes(span.getAttributesList());
  }

  @Test
  void a_request_is_a_span_in_the_clients_trace_with_its_forwarding_below() {
    HttpResponse<String> response = get("/api/a?token=hidden", key);
    Span accept = accept();
    assertThat(accept.getName()).isEqualTo("GET /api");
    assertThat(TestCollector.hex(accept.getParentSpanId().toByteArray())).isEqualTo(PARENT);
    assertThat(accept.getStatus().getCode()).isEqualTo(STATUS_CODE_UNSET);
    assertThat(attributes(accept))
        .containsEntry("http.request.method", "GET")
        .containsEntry("http.route", "/api")
        .containsEntry("http.response.status_code", "200")
        .containsEntry("url.scheme", "http")
        .containsEntry("tollgate.outcome", "upstream")
        .containsEntry(
            "tollgate.request.id",
            response.headers().firstValue("tollgate-request-id").orElseThrow())
        .containsKey("tollgate.key.id")
        .hasSize(7);
    Span forward = forward();
    assertThat(forward.getName()).isEqualTo("GET");
    assertThat(forward.getParentSpanId()).isEqualTo(accept.getSpanId());
    assertThat(forward.getStartTimeUnixNano())
        .isGreaterThanOrEqualTo(accept.getStartTimeUnixNano());
    assertThat(forward.getEndTimeUnixNano()).isLessThanOrEqualTo(accept.getEndTimeUnixNano());
    assertThat(attributes(forward))
        .containsEntry("http.request.method", "GET")
        .containsEntry("server.address", "127.0.0.1")
        .containsEntry("server.port", Integer.toString(URI.create(upstream.url()).getPort()))
        .containsEntry("http.response.status_code", "200")
        .hasSize(4);
  }

  @Test
  void the_upstream_gets_the_forwarding_as_its_parent_and_the_clients_state() {
    String body =
        edge.send(
                traced("/api", "01")
                    .header("tracestate", "vendor=1")
                    .header("X-API-Key", key.reveal()))
            .body();
    JsonObject headers = new JsonObject(body).getJsonObject("headers");
    String id = TestCollector.hex(forward().getSpanId().toByteArray());
    assertThat(headers.getJsonArray("traceparent"))
        .containsExactly("00-" + traceId + '-' + id + "-01");
    assertThat(headers.getJsonArray("tracestate")).containsExactly("vendor=1");
  }

  @Test
  void a_client_that_records_nothing_has_nothing_recorded_here_nor_behind() {
    String body = edge.send(traced("/api", "00").header("X-API-Key", key.reveal())).body();
    assertThat(new JsonObject(body).getJsonObject("headers").getJsonArray("traceparent"))
        .hasSize(1)
        .allSatisfy(
            sent ->
                assertThat(sent.toString())
                    .startsWith("00-" + traceId + '-')
                    .doesNotContain(PARENT)
                    .endsWith("-00"));
  }

  @Test
  void what_is_no_trace_is_not_continued() {
    String body =
        edge.send(
                HttpRequest.newBuilder(edge.uri("/api"))
                    .header("traceparent", "00-" + traceId + "-0000000000000000-01")
                    .header("tracestate", "vendor=1")
                    .header("X-API-Key", key.reveal()))
            .body();
    JsonObject headers = new JsonObject(body).getJsonObject("headers");
    assertThat(headers.getJsonArray("traceparent")).hasSize(1);
    assertThat(headers.getJsonArray("traceparent").getString(0)).doesNotContain(traceId);
    assertThat(headers.containsKey("tracestate")).isFalse();
  }

  @Test
  void a_key_that_is_not_known_here_has_its_look_up_below() {
    get("/api", keys.inPostgresOnly());
    Span accept = accept();
    assertThat(collector.spans(traceId, SPAN_KIND_INTERNAL))
        .singleElement()
        .satisfies(
            lookUp -> {
              assertThat(lookUp.getName()).isEqualTo("look-up");
              assertThat(lookUp.getParentSpanId()).isEqualTo(accept.getSpanId());
              assertThat(lookUp.getEndTimeUnixNano())
                  .isLessThanOrEqualTo(forward().getStartTimeUnixNano());
            });
  }

  @Test
  void a_key_that_is_known_has_none() {
    get("/api", key);
    accept();
    assertThat(collector.spans(traceId, SPAN_KIND_INTERNAL)).isEmpty();
  }

  @Test
  void a_refusal_is_no_error_of_the_gateway_and_has_nothing_below() {
    edge.send(traced("/api", "01"));
    Span accept = accept();
    assertThat(accept.getStatus().getCode()).isEqualTo(STATUS_CODE_UNSET);
    assertThat(attributes(accept))
        .containsEntry("http.response.status_code", "401")
        .containsEntry("tollgate.outcome", "credential-missing")
        .containsEntry("http.route", "/api")
        .doesNotContainKeys("error.type", "tollgate.key.id");
    assertThat(collector.spans(traceId, SPAN_KIND_CLIENT)).isEmpty();
  }

  @Test
  void what_has_no_route_is_named_by_its_method_alone() {
    get("/elsewhere", key);
    assertThat(accept().getName()).isEqualTo("GET");
    assertThat(attributes(accept()))
        .containsEntry("http.response.status_code", "404")
        .containsEntry("tollgate.outcome", "route-unknown")
        .doesNotContainKey("http.route");
  }

  @Test
  void what_is_no_request_is_traced_without_what_it_said() {
    RawClient.raw(
        edge.gateway.port(), "GET  / HTTP/1.1\r\ntraceparent: 00-" + traceId + "-1-01\r\n\r\n");
    Awaiting.until(
        "its span is there",
        () -> collector.spans().stream().anyMatch(span -> span.getName().equals("HTTP")));
    assertThat(collector.spans().stream().filter(span -> span.getName().equals("HTTP")).findFirst())
        .hasValueSatisfying(
            span -> {
              assertThat(span.getParentSpanId().isEmpty()).isTrue();
              assertThat(attributes(span))
                  .containsEntry("http.request.method", "_OTHER")
                  .containsEntry("http.response.status_code", "400")
                  .containsEntry("tollgate.outcome", "request-malformed");
            });
  }

  @Test
  void an_upstream_that_gives_no_answer_is_an_error_of_both() {
    get("/closing", key);
    for (Span failed : List.of(accept(), forward())) {
      assertThat(failed.getStatus().getCode()).isEqualTo(STATUS_CODE_ERROR);
      assertThat(attributes(failed)).containsEntry("error.type", "upstream-broken");
    }
    assertThat(attributes(accept())).containsEntry("http.response.status_code", "502");
    assertThat(attributes(forward())).doesNotContainKey("http.response.status_code");
  }

  @Test
  void an_upstreams_error_is_one_of_both_by_its_status() {
    get("/failing", key);
    for (Span failed : List.of(accept(), forward())) {
      assertThat(failed.getStatus().getCode()).isEqualTo(STATUS_CODE_ERROR);
      assertThat(attributes(failed))
          .containsEntry("error.type", "503")
          .containsEntry("http.response.status_code", "503");
    }
  }

  @Test
  void an_answer_that_breaks_off_is_an_error_of_both_whatever_its_status() {
    RawClient.raw(
        edge.gateway.port(),
        "GET /halving HTTP/1.1\r\nHost: h\r\nX-API-Key: "
            + key.reveal()
            + "\r\ntraceparent: 00-"
            + traceId
            + '-'
            + PARENT
            + "-01\r\n\r\n");
    for (Span failed : List.of(accept(), forward())) {
      assertThat(failed.getStatus().getCode()).isEqualTo(STATUS_CODE_ERROR);
      assertThat(attributes(failed))
          .containsEntry("error.type", "cut")
          .containsEntry("http.response.status_code", "200");
    }
  }

  @Test
  void a_client_that_leaves_is_no_error_of_the_gateway() throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      String head =
          "GET /silent HTTP/1.1\r\nHost: h\r\nX-API-Key: "
              + key.reveal()
              + "\r\ntraceparent: 00-"
              + traceId
              + '-'
              + PARENT
              + "-01\r\n\r\n";
      socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      Awaiting.until("the upstream has it", () -> SILENT.connections.get() == 1);
    }
    assertThat(accept().getStatus().getCode()).isEqualTo(STATUS_CODE_UNSET);
    assertThat(attributes(accept()))
        .containsEntry("tollgate.outcome", "left")
        .doesNotContainKeys("http.response.status_code", "error.type");
    assertThat(attributes(forward()))
        .containsEntry("error.type", "left")
        .doesNotContainKey("http.response.status_code");
  }

  /** Whatever else was sent before counts as well. */
  @Test
  void no_key_no_query_and_no_path_is_in_any_byte_that_is_sent() {
    edge.send(
        traced("/api/a-path?token=hidden", "01")
            .header("Authorization", "Bearer " + key.reveal())
            .header("tracestate", "vendor=a-state")
            .header("Cookie", "session=a-cookie"));
    accept();
    assertThat(collector.bytes())
        .contains("tollgate.outcome", "/v1/traces")
        .doesNotContain(key.reveal(), "hidden", "a-path", "a-state", "a-cookie");
  }
}
