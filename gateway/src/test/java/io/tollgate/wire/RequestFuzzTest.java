package io.tollgate.wire;

import static io.tollgate.wire.Heads.describe;
import static io.tollgate.wire.Heads.lines;
import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Headers;
import io.netty.util.AsciiString;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class RequestFuzzTest {
  private static final String OURS = "tollgate-key-id: ours";
  private static final String AUTHORIZATION = "authorization";
  private static final String API_KEY = "x-api-key";

  /** Reads all that comes, one message after the other. */
  private static final RequestHead USED = Heads.requestPad();

  static Stream<byte[]> seeds() {
    return Stream.of(
            lines("GET / HTTP/1.1", "Host: a"),
            lines("", "POST /%61?b=%2e HTTP/1.1", "host:\t[::1]:80 ", "Content-Length: 007"),
            lines("PUT /a HTTP/1.1", "Host: a", "TRANSFER-ENCODING: Chunked", "TE: trailers"),
            lines("HEAD /a HTTP/1.0", "Connection: keep-alive, X-A,,", "X-A: 1", "X_A: 2"),
            lines("GET /a HTTP/1.1", "Host: a", "Authorization: Bearer ak_x", "X-API-Key: ak_y"),
            lines("GET /a HTTP/1.1", "Host: a", "X_Api_Key: ak_x", "x.api.key: ak_y"),
            lines("GET /a HTTP/1.1", "Host: a", "Tollgate-Key-Id: x", "tollgate_subject: y"),
            lines("GET /a HTTP/1.1", "Host: a", "X-Forwarded-For: 1.2.3.4", "Forwarded: for=x"),
            lines("GET /a HTTP/1.1", "Host: a", "Expect: 100-continue", "Upgrade: h2c"),
            lines(
                "DELETE /a HTTP/1.1",
                "Host: a",
                "traceparent: 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
                "tracestate: a=b"),
            lines("OPTIONS / HTTP/1.1", "Host: a", "Origin: o", "X: y\r\n z"),
            "GET / HTTP/1.0\r\n" + "a:\r\n".repeat(Heads.FIELDS_MAX) + "\r\n",
            "GET / HTTP/1.1\nHost: a\n\n")
        .map(Heads::bytes);
  }

  @MethodSource("seeds")
  @FuzzTest
  void what_goes_upstream_means_what_was_accepted_and_carries_nothing_else(byte[] bytes) {
    int length = new HeadEnd().find(Unpooled.wrappedBuffer(bytes));
    if (length < 0) {
      return;
    }
    byte[] text = Arrays.copyOf(bytes, length);
    RequestHead head = Heads.requestPad();
    Malformed found = Heads.parse(head, text);
    assertThat(Heads.parse(USED, text)).isEqualTo(found);
    if (found != null) {
      return;
    }
    assertThat(describe(USED)).isEqualTo(describe(head));
    if (head.method() != null) {
      String given = Heads.text(text, 0, length);
      judge(head, given, Set.of());
      judge(head, given, Set.of(AUTHORIZATION));
      judge(head, given, Set.of(API_KEY));
      judge(head, given, Set.of(AUTHORIZATION, API_KEY));
    }
  }

  private static void judge(RequestHead head, String given, Set<String> credentials) {
    String rebuilt = rebuild(head, credentials);
    assertThat(rebuilt).isEqualTo(lines(expected(head, given, credentials)));
    assertThat(rebuilt.replace("\r\n", "")).doesNotContain("\r", "\n");
    // Of what is accepted with as many fields as may be, more go on: ours, and the framing.
    var again = new RequestHead(Heads.LINE_BYTES_MAX, Heads.FIELDS_MAX + Heads.FIELDS_ADDED_MAX);
    assertThat(Heads.parse(again, rebuilt)).isNull();
    assertThat(again.method()).isEqualTo(head.method());
    assertThat(Heads.path(again)).isEqualTo(Heads.path(head));
    assertThat(Heads.target(again)).isEqualTo(Heads.target(head));
    assertThat(again.framing()).isEqualTo(head.framing());
    assertThat(again.contentLength()).isEqualTo(head.contentLength());
    assertThat(again.expectsContinue()).isFalse();
    assertThat(again.isClose()).isFalse();
    assertThat(byHttp2(rebuilt)).isEqualTo(fieldsOf(rebuilt));
  }

  /** Lists what is sent of a head by HTTP/2, as the lines that say the same. */
  private static List<String> byHttp2(String rebuilt) {
    ByteBuf bytes = Unpooled.wrappedBuffer(Heads.bytes(rebuilt));
    Http2Headers sent = Http2Request.fields(bytes, AsciiString.cached("https"), false);
    List<String> lines = new ArrayList<>();
    lines.add(sent.method() + " " + sent.path() + " HTTP/1.1");
    lines.add("host: " + sent.authority());
    for (var field : sent) {
      if (!field.getKey().toString().startsWith(":")) {
        lines.add(field.getKey() + ": " + field.getValue());
      }
    }
    return lines;
  }

  /** Lists the lines of a head as they are by HTTP/2: names in lower case, and no chunks. */
  private static List<String> fieldsOf(String rebuilt) {
    List<String> lines = new ArrayList<>();
    for (String line : rebuilt.stripTrailing().split("\r\n", -1)) {
      int nameEnd = lines.isEmpty() ? 0 : line.indexOf(':');
      String lowered = line.substring(0, nameEnd).toLowerCase(Locale.ROOT);
      if (!lowered.equals("transfer-encoding")) {
        lines.add(lowered + line.substring(nameEnd));
      }
    }
    return lines;
  }

  /** Puts a head together as the proxy does. */
  private static String rebuild(RequestHead head, Set<String> credentials) {
    var out = new HeadBuffer();
    out.put(Objects.requireNonNull(head.method()).name()).put((byte) ' ');
    head.writeTarget(out);
    out.put(" HTTP/1.1").endLine().field("host", "upstream");
    Rebuild.copyRequest(
        head, out, credentials.contains(AUTHORIZATION), credentials.contains(API_KEY));
    Rebuild.frameRequest(head, out);
    return Heads.written(out.put(OURS).endLine().endLine());
  }

  private static String[] expected(RequestHead head, String given, Set<String> credentials) {
    String[] line = given.stripLeading().split("\r\n", 2)[0].split(" ", -1);
    List<String> lines = new ArrayList<>();
    lines.add(line[0] + ' ' + TargetTable.canonical(line[1]) + " HTTP/1.1");
    lines.add("host: upstream");
    lines.addAll(Passing.ofRequest(given, credentials));
    if (head.framing() == Framing.CHUNKED) {
      lines.add("transfer-encoding: chunked");
    } else if (head.contentLength() >= 0) {
      lines.add("content-length: " + head.contentLength());
    }
    lines.add(OURS);
    return lines.toArray(String[]::new);
  }
}
