package io.tollgate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.tollgate.wire.Bodies.Outcome;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a reader takes a message for.
 *
 * @param start the request line with the target in canonical form, or the status line
 * @param fields names and values, in their order
 * @param body the body's data, as text of single bytes
 */
record Understood(String start, List<String> fields, String body) {
  /**
   * What our own reader takes the start of a connection's bytes for.
   *
   * @param length how many of the bytes belong to the message
   * @param ended whether it ends by itself, not with the connection
   */
  record Own(Understood message, int length, boolean ended) {}

  /** Reads the first message as the edge reads clients; null if it is refused or not whole. */
  static @Nullable Own request(RequestHead pad, byte[] bytes) {
    int length = parse(pad, bytes);
    if (length < 0 || pad.method() == null) {
      return null;
    }
    String version = pad.isHttp10() ? " HTTP/1.0" : " HTTP/1.1";
    return whole(pad.method() + " " + Heads.target(pad) + version, pad, bytes, length);
  }

  /** Reads the first message as the edge reads upstreams. */
  static @Nullable Own response(ResponseHead pad, byte[] bytes) {
    int length = parse(pad, bytes);
    if (length < 0 || pad.status() == ResponseHead.SWITCHING_PROTOCOLS) {
      return null;
    }
    var status = new HeadBuffer();
    pad.writeStatus(status);
    return whole(Heads.written(status), pad, bytes, length);
  }

  private static int parse(Head pad, byte[] bytes) {
    ByteBuf from = Unpooled.wrappedBuffer(bytes);
    int length = new HeadEnd().find(from);
    return length >= 0 && pad.parse(from, length) == null ? length : -1;
  }

  private static @Nullable Own whole(String start, Head pad, byte[] bytes, int length) {
    Outcome body = Bodies.read(pad, Arrays.copyOfRange(bytes, length, bytes.length));
    boolean untilClose = pad.framing() == Framing.UNTIL_CLOSE;
    if (!body.done() && !untilClose) {
      return null;
    }
    var message = new Understood(start, Heads.fields(pad), body.data());
    return new Own(message, length + body.read(), !untilClose);
  }
}
