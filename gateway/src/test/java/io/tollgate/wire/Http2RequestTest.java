package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A head of ours goes out by HTTP/2 with nothing lost and nothing of HTTP/1.1 left. */
class Http2RequestTest {
  private static List<String> fields(String head, boolean trailers) {
    Http2Headers fields =
        Http2Request.fields(
            Unpooled.copiedBuffer(head, StandardCharsets.ISO_8859_1),
            AsciiString.of("https"),
            trailers);
    List<String> lines = new ArrayList<>();
    fields.forEach(field -> lines.add(field.getKey() + "=" + field.getValue()));
    return lines;
  }

  @Test
  void the_start_line_and_the_host_are_pseudo_headers() {
    String head =
        "PUT /a?b=c HTTP/1.1\r\nhost: up:81\r\nX-One: 1\r\nx-one: 2\r\nempty: \r\n"
            + "transfer-encoding: chunked\r\n\r\n";
    assertThat(fields(head, false))
        .containsExactly(
            ":method=PUT",
            ":scheme=https",
            ":path=/a?b=c",
            ":authority=up:81",
            "x-one=1",
            "x-one=2",
            "empty=");
  }

  @Test
  void trailers_are_asked_for_where_the_client_does() {
    assertThat(fields("GET / HTTP/1.1\r\nhost: up\r\n\r\n", true)).contains("te=trailers");
  }

  @ParameterizedTest
  @ValueSource(strings = {"trailers", "Trailers", "gzip;q=0.5, trailers"})
  void a_client_says_that_it_takes_trailers(String te) {
    assertThat(Http2Request.takesTrailers(asking(te))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gzip", "xtrailers", "trailers;q=1", ""})
  void nothing_else_says_so(String te) {
    assertThat(Http2Request.takesTrailers(asking(te))).isFalse();
  }

  private static RequestHead asking(String te) {
    return Heads.requestWith("TE: " + te);
  }

  @Test
  void secrets_are_kept_out_of_tables() {
    assertThat(Http2Request.isSecret("authorization")).isTrue();
    assertThat(Http2Request.isSecret("tollgate-principal")).isTrue();
    assertThat(Http2Request.isSecret("accept")).isFalse();
  }
}
