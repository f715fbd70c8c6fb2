package io.tollgate.wire;

import static io.tollgate.wire.Heads.describe;
import static io.tollgate.wire.Heads.lines;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.Unpooled;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class ResponseFuzzTest {
  private static final String OURS = "tollgate-request-id: ours";

  /** Reads all that comes, one message after the other. */
  private static final ResponseHead USED = Heads.responsePad();

  /** The first byte says what was asked: by HEAD if it is odd. */
  static Stream<byte[]> seeds() {
    return Stream.of(
            lines("0HTTP/1.1 200 OK", "Content-Length: 002", "Server: x"),
            lines("1HTTP/1.1 200 OK", "Content-Length: 5"),
            lines("1HTTP/1.1 200 OK", "Transfer-Encoding: chunked"),
            lines("0HTTP/1.1 200", "transfer-encoding: CHUNKED", "Trailer: x"),
            lines("0HTTP/1.0 404 Not found", "Connection: X-A, close", "X-A: b"),
            lines("0HTTP/1.1 204 None", "Content-Length: 0"),
            lines("0HTTP/1.1 304 ", "Content-Length: 5", "ETag: \"x\""),
            lines("1HTTP/1.1 304 ", "ETag: T \u0085"),
            lines("0HTTP/1.1 100 Continue", "X: y"),
            lines("0HTTP/1.1 200 OK", "Tollgate_Request_Id: x", "Set-Cookie: \u00e9"),
            "0HTTP/1.1 200 OK\r\n" + "a:\r\n".repeat(Heads.FIELDS_MAX) + "\r\n",
            "0HTTP/1.1 200 OK\nX: y\n\n")
        .map(Heads::bytes);
  }

  @MethodSource("seeds")
  @FuzzTest
  void what_goes_to_the_client_means_what_the_upstream_said_and_carries_nothing_else(byte[] bytes) {
    if (bytes.length == 0) {
      return;
    }
    boolean toHead = (bytes[0] & 1) == 1;
    byte[] come = Arrays.copyOfRange(bytes, 1, bytes.length);
    int length = new HeadEnd().find(Unpooled.wrappedBuffer(come));
    if (length < 0) {
      return;
    }
    byte[] text = Arrays.copyOf(come, length);
    ResponseHead head = Heads.responsePad();
    head.expect(toHead);
    USED.expect(toHead);
    Malformed found = Heads.parse(head, text);
    assertThat(Heads.parse(USED, text)).isEqualTo(found);
    if (found != null) {
      return;
    }
    assertThat(describe(USED)).isEqualTo(describe(head));
    if (!head.isInterim()) {
      judge(head, Heads.text(text, 0, length), toHead, false);
      judge(head, Heads.text(text, 0, length), toHead, true);
    }
  }

  private static void judge(ResponseHead head, String given, boolean toHead, boolean toHttp10) {
    String rebuilt = rebuild(head, toHttp10);
    assertThat(rebuilt).isEqualTo(lines(expected(head, given, toHttp10)));
    assertThat(rebuilt.replace("\r\n", "")).doesNotContain("\r", "\n");
    // Of what is accepted with as many fields as may be, more go on: ours, and the framing.
    var again = new ResponseHead(Heads.FIELDS_MAX + Heads.FIELDS_ADDED_MAX);
    again.expect(toHead);
    assertThat(Heads.parse(again, rebuilt)).isNull();
    assertThat(again.status()).isEqualTo(head.status());
    assertThat(again.framing()).isEqualTo(framing(head, toHttp10));
    assertThat(again.isClose()).isFalse();
    boolean counted = head.framing() == Framing.LENGTH || head.framing() == Framing.NONE;
    if (counted && head.status() != 204) {
      assertThat(again.contentLength()).isEqualTo(head.contentLength());
    }
  }

  /**
   * Where the body ends for the client: chunks for whoever knows them, else with the connection.
   */
  private static Framing framing(ResponseHead head, boolean toHttp10) {
    return switch (head.framing()) {
      case NONE -> Framing.NONE;
      case LENGTH -> Framing.LENGTH;
      case CHUNKED, UNTIL_CLOSE -> toHttp10 ? Framing.UNTIL_CLOSE : Framing.CHUNKED;
    };
  }

  /** Puts a head together as the proxy does. */
  private static String rebuild(ResponseHead head, boolean toHttp10) {
    var out = new HeadBuffer().put("HTTP/1.1 ");
    head.writeStatus(out);
    out.endLine();
    Rebuild.copyResponse(head, out);
    Rebuild.frameResponse(head, out, toHttp10);
    return Heads.written(out.put(OURS).endLine().endLine());
  }

  private static String[] expected(ResponseHead head, String given, boolean toHttp10) {
    String status = given.split("\r\n", 2)[0].substring("HTTP/1.1 ".length());
    List<String> lines = new ArrayList<>();
    lines.add("HTTP/1.1 " + (status.length() == 3 ? status + ' ' : status));
    lines.addAll(Passing.ofResponse(given));
    if (framing(head, toHttp10) == Framing.CHUNKED) {
      lines.add("transfer-encoding: chunked");
    } else if (tellsLength(head)) {
      lines.add("content-length: " + head.contentLength());
    }
    lines.add(OURS);
    return lines.toArray(String[]::new);
  }

  private static boolean tellsLength(ResponseHead head) {
    return head.contentLength() >= 0 && head.status() != 204;
  }
}
