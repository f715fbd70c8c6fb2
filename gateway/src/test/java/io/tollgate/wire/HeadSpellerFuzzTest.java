package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/** Whatever fields come by HTTP/2, what is spelled of them is read as exactly those fields. */
class HeadSpellerFuzzTest {
  /** Lengths of name and value, and then both, for each field. */
  private static byte[] fields(String... namesAndValues) {
    var all = new StringBuilder();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      all.append((char) namesAndValues[i].length()).append((char) namesAndValues[i + 1].length());
      all.append(namesAndValues[i]).append(namesAndValues[i + 1]);
    }
    return Heads.bytes(all.toString());
  }

  static Stream<byte[]> seeds() {
    String[] good = {":method", "GET", ":scheme", "http", ":path", "/a?b", ":authority", "t"};
    return Stream.of(
        fields(good),
        fields(":method", "POST", ":scheme", "https", ":path", "/", "host", "t", "cookie", "a"),
        fields(":method", "GET", ":scheme", "http", ":path", "/ HTTP/1.1\r\nx: y", "host", "t"),
        fields(":method", "GET", ":scheme", "http", ":path", "/", "host", "t", "te", "trailers"),
        fields(
            ":method",
            "PUT",
            ":scheme",
            "http",
            ":path",
            "*",
            ":authority",
            "t",
            "content-length",
            "5",
            "cookie",
            "a",
            "cookie",
            "b"));
  }

  @MethodSource("seeds")
  @FuzzTest
  void what_is_spelled_has_the_fields_that_came(byte[] bytes) {
    var speller = new HeadSpeller();
    speller.begin();
    int at = 0;
    while (at + 2 <= bytes.length) {
      int nameStart = at + 2;
      int nameEnd = Math.min(bytes.length, nameStart + (bytes[at] & 0xff));
      int valueEnd = Math.min(bytes.length, nameEnd + (bytes[at + 1] & 0xff));
      speller.add(bytes, nameStart, nameEnd, bytes, nameEnd, valueEnd);
      at = valueEnd;
    }
    HeadBuffer spelled = speller.end(true);
    if (spelled == null) {
      return;
    }
    var head = new RequestHead(8 * 1024, 1_000);
    Malformed found = head.parse(spelled);
    if (found == null) {
      assertThat(head.fieldCount()).isEqualTo(speller.fieldCount());
      assertThat(head.isHttp10()).isFalse();
      assertThat(head.hostField()).isZero();
      assertThat(head.isClose()).isFalse();
    } else {
      // Its lines are sound: only what stands in them may be refused.
      assertThat(found).isNotIn(Malformed.REQUEST_LINE, Malformed.VERSION, Malformed.CODING);
    }
  }
}
