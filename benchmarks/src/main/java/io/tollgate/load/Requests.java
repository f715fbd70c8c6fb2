package io.tollgate.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.concurrent.ThreadLocalRandom;

/** The requests of one run, one key after the other, over and over. Confined to the event loop. */
final class Requests {
  static final String KEY_HEADER = "X-API-Key";

  private static final String AUTHORITY = "api.example.com";
  private static final String AGENT = "tollgate-load";

  // Whole fields, and names, of the static table (RFC 7541, appendix A).
  private static final int METHOD_GET = 0x82;
  private static final int SCHEME_HTTPS = 0x87;
  private static final int AUTHORITY_NAME = 1;
  private static final int PATH_NAME = 4;
  private static final int ACCEPT_NAME = 19;
  private static final int USER_AGENT_NAME = 58;

  /** The first bits of a field that no table may keep, and the names that fit beside them. */
  private static final int NEVER_KEPT = 0x10;

  private static final int NAMES_BESIDE_MAX = 15;
  private static final int SHORT_TEXT_MAX = 126;

  private final byte[] before;
  private final byte[] after;
  private final KeyFile keys;
  private final int inTurn;
  private int next;

  private Requests(byte[] before, byte[] after, Peer peer, KeyFile keys) {
    if (peer.keys() > keys.count()) {
      throw new IllegalArgumentException(
          peer.name() + " is to be asked with " + peer.keys() + " keys of " + keys.count());
    }
    this.before = before;
    this.after = after;
    this.keys = keys;
    inTurn = peer.keys();
    // Another one each time, so that short slots too come to all of many keys.
    next = ThreadLocalRandom.current().nextInt(inTurn);
  }

  /** Makes those that go by a wire; of HTTP/2 each is a frame without a stream's number. */
  static Requests of(String path, Peer peer, KeyFile keys, Wire wire) {
    if (wire.isHttp2()) {
      return new Requests(headers(path, keys.keyLength()), new byte[0], peer, keys);
    }
    return new Requests(
        bytes("GET " + path + " HTTP/1.1\r\nHost: " + AUTHORITY + "\r\n" + KEY_HEADER + ": "),
        bytes("\r\nUser-Agent: " + AGENT + "\r\nAccept: */*\r\n\r\n"),
        peer,
        keys);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Makes the frame up to the key's bytes, which are its last. */
  private static byte[] headers(String path, int keyLength) {
    ByteBuf block = Unpooled.buffer().writeByte(METHOD_GET).writeByte(SCHEME_HTTPS);
    field(block, AUTHORITY_NAME, AUTHORITY);
    field(block, PATH_NAME, path);
    field(block, USER_AGENT_NAME, AGENT);
    field(block, ACCEPT_NAME, "*/*");
    block.writeByte(NEVER_KEPT);
    text(block, KEY_HEADER.toLowerCase(Locale.ROOT));
    block.writeByte(keyLength);
    ByteBuf frame = Unpooled.buffer().writeMedium(block.readableBytes() + keyLength);
    frame.writeByte(Http2Connection.HEADERS);
    frame.writeByte(Http2Connection.END_STREAM | Http2Connection.END_HEADERS);
    frame.writeInt(0).writeBytes(block);
    byte[] bytes = new byte[frame.readableBytes()];
    frame.readBytes(bytes);
    return bytes;
  }

  private static void field(ByteBuf block, int name, String value) {
    if (name < NAMES_BESIDE_MAX) {
      block.writeByte(name);
    } else {
      block.writeByte(NAMES_BESIDE_MAX).writeByte(name - NAMES_BESIDE_MAX);
    }
    text(block, value);
  }

  private static void text(ByteBuf block, String text) {
    if (text.length() > SHORT_TEXT_MAX) {
      throw new IllegalArgumentException("too long for one byte of length: " + text);
    }
    block.writeByte(text.length()).writeBytes(bytes(text));
  }

  ByteBuf next(ByteBufAllocator allocator) {
    ByteBuf request = allocator.directBuffer(before.length + keys.keyLength() + after.length);
    request.writeBytes(before);
    keys.writeTo(request, next);
    request.writeBytes(after);
    next = next + 1 == inTurn ? 0 : next + 1;
    return request;
  }
}
