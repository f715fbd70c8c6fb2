package io.tollgate.wire;

import static io.tollgate.wire.Heads.describe;
import static io.tollgate.wire.Heads.lines;
import static io.tollgate.wire.Heads.parse;
import static io.tollgate.wire.Heads.response;
import static io.tollgate.wire.Heads.responseFault;
import static io.tollgate.wire.Heads.responsePad;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseHeadTest {
  private static final String FULL =
      lines(
          "HTTP/1.1 201 Made it",
          "Connection: close, X-One",
          "X-One: 1",
          "Transfer-Encoding: chunked");

  private static String status(ResponseHead head) {
    var out = new HeadBuffer();
    head.writeStatus(out);
    return Heads.written(out);
  }

  private static ResponseHead toHead(String... lines) {
    ResponseHead head = responsePad();
    head.expect(true);
    assertThat(parse(head, lines(lines))).isNull();
    return head;
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP/1.1 200 OK, 200 OK",
    "'HTTP/1.1 200 ', '200 '",
    "HTTP/1.1 200, '200 '",
    "HTTP/1.0 599 Not  so good, 599 Not  so good",
    "HTTP/1.1 100 Continue, 100 Continue",
    "HTTP/1.1 404 caf\u00e9\t!, 404 caf\u00e9\t!"
  })
  void status_and_reason_are_read(String line, String status) {
    assertThat(status(response(line, "X: y"))).isEqualTo(status);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "\r\nHTTP/1.1 200 OK",
        " HTTP/1.1 200 OK",
        "HTTP/1.1",
        "HTTP/1.1 ",
        "HTTP/1.1 20",
        "HTTP/1.1 20 OK",
        "HTTP/1.1 2000 OK",
        "HTTP/1.1 200OK",
        "HTTP/1.1 200\tOK",
        "HTTP/1.1  200 OK",
        "HTTP/1.1\t200 OK",
        "HTTP/1.1 099 OK",
        "HTTP/1.1 600 OK",
        "HTTP/1.1 2x0 OK",
        "HTTP/1.1 -20 OK",
        "HTTP/1.1 +20 OK",
        "HTTP/1.2 200 OK",
        "HTTP/1.x 200 OK",
        "HTTP/2.0 200 OK",
        "HTTP/0.9 200 OK",
        "http/1.1 200 OK",
        "ICY 200 OK",
        "HTTP/1.1 200 O\u0000K",
        "HTTP/1.1 200 O\rK",
        "HTTP/1.1 200 O\nK",
        "HTTP/1.1 200 OK\r",
        "HTTP/1.1 200 OK\n",
        "HTTP/1.1 200 \u007f"
      })
  void a_status_line_of_another_shape_is_refused(String line) {
    assertThat(responseFault(line, "X: y")).isEqualTo(Malformed.STATUS_LINE);
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP/1.1 200 OK, X: y, UNTIL_CLOSE",
    "HTTP/1.0 200 OK, X: y, UNTIL_CLOSE",
    "HTTP/1.1 200 OK, Content-Length: 0, NONE",
    "HTTP/1.1 200 OK, Content-Length: 2, LENGTH",
    "HTTP/1.0 200 OK, Content-Length: 2, LENGTH",
    "HTTP/1.1 200 OK, Transfer-Encoding: chunked, CHUNKED",
    "HTTP/1.1 100 Continue, Content-Length: 2, NONE",
    "HTTP/1.1 204 None, Content-Length: 2, NONE",
    "HTTP/1.1 204 None, Transfer-Encoding: chunked, NONE",
    "HTTP/1.1 304 Same, Content-Length: 2, NONE",
    "HTTP/1.1 304 Same, X: y, NONE",
    "HTTP/1.1 205 Reset, X: y, UNTIL_CLOSE"
  })
  void a_body_ends_as_the_head_says(String line, String field, Framing framing) {
    assertThat(response(line, field).framing()).isEqualTo(framing);
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-Length: 2", "Transfer-Encoding: chunked", "X: y"})
  void an_answer_to_head_has_no_body(String field) {
    ResponseHead head = toHead("HTTP/1.1 200 OK", field);
    assertThat(head.framing()).isEqualTo(Framing.NONE);
    assertThat(head.mayHaveBody()).isFalse();
    assertThat(head.keepsAlive()).isFalse();
  }

  @Test
  void framing_is_as_strict_where_there_is_no_body() {
    ResponseHead head = responsePad();
    head.expect(true);
    assertThat(parse(head, lines("HTTP/1.1 200 OK", "Content-Length: x")))
        .isEqualTo(Malformed.FRAMING);
    assertThat(responseFault("HTTP/1.1 304 Same", "Content-Length: 1", "Content-Length: 1"))
        .isEqualTo(Malformed.FRAMING);
    assertThat(responseFault("HTTP/1.1 204 None", "Transfer-Encoding: gzip"))
        .isEqualTo(Malformed.CODING);
  }

  @ParameterizedTest
  @CsvSource({
    "HTTP/1.1 200 OK, Content-Length: 2, true",
    "HTTP/1.1 200 OK, Transfer-Encoding: chunked, true",
    "HTTP/1.1 200 OK, X: y, false",
    "HTTP/1.0 200 OK, Content-Length: 2, false",
    "HTTP/1.0 200 OK, 'Content-Length: 2\r\nConnection: keep-alive', false",
    "HTTP/1.1 200 OK, 'Content-Length: 2\r\nConnection: close', false",
    "HTTP/1.1 204 None, X: y, true",
    "HTTP/1.1 204 None, Content-Length: 0, false",
    "HTTP/1.1 204 None, Transfer-Encoding: chunked, false",
    "HTTP/1.1 304 Same, X: y, false"
  })
  void a_connection_is_used_again_only_if_it_is_sure_where_the_response_ends(
      String line, String field, boolean kept) {
    assertThat(response(line, field).keepsAlive()).isEqualTo(kept);
  }

  @Test
  void an_interim_response_is_known_by_its_status() {
    assertThat(response("HTTP/1.1 199 Soon", "X: y").isInterim()).isTrue();
    assertThat(response("HTTP/1.1 200 OK", "X: y").isInterim()).isFalse();
  }

  @Test
  void nothing_of_a_message_is_left_for_the_next() {
    String bare = lines("HTTP/1.0 200", "X: y");
    ResponseHead fresh = responsePad();
    assertThat(parse(fresh, bare)).isNull();
    ResponseHead used = responsePad();
    for (int cut = 0; cut <= FULL.length(); cut++) {
      parse(used, FULL.substring(0, cut));
      assertThat(parse(used, bare)).isNull();
      assertThat(describe(used)).isEqualTo(describe(fresh));
    }
  }

  @Test
  void a_head_that_is_cut_off_is_refused_whatever_stood_in_the_pad_before() {
    ResponseHead pad = responsePad();
    for (int cut = 0; cut < FULL.length(); cut++) {
      assertThat(parse(pad, FULL)).isNull();
      assertThat(parse(pad, FULL.substring(0, cut))).as("cut at %d", cut).isNotNull();
    }
  }

  @Test
  void any_byte_in_any_place_is_judged_alike_by_a_used_pad_and_a_new_one() {
    String text = lines("HTTP/1.1 200 OK", "X-Y: z", "Content-Length: 12");
    ResponseHead used = responsePad();
    for (int at = 0; at < text.length(); at++) {
      for (int value = 0; value < 256; value++) {
        String changed = text.substring(0, at) + (char) value + text.substring(at + 1);
        ResponseHead fresh = responsePad();
        Malformed found = parse(fresh, changed);
        assertThat(parse(used, changed)).isEqualTo(found);
        if (found == null) {
          assertThat(describe(used)).isEqualTo(describe(fresh));
        }
      }
    }
  }
}
