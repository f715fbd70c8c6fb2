package io.tollgate.wire;

import static io.tollgate.wire.Heads.describe;
import static io.tollgate.wire.Heads.lines;
import static io.tollgate.wire.Heads.parse;
import static io.tollgate.wire.Heads.request;
import static io.tollgate.wire.Heads.requestFault;
import static io.tollgate.wire.Heads.requestPad;
import static io.tollgate.wire.Heads.requestWith;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestHeadTest {
  private static final String FULL =
      lines(
          "POST /%61/b?c=%2e HTTP/1.1",
          "Host: a.example:8443",
          "Connection: close, X-One",
          "X-One: 1",
          "Expect: 100-continue",
          "Origin: https://o.example",
          "Access-Control-Request-Method: PUT",
          "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
          "Transfer-Encoding: chunked");

  @Test
  void the_request_line_is_read() {
    RequestHead head = request("PUT /a/%7Eb?c=d&e HTTP/1.1", "Host: a");
    assertThat(head.method()).isEqualTo(Method.PUT);
    assertThat(Heads.path(head)).isEqualTo("/a/~b");
    assertThat(Heads.target(head)).isEqualTo("/a/~b?c=d&e");
    assertThat(head.isHttp10()).isFalse();
  }

  @ParameterizedTest
  @EnumSource(Method.class)
  void every_method_that_is_forwarded_is_known(Method method) {
    assertThat(request(method.name() + " / HTTP/1.1", "Host: a").method()).isEqualTo(method);
  }

  @ParameterizedTest
  @ValueSource(strings = {"TRACE", "CONNECT", "get", "GETS", "GE", "PRI", "X-Y", "!"})
  void any_other_method_is_none(String method) {
    assertThat(request(method + " / HTTP/1.1", "Host: a").method()).isNull();
  }

  @Test
  void one_empty_line_before_a_request_is_skipped_and_no_second() {
    assertThat(Heads.path(request("", "GET /a HTTP/1.1", "Host: a"))).isEqualTo("/a");
    assertThat(requestFault("", "", "GET /a HTTP/1.1", "Host: a"))
        .isEqualTo(Malformed.REQUEST_LINE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "GET",
        "GET ",
        "GET /",
        "GET / ",
        "GET  / HTTP/1.1",
        "GET /  HTTP/1.1",
        "GET\t/ HTTP/1.1",
        "GET /\tHTTP/1.1",
        "GET / HTTP/1.1 ",
        "GET / HTTP/1.1\t",
        "GET / HTTP/1.1\r",
        "GET / HTTP/1.1\nX: y",
        "GET / HTTP/1.11",
        "GET / HTTP/1.",
        "GET / HTTP/",
        "GET / HTTP/x.1",
        "GET / HTTP 1.1",
        "GET / http/1.1",
        "GET / HTTPS/1.1",
        "GET / a HTTP/1.1",
        "GET /\n HTTP/1.1",
        " GET / HTTP/1.1",
        "G\u0000ET / HTTP/1.1",
        "G(T / HTTP/1.1",
        "G\u00e9T / HTTP/1.1",
        "/ HTTP/1.1",
        "\nGET / HTTP/1.1"
      })
  void a_request_line_of_another_shape_is_refused(String line) {
    assertThat(requestFault(line, "Host: a")).isEqualTo(Malformed.REQUEST_LINE);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"HTTP/0.9", "HTTP/1", "HTTP/1.2", "HTTP/1.9", "HTTP/1.x", "HTTP/2.0", "HTTP/3"})
  void other_versions_are_refused_as_such(String version) {
    assertThat(requestFault("GET / " + version, "Host: a")).isEqualTo(Malformed.VERSION);
  }

  @ParameterizedTest
  @ValueSource(strings = {"*", "a", "http://a/", "//", "/../a", "/a;b", "/a#b", "/\u00e4", "/%2e"})
  void a_target_without_canonical_form_is_refused(String target) {
    assertThat(requestFault("GET " + target + " HTTP/1.1", "Host: a")).isEqualTo(Malformed.TARGET);
  }

  @Test
  void a_request_line_may_be_as_long_as_the_bound_and_no_longer() {
    var head = new RequestHead(32, 1);
    String line = "GET /" + "a".repeat(32 - "GET / HTTP/1.1".length()) + " HTTP/1.1";
    assertThat(parse(head, lines(line, "Host: a"))).isNull();
    assertThat(parse(head, lines("PUT" + line.substring(3), "Host: a"))).isNull();
    assertThat(parse(head, lines("HEAD" + line.substring(3), "Host: a")))
        .isEqualTo(Malformed.REQUEST_LINE_TOO_LONG);
  }

  @Test
  void http_1_1_has_one_host_and_http_1_0_one_at_most() {
    assertThat(requestFault("GET / HTTP/1.1", "X: y")).isEqualTo(Malformed.HOST);
    assertThat(requestFault("GET / HTTP/1.1", "Host: a", "Host: a")).isEqualTo(Malformed.HOST);
    assertThat(requestFault("GET / HTTP/1.0", "Host: a", "host: b")).isEqualTo(Malformed.HOST);
    assertThat(request("GET / HTTP/1.0", "X: y").hostField()).isEqualTo(-1);
    assertThat(request("GET / HTTP/1.1", "X: y", "hOsT: a").hostField()).isEqualTo(1);
  }

  @Test
  void a_host_in_another_spelling_is_none() {
    assertThat(requestFault("GET / HTTP/1.1", "H-ost: a")).isEqualTo(Malformed.HOST);
    assertThat(requestFault("GET / HTTP/1.1", "Host: a/b")).isEqualTo(Malformed.HOST);
    assertThat(requestFault("GET / HTTP/1.1", "Host:")).isEqualTo(Malformed.HOST);
  }

  @Test
  void an_expectation_is_100_continue_or_refused() {
    assertThat(requestWith("Expect: 100-Continue").expectsContinue()).isTrue();
    assertThat(request("GET / HTTP/1.0", "Expect: 100-continue").expectsContinue()).isFalse();
    assertThat(requestFault("GET / HTTP/1.1", "Host: a", "Expect: 200-ok"))
        .isEqualTo(Malformed.EXPECTATION);
    assertThat(
            requestFault(
                "GET / HTTP/1.1", "Host: a", "Expect: 100-continue", "Expect: 100-continue"))
        .isEqualTo(Malformed.EXPECTATION);
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP/1.1, X: y, true",
    "HTTP/1.1, Connection: close, false",
    "HTTP/1.1, Connection: CLOSE, false",
    "HTTP/1.1, 'Connection: keep-alive, close', false",
    "HTTP/1.1, Connection: closed, true",
    "HTTP/1.0, X: y, false",
    "HTTP/1.0, Connection: keep-alive, false"
  })
  void a_connection_is_kept_by_http_1_1_that_does_not_say_close(
      String version, String field, boolean kept) {
    assertThat(request("GET / " + version, "Host: a", field).keepsAlive()).isEqualTo(kept);
  }

  @Test
  void a_preflight_is_an_options_request_without_a_body_that_says_who_asks_for_what() {
    String[] asks = {"Host: a", "Origin: o", "Access-Control-Request-Method: PUT"};
    String fields = String.join("\r\n", asks);
    assertThat(request("OPTIONS / HTTP/1.1", fields).isPreflight()).isTrue();
    assertThat(request("OPTIONS / HTTP/1.1", fields, "Content-Length: 0").isPreflight()).isTrue();
    assertThat(request("OPTIONS / HTTP/1.1", fields, "Content-Length: 1").isPreflight()).isFalse();
    assertThat(request("GET / HTTP/1.1", fields).isPreflight()).isFalse();
    assertThat(request("OPTIONS / HTTP/1.1", asks[0], asks[1]).isPreflight()).isFalse();
    assertThat(request("OPTIONS / HTTP/1.1", asks[0], asks[2]).isPreflight()).isFalse();
  }

  @Test
  void nothing_of_a_message_is_left_for_the_next() {
    String bare = lines("GET /x HTTP/1.0");
    RequestHead fresh = requestPad();
    assertThat(parse(fresh, bare)).isNull();
    RequestHead used = requestPad();
    assertThat(parse(used, FULL)).isNull();
    assertThat(parse(used, bare)).isNull();
    assertThat(describe(used)).isEqualTo(describe(fresh));
  }

  @Test
  void nothing_of_a_message_is_left_in_a_pad_that_was_cleared() {
    RequestHead used = requestPad();
    assertThat(parse(used, FULL)).isNull();
    used.clear();
    assertThat(describe(used)).isEqualTo(describe(requestPad()));
  }

  @Test
  void nothing_of_a_refused_message_is_left_for_the_next() {
    RequestHead fresh = requestPad();
    assertThat(parse(fresh, FULL)).isNull();
    RequestHead used = requestPad();
    for (int cut = 0; cut < FULL.length(); cut++) {
      parse(used, FULL.substring(0, cut) + "\u0000\r\n\r\n");
      assertThat(parse(used, FULL)).isNull();
      assertThat(describe(used)).isEqualTo(describe(fresh));
    }
  }

  @Test
  void a_head_that_is_cut_off_is_refused_whatever_stood_in_the_pad_before() {
    RequestHead pad = requestPad();
    for (int cut = 0; cut < FULL.length(); cut++) {
      assertThat(parse(pad, FULL)).isNull();
      assertThat(parse(pad, FULL.substring(0, cut))).as("cut at %d", cut).isNotNull();
    }
  }

  @Test
  void any_byte_in_any_place_is_judged_alike_by_a_used_pad_and_a_new_one() {
    String text = lines("POST /a?b HTTP/1.1", "Host: a", "X-Y: z", "Content-Length: 12");
    RequestHead used = requestPad();
    for (int at = 0; at < text.length(); at++) {
      for (int value = 0; value < 256; value++) {
        String changed = text.substring(0, at) + (char) value + text.substring(at + 1);
        RequestHead fresh = requestPad();
        Malformed found = parse(fresh, changed);
        assertThat(parse(used, changed)).isEqualTo(found);
        if (found == null) {
          assertThat(describe(used)).isEqualTo(describe(fresh));
        }
      }
    }
  }

  @Test
  void the_pad_grows_with_its_head() {
    RequestHead pad = requestPad();
    for (int length : IntStream.rangeClosed(1000, 1040).toArray()) {
      String value = "v".repeat(length);
      assertThat(parse(pad, lines("GET / HTTP/1.1", "Host: a", "X: " + value))).isNull();
      assertThat(pad.value(1)).isEqualTo(value);
    }
    assertThat(pad.isSmall()).isTrue();
    String large = "v".repeat(100_000);
    assertThat(parse(pad, lines("GET / HTTP/1.1", "Host: a", "X: " + large))).isNull();
    assertThat(pad.value(1)).isEqualTo(large);
    assertThat(pad.isSmall()).isFalse();
  }

  @Test
  void there_may_be_as_many_fields_as_the_bound_and_no_more() {
    String[] fields =
        IntStream.range(0, Heads.FIELDS_MAX - 1)
            .mapToObj(i -> "X-" + i + ": " + i)
            .toArray(String[]::new);
    RequestHead head = requestWith(fields);
    for (int i = 1; i < Heads.FIELDS_MAX; i++) {
      assertThat(Heads.name(head, i)).isEqualTo("X-" + (i - 1));
      assertThat(head.value(i)).isEqualTo(Objects.toString(i - 1));
      assertThat(head.field(i)).isEqualTo(Field.OTHER);
    }
    String more = String.join("\r\n", fields) + "\r\nY: z";
    assertThat(requestFault("GET / HTTP/1.1", "Host: a", more))
        .isEqualTo(Malformed.TOO_MANY_FIELDS);
  }
}
