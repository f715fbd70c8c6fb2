package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.buffer.UnpooledByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes heads out of text, and tells all that can be read of them. */
final class Heads {
  static final int LINE_BYTES_MAX = 8 * 1024;
  static final int FIELDS_MAX = 100;

  /** What a head has beside those that it came with when it goes on: host, framing, ours. */
  static final int FIELDS_ADDED_MAX = 3;

  /** No leak is looked for where the buffer is released in the next line. */
  private static final ByteBufAllocator UNTRACKED = new UnpooledByteBufAllocator(false, true);

  private Heads() {}

  /** Puts lines together, each with its end, and the empty one behind them. */
  static String lines(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static String text(byte[] bytes, int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
  }

  static RequestHead requestPad() {
    return new RequestHead(LINE_BYTES_MAX, FIELDS_MAX);
  }

  static ResponseHead responsePad() {
    return new ResponseHead(FIELDS_MAX);
  }

  static @Nullable Malformed parse(Head pad, String text) {
    return parse(pad, bytes(text));
  }

  static @Nullable Malformed parse(Head pad, byte[] head) {
    ByteBuf from = Unpooled.wrappedBuffer(head);
    try {
      return pad.parse(from, head.length);
    } finally {
      from.release();
    }
  }

  static @Nullable Malformed requestFault(String... lines) {
    return parse(requestPad(), lines(lines));
  }

  static @Nullable Malformed responseFault(String... lines) {
    return parse(responsePad(), lines(lines));
  }

  /** Reads a request that must be well-formed. */
  static RequestHead request(String... lines) {
    RequestHead head = requestPad();
    assertThat(parse(head, lines(lines))).isNull();
    return head;
  }

  /** Reads a well-formed request to a host, of these fields. */
  static RequestHead requestWith(String... fields) {
    return request("GET / HTTP/1.1", "Host: a", String.join("\r\n", fields));
  }

  /** Reads a response that must be well-formed. */
  static ResponseHead response(String... lines) {
    ResponseHead head = responsePad();
    assertThat(parse(head, lines(lines))).isNull();
    return head;
  }

  static String name(Head head, int field) {
    return text(head.bytes(), head.nameStart(field), head.nameEnd(field));
  }

  static String path(RequestHead head) {
    return text(head.path(), head.pathStart(), head.pathEnd());
  }

  static String target(RequestHead head) {
    var out = new HeadBuffer();
    head.writeTarget(out);
    return written(out);
  }

  static String written(HeadBuffer out) {
    ByteBuf buffer = out.toBuffer(UNTRACKED, 0);
    try {
      return buffer.toString(StandardCharsets.ISO_8859_1);
    } finally {
      buffer.release();
    }
  }

  /** Lists the fields, each in a line as it is copied. */
  static List<String> fields(Head head) {
    List<String> fields = new ArrayList<>();
    for (int i = 0; i < head.fieldCount(); i++) {
      fields.add(name(head, i) + ": " + head.value(i));
    }
    return fields;
  }

  /** Tells all that can be read of a request. */
  static String describe(RequestHead head) {
    return String.join(
        " | ",
        String.valueOf(head.method()),
        path(head),
        target(head),
        "1.0 " + head.isHttp10(),
        "keeps " + head.keepsAlive(),
        "continue " + head.expectsContinue(),
        "preflight " + head.isPreflight(),
        "host " + head.hostField(),
        "trace " + TraceContext.traceId(head),
        describeFields(head));
  }

  /** Tells all that can be read of a response. */
  static String describe(ResponseHead head) {
    var status = new HeadBuffer();
    head.writeStatus(status);
    return String.join(
        " | ",
        written(status),
        "interim " + head.isInterim(),
        "body " + head.mayHaveBody(),
        "keeps " + head.keepsAlive(),
        describeFields(head));
  }

  private static String describeFields(Head head) {
    var text = new StringBuilder();
    text.append(head.framing()).append(' ').append(head.contentLength());
    text.append(" close ").append(head.isClose()).append(" keep ").append(head.isKeepAlive());
    for (int i = 0; i < head.fieldCount(); i++) {
      text.append(" | ").append(head.field(i)).append(head.isNominated(i) ? " nominated " : " ");
      text.append(name(head, i)).append(": ").append(head.value(i));
    }
    return text.toString();
  }
}
