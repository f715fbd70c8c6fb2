package io.tollgate.wire;

import static io.tollgate.wire.Heads.request;
import static io.tollgate.wire.Heads.requestWith;
import static io.tollgate.wire.Heads.response;
import static io.tollgate.wire.Heads.written;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RebuildTest {
  private static final String TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private static List<String> linesOf(HeadBuffer out) {
    String text = written(out);
    assertThat(text)
        .satisfiesAnyOf(t -> assertThat(t).isEmpty(), t -> assertThat(t).endsWith("\n"));
    return text.isEmpty() ? List.of() : List.of(text.split("\r\n", -1)).subList(0, lineCount(text));
  }

  private static int lineCount(String text) {
    return text.length() - text.replace("\n", "").length();
  }

  private static List<String> copied(RequestHead head, boolean authorization, boolean apiKey) {
    var out = new HeadBuffer();
    Rebuild.copyRequest(head, out, authorization, apiKey);
    return linesOf(out);
  }

  private static List<String> copied(String... fields) {
    return copied(requestWith(fields), true, true);
  }

  private static List<String> copied(ResponseHead head) {
    var out = new HeadBuffer();
    Rebuild.copyResponse(head, out);
    return linesOf(out);
  }

  private static List<String> framed(RequestHead head) {
    var out = new HeadBuffer();
    Rebuild.frameRequest(head, out);
    return linesOf(out);
  }

  private static List<String> framed(ResponseHead head, boolean toHttp10) {
    var out = new HeadBuffer();
    Rebuild.frameResponse(head, out, toHttp10);
    return linesOf(out);
  }

  /** Fuzzing finds nothing of a field that what it compares with has never heard of. */
  @ParameterizedTest
  @EnumSource(Field.class)
  void each_field_goes_on_or_not_as_is_written_down_once_more(Field field) {
    int compared = 0;
    for (String name : List.of(field.lowerName(), field.lowerName().replace('-', '_'))) {
      String asked = Heads.lines("GET / HTTP/1.0", name + ": x");
      RequestHead request = Heads.requestPad();
      if (Heads.parse(request, asked) == null) {
        compared++;
        assertThat(copied(request, false, false)).isEqualTo(Passing.ofRequest(asked, Set.of()));
      }
      String answered = Heads.lines("HTTP/1.1 200 OK", name + ": x");
      ResponseHead response = Heads.responsePad();
      if (Heads.parse(response, answered) == null) {
        compared++;
        assertThat(copied(response)).isEqualTo(Passing.ofResponse(answered));
      }
    }
    // What frames a message is refused with such a value, and so are its aliases.
    assertThat(compared > 0 || field.isFraming()).isTrue();
  }

  @Test
  void what_is_end_to_end_passes_in_its_order_and_spelling() {
    assertThat(
            copied("Accept:*/*", "COOKIE:  a=b ", "X-Y:", "cookie: c", "Via: 1.0 v", "X_Z: \u00e9"))
        .containsExactly(
            "Accept: */*", "COOKIE: a=b", "X-Y: ", "cookie: c", "Via: 1.0 v", "X_Z: \u00e9");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Connection: z",
        "Content-Length: 5",
        "Transfer-Encoding: chunked",
        "Expect: 100-continue",
        "Keep-Alive: timeout=5",
        "TE: trailers",
        "Trailer: x",
        "Upgrade: websocket",
        "HTTP2-Settings: x",
        "Proxy: x",
        "Proxy-Connection: close",
        "Proxy-Authenticate: x",
        "Proxy-Authorization: x"
      })
  void what_is_between_two_hops_ends_here(String field) {
    assertThat(copied(field, "X: y")).containsExactly("X: y");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Tollgate-Key-Id: x",
        "TOLLGATE_SUBJECT: x",
        "tollgate: x",
        "Forwarded: for=x",
        "X-Forwarded-For: x",
        "X_Forwarded_For: x",
        "X-Forwarded-Proto: x",
        "X-Forwarded-Anything: x",
        "X-Real-IP: x",
        "True-Client-IP: x",
        "X-Client-IP: x",
        "X-Cluster-Client-IP: x",
        "X-HTTP-Method: DELETE",
        "X-HTTP-Method-Override: DELETE",
        "X-Method-Override: DELETE",
        "X-Original-URL: /admin",
        "X.Rewrite.URL: /admin"
      })
  void what_would_have_the_upstream_believe_the_client_ends_here(String field) {
    assertThat(copied(field, "X: y")).containsExactly("X: y");
  }

  @Test
  void what_the_connection_nominates_ends_here() {
    assertThat(copied("Connection: x-a, X-B", "X-A: 1", "x-b: 2", "X-C: 3", "X_A: 4"))
        .containsExactly("X-C: 3", "X_A: 4");
  }

  @Test
  void a_credential_passes_only_where_the_route_does_not_read_it() {
    RequestHead head = requestWith("Authorization: Bearer k", "X-API-Key: k", "X: y");
    assertThat(copied(head, false, false))
        .containsExactly("Authorization: Bearer k", "X-API-Key: k", "X: y");
    assertThat(copied(head, true, false)).containsExactly("X-API-Key: k", "X: y");
    assertThat(copied(head, false, true)).containsExactly("Authorization: Bearer k", "X: y");
    assertThat(copied(head, true, true)).containsExactly("X: y");
  }

  @Test
  void a_credential_in_another_spelling_never_passes() {
    assertThat(copied(requestWith("X_API_KEY: k", "x.api.key: k", "X-Api_Key: k"), false, false))
        .isEmpty();
  }

  @Test
  void a_nominated_credential_does_not_pass() {
    RequestHead head = requestWith("Connection: authorization", "Authorization: Bearer k", "X: y");
    assertThat(copied(head, false, false)).containsExactly("X: y");
  }

  @Test
  void a_well_formed_trace_passes_whole() {
    assertThat(copied("Tracestate: a=b", "Traceparent: " + TRACE, "tracestate: c=d"))
        .containsExactly("Tracestate: a=b", "Traceparent: " + TRACE, "tracestate: c=d");
  }

  @Test
  void of_a_trace_that_the_edge_is_part_of_the_state_alone_passes() {
    RequestHead head =
        request("GET / HTTP/1.1", "Host: a", "Traceparent: " + TRACE, "Tracestate: a=b", "X: y");
    head.replaceTrace();
    assertThat(copied(head, false, false)).containsExactly("Tracestate: a=b", "X: y");
  }

  @Test
  void a_pad_forgets_that_the_trace_of_the_request_before_was_replaced() {
    RequestHead pad = Heads.requestPad();
    pad.replaceTrace();
    String next = Heads.lines("GET / HTTP/1.1", "Host: a", "Traceparent: " + TRACE);
    assertThat(Heads.parse(pad, next)).isNull();
    assertThat(copied(pad, false, false)).containsExactly("Traceparent: " + TRACE);
  }

  @Test
  void any_other_trace_is_dropped_whole() {
    assertThat(copied("Traceparent: 00-x", "Tracestate: a=b", "X: y")).containsExactly("X: y");
    assertThat(copied("Tracestate: a=b", "X: y")).containsExactly("X: y");
    assertThat(copied("Traceparent: " + TRACE, "Traceparent: " + TRACE, "X: y"))
        .containsExactly("X: y");
  }

  @Test
  void a_request_is_framed_as_it_came_in_our_own_words() {
    String line = "POST / HTTP/1.1";
    assertThat(framed(request(line, "Host: a"))).isEmpty();
    assertThat(framed(request(line, "Host: a", "content-LENGTH: 007")))
        .containsExactly("content-length: 7");
    assertThat(framed(request(line, "Host: a", "Content-Length: 0")))
        .containsExactly("content-length: 0");
    assertThat(framed(request(line, "Host: a", "Transfer-Encoding: CHUNKED")))
        .containsExactly("transfer-encoding: chunked");
  }

  @Test
  void of_a_response_passes_what_is_end_to_end_and_not_ours() {
    ResponseHead head =
        response(
            "HTTP/1.1 200 OK",
            "Content-Type: a/b",
            "Connection: X-A",
            "x-a: 1",
            "Keep-Alive: timeout=5",
            "Tollgate-Key-Id: forged",
            "tollgate_request_id: forged",
            "Transfer-Encoding: chunked",
            "Trailer: x",
            "Upgrade: h2c",
            "Proxy-Authenticate: x",
            "Set-Cookie: a",
            "set-cookie: b");
    assertThat(copied(head)).containsExactly("Content-Type: a/b", "Set-Cookie: a", "set-cookie: b");
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP/1.1 200 OK, Content-Length: 007, content-length: 7, content-length: 7",
    "HTTP/1.1 200 OK, Content-Length: 0, content-length: 0, content-length: 0",
    "HTTP/1.1 200 OK, Transfer-Encoding: chunked, transfer-encoding: chunked, ",
    "HTTP/1.1 200 OK, X: y, transfer-encoding: chunked, ",
    "HTTP/1.0 200 OK, X: y, transfer-encoding: chunked, ",
    "HTTP/1.1 204 None, Content-Length: 5, , ",
    "HTTP/1.1 204 None, Transfer-Encoding: chunked, , ",
    "HTTP/1.1 304 Same, Content-Length: 5, content-length: 5, content-length: 5",
    "HTTP/1.1 304 Same, X: y, , "
  })
  void a_response_is_framed_anew_for_who_reads_it(
      String line, String field, String toHttp11, String toHttp10) {
    ResponseHead head = response(line, field);
    assertThat(framed(head, false)).isEqualTo(toHttp11 == null ? List.of() : List.of(toHttp11));
    assertThat(framed(head, true)).isEqualTo(toHttp10 == null ? List.of() : List.of(toHttp10));
  }

  @ParameterizedTest
  @CsvSource({"Content-Length: 5, content-length: 5", "Transfer-Encoding: chunked, ", "X: y, "})
  void an_answer_to_head_tells_the_length_but_no_chunks(String field, String framing) {
    ResponseHead head = Heads.responsePad();
    head.expect(true);
    assertThat(Heads.parse(head, Heads.lines("HTTP/1.1 200 OK", field))).isNull();
    assertThat(framed(head, false)).isEqualTo(framing == null ? List.of() : List.of(framing));
    assertThat(Rebuild.isChunked(head, false)).isFalse();
  }
}
