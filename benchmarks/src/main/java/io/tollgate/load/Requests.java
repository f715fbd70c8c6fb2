package io.tollgate.load;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ThreadLocalRandom;

/** The requests of one run, one key after the other, over and over. Confined to the event loop. */
final class Requests {
  static final String KEY_HEADER = "X-API-Key";

  private final byte[] before;
  private final byte[] after;
  private final KeyFile keys;
  private final int inTurn;
  private int next;

  Requests(String path, Peer peer, KeyFile keys) {
    if (peer.keys() > keys.count()) {
      throw new IllegalArgumentException(
          peer.name() + " is to be asked with " + peer.keys() + " keys of " + keys.count());
    }
    before = bytes("GET " + path + " HTTP/1.1\r\nHost: api.example.com\r\n" + KEY_HEADER + ": ");
    after = bytes("\r\nUser-Agent: tollgate-load\r\nAccept: */*\r\n\r\n");
    this.keys = keys;
    inTurn = peer.keys();
    // Another one each time, so that short slots too come to all of many keys.
    next = ThreadLocalRandom.current().nextInt(inTurn);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
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
