package io.tollgate.wire;

import static io.tollgate.wire.Heads.describe;
import static io.tollgate.wire.Heads.lines;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2Headers;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Whatever fields come of a response by HTTP/2, they are refused, or are read as one message of
 * exactly those fields, but for the spaces around a value.
 */
class Http2ResponseFuzzTest {
  /** What the first byte says: the stream's end, a request by HEAD, trailers instead of a head. */
  private static final int LAST = 1;

  private static final int TO_HEAD = 2;
  private static final int TRAILERS = 4;

  /** Reads all that comes, one message after the other. */
  private static final ResponseHead USED = Heads.responsePad();

  private static final HeadBuffer SPELLED = new HeadBuffer();

  /** Lengths of name and value, and then both, for each field. */
  private static byte[] fields(int flags, String... namesAndValues) {
    var all = new StringBuilder().append((char) flags);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      all.append((char) namesAndValues[i].length()).append((char) namesAndValues[i + 1].length());
      all.append(namesAndValues[i]).append(namesAndValues[i + 1]);
    }
    return Heads.bytes(all.toString());
  }

  static Stream<byte[]> seeds() {
    return Stream.of(
        fields(0, ":status", "200", "server", "x", "content-type", "text/plain"),
        fields(LAST, ":status", "404", "content-length", "0"),
        fields(LAST | TO_HEAD, ":status", "200", "content-length", "012"),
        fields(0, ":status", "200", "content-length", "5", "content-length", "5"),
        fields(0, ":status", "200", "content-length", "5, 5"),
        fields(LAST, ":status", "304", "etag", "\"\u00e9\"", "content-length", "7"),
        fields(0, ":status", "103", "link", "</a>"),
        fields(0, ":status", "200", "x", "y\r\nset-cookie: z"),
        fields(0, ":status", "200", "content-length", "5 ", "server", "\t x y \t", "x-a", " "),
        fields(0, ":status", "200", "server", " r y \u0085"),
        fields(LAST | TRAILERS, "grpc-status", "5", "grpc-message", "not found "),
        fields(0, ":status", "200", "tollgate_request_id", "x", "x-a", ""),
        fields(0, "x", "y", ":status", "200"),
        fields(LAST | TRAILERS, "grpc-status", "0", "grpc-retry-pushback-ms", "250"),
        fields(LAST | TRAILERS, "content-length", "1", "trailer", "x", "grpc-message", "a%20b"),
        fields(LAST | TRAILERS, ":status", "200"));
  }

  @MethodSource("seeds")
  @FuzzTest
  void what_is_spelled_is_one_message_of_the_fields_that_came(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    Http2Headers come = read(bytes);
    boolean toHead = (bytes[0] & TO_HEAD) != 0;
    boolean last = (bytes[0] & LAST) != 0;
    boolean trailers = (bytes[0] & TRAILERS) != 0;
    boolean spelled =
        trailers
            ? Http2Response.spellTrailers(come, SPELLED)
            : Http2Response.spellHead(come, last, toHead, SPELLED);
    if (!spelled) {
      return;
    }
    String text = Heads.written(SPELLED);
    var head = Heads.responsePad();
    head.expect(toHead);
    USED.expect(toHead);
    Malformed found = Heads.parse(head, text);
    assertThat(USED.parse(SPELLED)).isEqualTo(found);
    if (found != null) {
      // The lines are sound as they stand: only what is in them may be refused.
      assertThat(found).isNotEqualTo(Malformed.CODING);
      return;
    }
    assertThat(describe(USED)).isEqualTo(describe(head));
    assertThat(new HeadEnd().find(Unpooled.wrappedBuffer(Heads.bytes(text))))
        .isEqualTo(text.length());
    if (trailers) {
      judgeTrailers(head, text, come);
    } else {
      judgeHead(head, come, last, toHead);
    }
  }

  private static Http2Headers read(byte[] bytes) {
    var come = new DefaultHttp2Headers(false);
    int at = 1;
    while (at + 2 <= bytes.length) {
      int nameEnd = Math.min(bytes.length, at + 2 + (bytes[at] & 0xff));
      int valueEnd = Math.min(bytes.length, nameEnd + (bytes[at + 1] & 0xff));
      come.add(
          new AsciiString(bytes, at + 2, nameEnd - at - 2, true),
          new AsciiString(bytes, nameEnd, valueEnd - nameEnd, true));
      at = valueEnd;
    }
    return come;
  }

  private static void judgeHead(
      ResponseHead head, Http2Headers come, boolean last, boolean toHead) {
    assertThat(come.getAll(":status")).hasSize(1);
    assertThat(come.status()).hasToString(Integer.toString(head.status()));
    assertThat(head.isClose()).isFalse();
    List<String> expected = expected(come);
    int lengths = come.getAll("content-length").size();
    boolean bodiless = head.status() < 200 || head.status() == 204 || head.status() == 304;
    if (lengths == 0 && !bodiless && !last) {
      expected.add("transfer-encoding: chunked");
    } else if (lengths == 0 && !bodiless && !toHead) {
      expected.add("content-length: 0");
    }
    assertThat(Heads.fields(head)).isEqualTo(expected);
    assertThat(lengths).as("lengths").isLessThan(2);
    Framing framing = lengths == 1 && head.contentLength() > 0 ? Framing.LENGTH : Framing.NONE;
    if (bodiless || toHead) {
      framing = Framing.NONE;
    } else if (lengths == 0 && !last) {
      framing = Framing.CHUNKED;
    }
    assertThat(head.framing()).isEqualTo(framing);
  }

  private static void judgeTrailers(ResponseHead head, String text, Http2Headers come) {
    assertThat(Heads.fields(head)).isEqualTo(expected(come));
    var passing = new HeadBuffer();
    Rebuild.copyResponse(head, passing);
    assertThat(Heads.written(passing.endLine()))
        .isEqualTo(lines(Passing.ofResponse(text).toArray(String[]::new)).replaceAll("^\r\n", ""));
  }

  /** Lists the fields that are none of HTTP/2's own, each in its line, without spaces around it. */
  private static List<String> expected(Http2Headers come) {
    List<String> lines = new ArrayList<>();
    for (var field : come) {
      if (!field.getKey().toString().startsWith(":")) {
        lines.add(field.getKey() + ": " + Passing.unspaced(field.getValue().toString()));
      }
    }
    return lines;
  }
}
