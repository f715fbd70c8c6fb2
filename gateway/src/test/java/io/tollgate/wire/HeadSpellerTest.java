package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** How the fields of an HTTP/2 request become the one head that is read. */
class HeadSpellerTest {
  private final HeadSpeller speller = new HeadSpeller();

  private HeadSpeller fields(String... namesAndValues) {
    speller.begin();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      byte[] name = namesAndValues[i].getBytes(StandardCharsets.ISO_8859_1);
      byte[] value = namesAndValues[i + 1].getBytes(StandardCharsets.ISO_8859_1);
      speller.add(name, 0, name.length, value, 0, value.length);
    }
    return speller;
  }

  private static String text(HeadSpeller spelled, boolean bodyFollows) {
    HeadBuffer head = spelled.end(bodyFollows);
    return head == null
        ? "malformed"
        : new String(head.bytes(), 0, head.length(), StandardCharsets.ISO_8859_1);
  }

  @Test
  void a_request_is_spelled_line_by_line() {
    HeadSpeller spelled =
        fields(
            ":path",
            "/a?b",
            ":scheme",
            "https",
            ":authority",
            "t:1",
            ":method",
            "GET",
            "accept",
            "*/*",
            "cookie",
            "a=1",
            "te",
            "trailers",
            "cookie",
            "b=2");
    assertThat(text(spelled, false))
        .isEqualTo(
            "GET /a?b HTTP/1.1\r\nhost: t:1\r\naccept: */*\r\nte: trailers\r\n"
                + "cookie: a=1; b=2\r\n\r\n");
    assertThat(spelled.fieldCount()).isEqualTo(4);
  }

  @Test
  void a_body_of_unknown_length_comes_in_chunks() {
    String[] head = {":method", "POST", ":scheme", "http", ":path", "/", ":authority", "t"};
    assertThat(text(fields(head), true)).contains("transfer-encoding: chunked\r\n");
    assertThat(speller.fieldCount()).isEqualTo(2);
    String[] counted = {
      ":method", "POST", ":scheme", "http", ":path", "/", ":authority", "t", "content-length", "5"
    };
    assertThat(text(fields(counted), true)).doesNotContain("transfer-encoding");
  }

  @Test
  void host_stands_for_an_authority_that_is_not_named_and_may_repeat_it() {
    String[] alone = {":method", "GET", ":scheme", "http", ":path", "/", "host", "t"};
    assertThat(text(fields(alone), false)).isEqualTo("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
    String[] both = {
      ":method", "GET", ":scheme", "http", ":path", "/", ":authority", "t", "host", "T"
    };
    assertThat(text(fields(both), false)).isEqualTo("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
  }

  @Test
  void what_was_malformed_says_nothing_of_the_next() {
    assertThat(text(fields(":method", "GET", "X", "y"), false)).isEqualTo("malformed");
    String[] good = {":method", "GET", ":scheme", "http", ":path", "/", ":authority", "t"};
    assertThat(text(fields(good), false)).isEqualTo("GET / HTTP/1.1\r\nhost: t\r\n\r\n");
  }

  @Test
  void a_call_of_grpc_is_known_by_its_type_alone() {
    assertThat(fields("content-type", "application/grpc", "x", "\0").isGrpc()).isTrue();
    assertThat(fields("content-type", "Application/gRPC+proto").isGrpc()).isTrue();
    assertThat(fields("content-type", "application/grpc; v=1").isGrpc()).isTrue();
    assertThat(fields("content-type", "application/grpc-web").isGrpc()).isFalse();
    assertThat(fields("content-type", "application/grp").isGrpc()).isFalse();
    assertThat(fields("x", "application/grpc").isGrpc()).isFalse();
    assertThat(fields("content-type", "text/a", "content-type", "application/grpc").isGrpc())
        .as("the first counts, as for whoever reads the head")
        .isFalse();
  }

  @Test
  void trailers_have_no_pseudo_header_and_no_host() {
    assertThat(fields("x-sum", "1").isTrailers()).isTrue();
    assertThat(fields(":path", "/").isTrailers()).isFalse();
    assertThat(fields("host", "t").isTrailers()).isFalse();
    assertThat(fields("connection", "close").isTrailers()).isFalse();
  }
}
