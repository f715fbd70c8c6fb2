package io.tollgate.wire;

import static io.tollgate.wire.Heads.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tollgate.wire.Bodies.Outcome;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class BodyReaderTest {
  private static Outcome chunks(String text) {
    return Bodies.read(Bodies.CHUNKED, bytes(text));
  }

  @Test
  void a_message_without_a_body_is_done_at_once() {
    Outcome outcome = Bodies.read(Heads.requestWith("X: y"), bytes("GET /"));
    assertThat(outcome).isEqualTo(new Outcome("", true, false, 0));
  }

  @ParameterizedTest
  @CsvSource({"5, hello, true, 5", "5, helloGET, true, 5", "5, hell, false, 4"})
  void a_length_is_counted_and_what_follows_stays(int length, String text, boolean done, int read) {
    Outcome outcome = Bodies.read(Bodies.ofLength(length), bytes(text));
    assertThat(outcome).isEqualTo(new Outcome(text.substring(0, read), done, false, read));
  }

  @Test
  void the_longest_length_is_counted_too() {
    Outcome outcome = Bodies.read(Bodies.ofLength(999_999_999_999_999_999L), bytes("hello"));
    assertThat(outcome).isEqualTo(new Outcome("hello", false, false, 5));
  }

  @Test
  void without_a_length_a_response_ends_with_the_connection() {
    var reader = new BodyReader();
    reader.begin(Heads.response("HTTP/1.1 200 OK", "X: y"));
    assertThat(Bodies.read(reader, bytes("hello")))
        .isEqualTo(new Outcome("hello", false, false, 5));
    reader.endByClose();
    assertThat(reader.isDone()).isTrue();
  }

  @Test
  void no_other_body_ends_with_the_connection() {
    var reader = new BodyReader();
    reader.begin(Bodies.ofLength(5));
    reader.endByClose();
    assertThat(reader.isDone()).isFalse();
    reader.begin(Bodies.CHUNKED);
    reader.endByClose();
    assertThat(reader.isDone()).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    "'0\r\n\r\n', ''",
    "'5\r\nhello\r\n0\r\n\r\n', hello",
    "'5\r\nhello\r\n1\r\n!\r\n000\r\n\r\n', hello!",
    "'a\r\n0123456789\r\n0\r\n\r\n', 0123456789",
    "'00000000000000A\r\n0123456789\r\n000000000000000\r\n\r\n', 0123456789",
    "'2;x\r\nok\r\n0;y=z\r\n\r\n', ok",
    "'2;x=\"a; b\";y\r\nok\r\n0\r\n\r\n', ok",
    "'2;x;y=z;a=\"\"\r\nok\r\n0\r\n\r\n', ok",
    "'2\r\n\r\n\r\n0\r\n\r\n', '\r\n'",
    "'2\r\nok\r\n0\r\nX: y\r\nZ:\r\n\r\n', ok"
  })
  void chunks_are_read_and_their_framing_is_dropped(String text, String data) {
    assertThat(chunks(text)).isEqualTo(new Outcome(data, true, false, text.length()));
    assertThat(chunks(text + "GET /")).isEqualTo(new Outcome(data, true, false, text.length()));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\r\n",
        "\n",
        ";\r\n",
        "g\r\n",
        "-1\r\n",
        "+1\r\n",
        "0x1\r\n",
        " 1\r\n",
        "1 \r\n",
        "1\t\r\n",
        "1 ;x\r\n",
        "1,\r\n",
        "1\n",
        "1\r\r\n",
        "1\rx",
        "1;x\n",
        "1;x\u0000\r\n",
        "1;x\r\r\n",
        "1;\"x\r\n",
        "1;\"\\\"\r\n",
        "1;\u007f\r\n",
        "1;\u00e9\r\n",
        "1;x=\"\u00e9\"\r\n",
        "1; x\r\n",
        "1;x\t\r\n",
        "1;x,\r\n",
        "1;\r\n",
        "1;;x\r\n",
        "1;x;\r\n",
        "1;=y\r\n",
        "1;x=\r\n",
        "1;x==y\r\n",
        "1;x=y=z\r\n",
        "1;\"x\"\r\n",
        "1;x\"y\"\r\n",
        "1;x=y\"z\"\r\n",
        "1;x=\"y\"z\r\n",
        "1;x=\"y\"\"z\"\r\n",
        "1;x=\"y\r\n",
        "1;x=a/b\r\n",
        "0000000000000001\r\n",
        "10000000000000001\r\n",
        "fffffffffffffffff\r\n",
        "1\r\nabc",
        "1\r\na\n",
        "1\r\na\rb",
        "1\r\na0",
        "1\r\na\r\n\r\n",
        "0\r\n\n",
        "0\r\n\rx",
        "0\r\nX\r\n",
        "0\r\n: y\r\n",
        "0\r\nX : y\r\n",
        "0\r\n X: y\r\n",
        "0\r\nX: y\n",
        "0\r\nX: y\rz",
        "0\r\nX: y\r\n z",
        "0\r\nX: \u0001\r\n"
      })
  void what_another_server_could_read_as_another_chunk_is_malformed(String text) {
    Outcome outcome = chunks(text + "\r\n0\r\n\r\n");
    assertThat(outcome.malformed()).isTrue();
    assertThat(outcome.done()).isFalse();
  }

  @Test
  void the_longest_chunk_is_counted() {
    assertThat(chunks("fffffffffffffff\r\nhello"))
        .isEqualTo(new Outcome("hello", false, false, 22));
  }

  @Test
  void extensions_and_trailers_are_bounded_together_over_all_chunks() {
    String thousand = "x".repeat(1000);
    String chunk = "1;" + thousand + "\r\na\r\n";
    assertThat(chunks(chunk.repeat(4) + "0\r\n" + thousand.substring(0, 90) + ": \r\n\r\n").done())
        .isTrue();
    assertThat(chunks(chunk.repeat(5)).malformed()).isTrue();
    assertThat(chunks(chunk.repeat(4) + "0\r\n" + thousand).malformed()).isTrue();
    assertThat(chunks("0\r\n" + "X: y\r\n".repeat(2000)).malformed()).isTrue();
    assertThat(chunks("0\r\nX: " + "y".repeat(5000)).malformed()).isTrue();
  }

  @Test
  void nothing_is_read_once_a_body_is_malformed() {
    var reader = new BodyReader();
    reader.begin(Bodies.CHUNKED);
    assertThat(Bodies.read(reader, bytes("1\r\nab"))).isEqualTo(new Outcome("a", false, true, 5));
    assertThat(Bodies.read(reader, bytes("\r\n0\r\n\r\n")))
        .isEqualTo(new Outcome("", false, true, 0));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "5\r\nhello\r\n1\r\n!\r\n0\r\n\r\nGET / HTTP/1.1",
        "a;x=\"y\"\r\n0123456789\r\n0\r\nX: y\r\n\r\n",
        "5\r\nhello\r\n1\r\n!!",
        "5\r\nhello\r\nx",
        "5;\"\r\nhello"
      })
  void a_body_is_the_same_wherever_it_is_split(String text) {
    byte[] all = bytes(text);
    Outcome whole = Bodies.read(Bodies.CHUNKED, all);
    assertThat(Bodies.drip(Bodies.CHUNKED, all)).isEqualTo(whole);
    for (int first = 0; first <= all.length; first++) {
      for (int second = first; second <= all.length; second++) {
        assertThat(Bodies.read(Bodies.CHUNKED, all, first, second)).isEqualTo(whole);
      }
    }
  }

  @Test
  void a_counted_body_is_the_same_wherever_it_is_split() {
    byte[] all = bytes("helloGET");
    Outcome whole = Bodies.read(Bodies.ofLength(5), all);
    assertThat(Bodies.drip(Bodies.ofLength(5), all)).isEqualTo(whole);
    for (int split = 0; split <= all.length; split++) {
      assertThat(Bodies.read(Bodies.ofLength(5), all, split)).isEqualTo(whole);
    }
  }

  @Test
  void chunks_bring_as_much_as_is_allowed_and_no_byte_more() {
    var reader = new BodyReader();
    reader.begin(Bodies.CHUNKED);
    reader.allow(6);
    assertThat(Bodies.read(reader, bytes("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n")).done()).isTrue();
    assertThat(reader.isTooLarge()).isFalse();
    reader.begin(Bodies.CHUNKED);
    reader.allow(5);
    Outcome outcome = Bodies.read(reader, bytes("5\r\nhello\r\n1\r\n!\r\n0\r\n\r\n"));
    assertThat(outcome).isEqualTo(new Outcome("hello", false, false, 13));
    assertThat(reader.isTooLarge()).isTrue();
    assertThat(Bodies.read(reader, bytes("!"))).isEqualTo(new Outcome("", false, false, 0));
  }

  @Test
  void a_chunk_that_is_too_large_is_known_before_any_of_it_has_come() {
    var reader = new BodyReader();
    reader.begin(Bodies.CHUNKED);
    reader.allow(100);
    Bodies.read(reader, bytes("fffffffffffffff\r\n"));
    assertThat(reader.isTooLarge()).isTrue();
    reader.begin(Bodies.CHUNKED);
    assertThat(reader.isTooLarge()).isFalse();
    assertThat(Bodies.read(reader, bytes("fffffffffffffff\r\nx")).data()).isEqualTo("x");
  }

  @Test
  void nothing_of_a_body_is_left_for_the_next() {
    String full = "00005;x=\"y\"\r\nhello\r\n0;z\r\nX: y\r\n\r\n";
    var reader = new BodyReader();
    for (int cut = 0; cut <= full.length(); cut++) {
      reader.begin(Bodies.CHUNKED);
      Bodies.read(reader, bytes(full.substring(0, cut) + "\u0000"));
      reader.begin(Bodies.CHUNKED);
      assertThat(Bodies.read(reader, bytes(full)))
          .isEqualTo(new Outcome("hello", true, false, full.length()));
      reader.begin(Bodies.ofLength(1));
      assertThat(Bodies.read(reader, bytes("ab"))).isEqualTo(new Outcome("a", true, false, 1));
    }
  }

  @Test
  void pieces_are_passed_on_without_a_copy_and_outlive_what_they_came_in() {
    var reader = new BodyReader();
    reader.begin(Bodies.CHUNKED);
    ByteBuf from = Unpooled.buffer().writeBytes(bytes("5\r\nhello\r\n"));
    List<ByteBuf> pieces = new ArrayList<>();
    reader.read(from, pieces::add);
    from.setByte(3, 'j');
    assertThat(from.release()).isFalse();
    assertThat(pieces).hasSize(1);
    assertThat(pieces.get(0).readByte()).isEqualTo((byte) 'j');
    assertThat(pieces.get(0).release()).isTrue();
  }
}
