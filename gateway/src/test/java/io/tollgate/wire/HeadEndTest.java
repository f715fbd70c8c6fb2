package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class HeadEndTest {
  private static final String HEAD = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";

  private static int find(HeadEnd end, String text) {
    return end.find(Unpooled.wrappedBuffer(Heads.bytes(text)));
  }

  @Test
  void a_head_ends_with_its_first_empty_line() {
    assertThat(find(new HeadEnd(), HEAD)).isEqualTo(HEAD.length());
    assertThat(find(new HeadEnd(), HEAD + HEAD)).isEqualTo(HEAD.length());
    assertThat(find(new HeadEnd(), HEAD + "\r\n")).isEqualTo(HEAD.length());
  }

  @Test
  void one_empty_line_before_it_is_not_its_end() {
    assertThat(find(new HeadEnd(), "\r\n" + HEAD)).isEqualTo(HEAD.length() + 2);
    assertThat(find(new HeadEnd(), "\r\n\r\n" + HEAD)).isEqualTo(4);
  }

  @ParameterizedTest
  @CsvSource({
    "'a\n\nb', 3",
    "'a\r\n\nb', 4",
    "'a\n\r\nb', 4",
    "'a\nb\n\n', 5",
    "'\n\n\n', 3",
    "'\n\na', -1",
    "'a\r\r\n', -1",
    "'a\n\r\r\n', -1",
    "'a\n \n', -1"
  })
  void a_bare_line_feed_ends_a_line_too(String text, int length) {
    assertThat(find(new HeadEnd(), text.replace("\\n", "\n"))).isEqualTo(length);
  }

  @Test
  void it_is_found_alike_however_the_bytes_come_in() {
    for (String text : new String[] {HEAD, "\r\n" + HEAD, "a\n\n", "a\r\n\nb"}) {
      int whole = find(new HeadEnd(), text);
      for (int first = 0; first <= whole; first++) {
        for (int second = first; second <= whole; second++) {
          var end = new HeadEnd();
          assertThat(find(end, text.substring(0, first))).isEqualTo(first == whole ? whole : -1);
          if (first < whole) {
            assertThat(find(end, text.substring(0, second)))
                .isEqualTo(second == whole ? whole : -1);
          }
          if (second < whole) {
            assertThat(find(end, text)).isEqualTo(whole);
          }
        }
      }
    }
  }

  @Test
  void it_is_found_byte_by_byte_in_any_text_where_it_is_found_at_once() {
    var random = new Random(11);
    for (int round = 0; round < 20_000; round++) {
      var text = new StringBuilder();
      for (int i = random.nextInt(12); i >= 0; i--) {
        text.append("\r\na".charAt(random.nextInt(3)));
      }
      int whole = find(new HeadEnd(), text.toString());
      var end = new HeadEnd();
      int dripped = -1;
      for (int length = 0; length <= text.length() && dripped < 0; length++) {
        dripped = find(end, text.substring(0, length));
      }
      assertThat(dripped).as(text.toString()).isEqualTo(whole);
    }
  }

  @Test
  void each_byte_is_looked_at_once() {
    var end = new HeadEnd();
    assertThat(find(end, "GET / HT")).isEqualTo(-1);
    assertThat(end.scanned()).isEqualTo(8);
    // What it has seen may change without its noticing.
    assertThat(find(end, "\r\n\r\n\r\n\r\nTP/1.1\r\n\r\n")).isEqualTo(18);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "G", "GET / HTTP/1.1\r"})
  void it_knows_that_the_first_line_has_not_ended(String text) {
    var end = new HeadEnd();
    find(end, text);
    assertThat(end.isInFirstLine()).isTrue();
    find(end, text + "\nHost");
    assertThat(end.isInFirstLine()).isFalse();
  }

  @Test
  void it_starts_from_the_beginning_when_reset() {
    var end = new HeadEnd();
    assertThat(find(end, "GET / HTTP/1.1\r\nHost: a\r\n")).isEqualTo(-1);
    end.reset();
    assertThat(end.scanned()).isZero();
    assertThat(end.isInFirstLine()).isTrue();
    assertThat(find(end, HEAD)).isEqualTo(HEAD.length());
  }

  @Test
  void what_was_read_of_the_buffer_before_does_not_count() {
    ByteBuf from = Unpooled.wrappedBuffer(Heads.bytes("\r\n\r\n" + HEAD + "rest"));
    from.skipBytes(4);
    assertThat(new HeadEnd().find(from)).isEqualTo(HEAD.length());
    assertThat(from.readerIndex()).isEqualTo(4);
  }
}
