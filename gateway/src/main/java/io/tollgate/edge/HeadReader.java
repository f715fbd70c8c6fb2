package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.tollgate.wire.HeadEnd;
import io.tollgate.wire.Malformed;
import io.tollgate.wire.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * Reads the heads of one connection, and answers for the memory that a half-read one holds.
 *
 * <p>Confined to the connection's event loop.
 */
final class HeadReader {
  private final Connections connections;
  private final HeadEnd end = new HeadEnd();
  private @Nullable Refusal refusal;
  private int heldBytes;

  HeadReader(Connections connections) {
    this.connections = connections;
  }

  /**
   * Reads a head, if it has come whole or is sure to be too long.
   *
   * @return null if more must come first; else what {@link #refusal} says nothing against
   */
  @Nullable RequestHead read(ByteBuf from) {
    int max = connections.bounds().headerBytesMax();
    int length = end.find(from);
    boolean tooLong = length < 0 ? end.scanned() > max : length > max;
    if (length < 0 && !tooLong) {
      return null;
    }
    RequestHead head = connections.takeHead();
    if (tooLong) {
      refusal = end.isInFirstLine() ? Refusal.REQUEST_LINE_TOO_LONG : Refusal.HEADER_TOO_LARGE;
      from.skipBytes(from.readableBytes());
    } else {
      Malformed found = head.parse(from, length);
      refusal = found == null ? null : Refusal.of(found);
    }
    end.reset();
    return head;
  }

  /** Returns why the head last read can't be served, or null if it can. */
  @Nullable Refusal refusal() {
    return refusal;
  }

  /** Returns whether nothing of the next head has been held yet. */
  boolean isFresh() {
    return heldBytes == 0;
  }

  /** Says how much memory is held for a head; false if all connections hold too much together. */
  boolean hold(int bytes) {
    if (bytes == heldBytes) {
      return true;
    }
    boolean fits = connections.holdUnread(bytes - heldBytes);
    heldBytes = bytes;
    return fits || bytes == 0;
  }
}
