package io.tollgate.wire;

import static io.tollgate.wire.Heads.fields;
import static io.tollgate.wire.Heads.request;
import static io.tollgate.wire.Heads.requestFault;
import static io.tollgate.wire.Heads.requestWith;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Fields and framing, as requests and responses have them alike. */
class HeadTest {
  private static String[] post(String... fields) {
    return new String[] {"POST / HTTP/1.1", "Host: a", String.join("\r\n", fields)};
  }

  @Test
  void fields_are_read_in_their_order_without_the_space_around_their_values() {
    RequestHead head =
        requestWith("A:b", "C: d", "E:\t f g \t", "H:", "I:   ", "j:\u00e9\u00ff", "A: b2");
    assertThat(fields(head))
        .containsExactly(
            "Host: a", "A: b", "C: d", "E: f g", "H: ", "I: ", "j: \u00e9\u00ff", "A: b2");
  }

  @Test
  void every_byte_that_may_stand_in_a_name_does() {
    String name = "!#$%&'*+-.^_`|~09azAZ";
    assertThat(fields(requestWith(name + ": x"))).contains(name + ": x");
  }

  @Test
  void no_other_byte_may_stand_in_a_name() {
    String allowed = "!#$%&'*+-.^_`|~:";
    for (int c = 0; c < 256; c++) {
      if (!allowed.contains(Character.toString(c)) && !isAlphanumeric(c)) {
        assertThat(requestFault(post("X" + (char) c + "Y: z")))
            .as("byte %02x", c)
            .isEqualTo(Malformed.FIELD);
      }
    }
  }

  private static boolean isAlphanumeric(int c) {
    return c < 0x80 && Character.isLetterOrDigit(c);
  }

  @Test
  void no_control_byte_but_a_tab_may_stand_in_a_value() {
    for (int c = 0; c < 256; c++) {
      boolean control = (c < ' ' && c != '\t') || c == 0x7f;
      assertThat(requestFault(post("X: y" + (char) c + "z")))
          .as("byte %02x", c)
          .isEqualTo(control ? Malformed.FIELD : null);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "X",
        ":",
        ": y",
        "X : y",
        "X\t: y",
        " X: y",
        "\tX: y",
        "X: y\r\n z",
        "X: y\r\n\tz",
        "X: y\nZ: z",
        "X: y\rZ: z",
        "X: y\r",
        "X: y\r\r",
        "X: y\u0000",
        "X Y: z",
        "X\u00e9: z",
        "(X): y"
      })
  void a_field_of_another_shape_is_refused(String field) {
    assertThat(requestFault(post(field))).isEqualTo(Malformed.FIELD);
    assertThat(requestFault(post(field, "A: b"))).isEqualTo(Malformed.FIELD);
  }

  @Test
  void what_ends_before_the_last_byte_is_refused() {
    assertThat(requestFault("GET / HTTP/1.1", "Host: a", "", "X: y")).isEqualTo(Malformed.FIELD);
    assertThat(Heads.parse(Heads.requestPad(), "GET / HTTP/1.1\r\nHost: a\r\n\n"))
        .isEqualTo(Malformed.FIELD);
  }

  @ParameterizedTest
  @CsvSource({"0, 0", "1, 1", "007, 7", "999999999999999999, 999999999999999999"})
  void a_length_is_decimal_digits(String text, long length) {
    RequestHead head = request(post("Content-Length: " + text));
    assertThat(head.contentLength()).isEqualTo(length);
    assertThat(head.framing()).isEqualTo(length == 0 ? Framing.NONE : Framing.LENGTH);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "+1",
        "-1",
        "1,1",
        "1, 1",
        "1 1",
        "0x1",
        "1.0",
        "1e0",
        "\"1\"",
        "1;",
        "\u00b2",
        "1000000000000000000",
        "9223372036854775808",
        "18446744073709551617",
        "00000000000000000001"
      })
  void nothing_else_is_a_length(String text) {
    assertThat(requestFault(post("Content-Length: " + text))).isEqualTo(Malformed.FRAMING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length:\t1",
        "Content-Length: 1\t",
        "Content-Length: 1 ",
        "Transfer-Encoding:\tchunked",
        "Transfer-Encoding: chunked\t",
        "Transfer-Encoding: chunked ",
        "Content-Length: 1\r\nContent-Length: 1",
        "Content-Length: 1\r\nContent-Length: 2",
        "Content-Length: 1\r\nTransfer-Encoding: chunked",
        "Transfer-Encoding: chunked\r\nContent-Length: 0",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked"
      })
  void framing_that_could_be_read_in_two_ways_is_refused(String fields) {
    assertThat(requestFault(post(fields))).isEqualTo(Malformed.FRAMING);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "gzip",
        "gzip, chunked",
        "chunked, gzip",
        "chunked,",
        ",chunked",
        "xchunked",
        "chunke",
        "chunked;q=1",
        "\"chunked\"",
        "identity",
        "chunked, chunked"
      })
  void a_coding_that_is_not_chunked_alone_is_refused_as_unknown(String coding) {
    assertThat(requestFault(post("Transfer-Encoding: " + coding))).isEqualTo(Malformed.CODING);
  }

  @Test
  void chunked_is_known_in_letters_of_either_case_and_not_by_http_1_0() {
    assertThat(request(post("transfer-ENCODING: chunKED")).framing()).isEqualTo(Framing.CHUNKED);
    assertThat(requestFault("POST / HTTP/1.0", "Transfer-Encoding: chunked"))
        .isEqualTo(Malformed.FRAMING);
  }

  @Test
  void an_alias_of_framing_frames_nothing() {
    RequestHead head = request(post("Content_Length: 5", "Transfer.Encoding: chunked"));
    assertThat(head.framing()).isEqualTo(Framing.NONE);
    assertThat(head.contentLength()).isEqualTo(-1);
  }

  @Test
  void options_of_the_connection_are_read_from_all_its_fields_and_nominate_regardless_of_case() {
    RequestHead head =
        requestWith(
            "Connection: x-one, ,\tX-TWO\t,,keep-alive",
            "connection: x-three",
            "Connection:",
            "X-One: 1",
            "x-Two: 2",
            "X-THREE: 3",
            "X-Four: 4",
            "X_One: 5");
    assertThat(head.isKeepAlive()).isTrue();
    assertThat(head.isClose()).isFalse();
    assertThat(
            IntStream.range(0, head.fieldCount())
                .filter(head::isNominated)
                .mapToObj(i -> head.value(i)))
        .containsExactly("1", "2", "3");
  }

  @ParameterizedTest
  @ValueSource(strings = {"a b", "a;b", "\"a\"", "a, b c", "a,(b)", "a\u00e9"})
  void options_that_are_no_list_of_names_are_refused(String options) {
    assertThat(requestFault(post("Connection: " + options))).isEqualTo(Malformed.FIELD);
  }

  @Test
  void more_options_than_anybody_needs_are_refused() {
    String most = IntStream.range(0, 32).mapToObj(i -> "o" + i).collect(Collectors.joining(","));
    assertThat(requestFault(post("Connection: " + most, "Connection: close"))).isNull();
    assertThat(requestFault(post("Connection: " + most, "Connection: o32")))
        .isEqualTo(Malformed.FIELD);
  }

  @Test
  void the_first_field_of_a_kind_is_found() {
    RequestHead head = requestWith("X: y", "Origin: 1", "origin: 2");
    assertThat(head.indexOf(Field.ORIGIN)).isEqualTo(2);
    assertThat(head.indexOf(Field.TE)).isEqualTo(-1);
  }
}
