package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A response by HTTP/2 means what the same lines by HTTP/1.1 mean, or nothing. */
class Http2ResponseTest {
  private static Http2Headers headers(String... namesAndValues) {
    var headers = new DefaultHttp2Headers(false);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      headers.add(text(namesAndValues[i]), text(namesAndValues[i + 1]));
    }
    return headers;
  }

  private static AsciiString text(String text) {
    return new AsciiString(text.getBytes(StandardCharsets.ISO_8859_1), false);
  }

  private static @Nullable String spelled(boolean last, boolean toHead, String... fields) {
    var out = new HeadBuffer();
    return Http2Response.spellHead(headers(fields), last, toHead, out) ? Heads.written(out) : null;
  }

  @Test
  void a_body_that_follows_is_framed_as_chunks() {
    assertThat(spelled(false, false, ":status", "200", "x-a", "1"))
        .isEqualTo("HTTP/1.1 200 \r\nx-a: 1\r\ntransfer-encoding: chunked\r\n\r\n");
  }

  @Test
  void a_length_that_is_told_is_the_framing() {
    assertThat(spelled(false, false, ":status", "200", "content-length", "7"))
        .isEqualTo("HTTP/1.1 200 \r\ncontent-length: 7\r\n\r\n");
  }

  @Test
  void nothing_that_follows_is_a_length_of_zero() {
    assertThat(spelled(true, false, ":status", "200"))
        .isEqualTo("HTTP/1.1 200 \r\ncontent-length: 0\r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"100", "103", "204", "304"})
  void what_never_has_a_body_is_not_framed(String status) {
    assertThat(spelled(true, false, ":status", status))
        .isEqualTo("HTTP/1.1 " + status + " \r\n\r\n");
  }

  @Test
  void the_length_of_what_head_asks_about_is_not_made_up() {
    assertThat(spelled(true, true, ":status", "200")).isEqualTo("HTTP/1.1 200 \r\n\r\n");
  }

  @Test
  void the_pad_of_http1_reads_what_was_spelled() {
    var out = new HeadBuffer();
    var head = new ResponseHead(10);
    assertThat(Http2Response.spellHead(headers(":status", "404", "a", "b"), false, false, out))
        .isTrue();
    assertThat(head.parse(out)).isNull();
    assertThat(head.status()).isEqualTo(404);
    assertThat(head.framing()).isEqualTo(Framing.CHUNKED);
    assertThat(head.fieldCount()).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "x-a=1",
        ":status=20",
        ":status=2000",
        ":status=2x0",
        ":status=",
        ":status=200|:status=200",
        ":status=200|:path=/",
        ":status=200|=1",
        ":status=200|X=1",
        ":status=200|x y=1",
        ":status=200|x:y=1",
        ":status=200|x\r\ny=1",
        ":status=200|x=\r",
        ":status=200|x=\n",
        ":status=200|x=\0",
        ":status=200|connection=x",
        ":status=200|keep-alive=x",
        ":status=200|proxy-connection=x",
        ":status=200|transfer-encoding=chunked",
        ":status=200|upgrade=x"
      })
  void what_http2_forbids_is_no_head(String fields) {
    assertThat(spelled(false, false, fields.split("[|=]", -1))).isNull();
  }

  @Test
  void spaces_around_a_value_are_no_part_of_it() {
    assertThat(spelled(false, false, ":status", "200", "x", " y z\t", "grpc-message", " "))
        .contains("x: y z\r\ngrpc-message: \r\n");
    var out = new HeadBuffer();
    assertThat(Http2Response.spellTrailers(headers("grpc-message", "nobody: "), out)).isTrue();
    assertThat(Heads.written(out)).endsWith("\r\ngrpc-message: nobody:\r\n\r\n");
  }

  @Test
  void bytes_beyond_ascii_stay_as_they_are() {
    assertThat(spelled(false, false, ":status", "200", "x", "\u00e4 \t!"))
        .contains("x: \u00e4 \t!\r\n");
  }

  @Test
  void trailers_are_whole_lines() {
    var out = new HeadBuffer();
    assertThat(Http2Response.spellTrailers(headers("grpc-status", "0", "a", ""), out)).isTrue();
    assertThat(Heads.written(out)).endsWith(" \r\ngrpc-status: 0\r\na: \r\n\r\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {":status=200", "A=1", "a=\n", "transfer-encoding=chunked"})
  void trailers_are_held_to_the_same_rules(String field) {
    assertThat(Http2Response.spellTrailers(headers(field.split("=", -1)), new HeadBuffer()))
        .isFalse();
  }
}
