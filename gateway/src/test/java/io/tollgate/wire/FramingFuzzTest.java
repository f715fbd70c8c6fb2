package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tollgate.wire.Bodies.Outcome;
import java.util.Arrays;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class FramingFuzzTest {
  private static final int PIECES_MAX = 8;
  private static final int OVERHEAD_MAX = 4 * 1024;
  private static final Head UNTIL_CLOSE = Heads.response("HTTP/1.1 200 OK", "X: y");

  private static final String TOKEN = "[0-9A-Za-z!#$%&'*+\\-.^_`|~]++";

  /** A chunk's size line (RFC 9112, 7.1), without white space, escapes and higher bytes. */
  private static final Pattern SIZE_LINE =
      Pattern.compile(
          "([0-9A-Fa-f]{1,15})((?:;T(?:=(?:T|\"[\t\\x20-\\x7f&&[^\"\\\\\\x7f]]*+\"))?)*+)\r\n"
              .replace("T", TOKEN));

  private static final Pattern TRAILERS =
      Pattern.compile("(?:[0-9A-Za-z!#$%&'*+\\-.^_`|~]++:[\t\\x20-\\xff&&[^\\x7f]]*+\r\n)*+\r\n");

  /** The first byte says how the body is framed, the second how it is split. */
  static Stream<byte[]> seeds() {
    return Stream.of(
            "005\r\nhello\r\n0\r\n\r\nGET / HTTP/1.1\r\n\r\n",
            "01a;x=\"y;\"\r\n01234567890123456789012345\r\n000\r\nX: y\r\nZ:\r\n\r\n",
            "021\r\na\r\n1;\"\r\n",
            "032\nok\r\n0\r\n\r\n",
            "04fffffffffffffff\r\nhello",
            "050\r\n\r\n",
            "15hello",
            "25hello")
        .map(Heads::bytes);
  }

  @MethodSource("seeds")
  @FuzzTest
  void a_body_is_read_alike_wherever_it_is_split(byte[] bytes) {
    if (bytes.length < 2) {
      return;
    }
    byte[] body = Arrays.copyOfRange(bytes, 2, bytes.length);
    int[] ends = new Random(bytes[1]).ints(PIECES_MAX, 0, body.length + 1).sorted().toArray();
    Head head =
        switch (bytes[0] & 3) {
          case 1 -> Bodies.ofLength(1 + (bytes[1] & 0xff));
          case 2 -> UNTIL_CLOSE;
          default -> Bodies.CHUNKED;
        };
    Outcome whole = Bodies.read(head, body);
    assertThat(Bodies.read(head, body, ends)).isEqualTo(whole);
    assertThat(Bodies.drip(head, body)).isEqualTo(whole);
    assertThat(whole.done() && whole.malformed()).isFalse();
    if (head == Bodies.CHUNKED) {
      judge(Heads.text(body, 0, body.length), whole);
    }
  }

  /** Reads the chunks once more in another way, by patterns. */
  private static void judge(String text, Outcome outcome) {
    var data = new StringBuilder();
    int overhead = 0;
    int at = 0;
    long size = 1;
    while (size > 0) {
      Matcher line = SIZE_LINE.matcher(text).region(at, text.length());
      size = line.lookingAt() ? Long.parseLong(line.group(1), 16) : -1;
      if (size < 0 || size > text.length() - line.end()) {
        assertThat(outcome.done()).isFalse();
        return;
      }
      overhead += line.group(2).length();
      int end = line.end() + (int) size;
      data.append(text, line.end(), end);
      at = end;
      if (size > 0 && !text.startsWith("\r\n", at)) {
        assertThat(outcome.done()).isFalse();
        return;
      }
      at += size > 0 ? 2 : 0;
    }
    Matcher trailers = TRAILERS.matcher(text).region(at, text.length());
    boolean ended = trailers.lookingAt();
    // Line ends are not counted, so that this bound is a little tighter than the reader's.
    boolean small = ended && overhead + trailers.end() - at <= OVERHEAD_MAX;
    assertThat(outcome.done()).isEqualTo(ended && (small || outcome.done()));
    if (outcome.done()) {
      assertThat(outcome).isEqualTo(new Outcome(data.toString(), true, false, trailers.end()));
    }
  }
}
