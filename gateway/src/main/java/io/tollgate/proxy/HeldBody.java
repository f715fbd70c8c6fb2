package io.tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tollgate.wire.Unread;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request on its way to a carrier: what can't go on yet waits here.
 *
 * <p>Small pieces are joined while they wait. Each would take far more memory than its bytes, and a
 * client may send as many as its window has bytes before it hears that it should pause.
 *
 * <p>Confined to the event loop of its exchange.
 */
final class HeldBody {
  private static final int SMALL_BYTES_MAX = 1024;

  private final Unread waiting;
  private boolean begun;

  HeldBody(ByteBufAllocator allocator) {
    waiting = new Unread(allocator);
  }

  /** Returns whether anything of it has gone on. */
  boolean isBegun() {
    return begun;
  }

  /**
   * Takes over a piece.
   *
   * @param to who takes it; null if nobody does yet
   */
  void add(@Nullable Carrier to, ByteBuf piece) {
    if (to == null || (isSmall(piece) && (!to.isWritable() || !waiting.isEmpty()))) {
      waiting.add(piece);
    } else {
      sendWaiting(to);
      begun = true;
      to.writeBody(piece);
    }
  }

  private static boolean isSmall(ByteBuf piece) {
    return piece.readableBytes() <= SMALL_BYTES_MAX;
  }

  /** Gives a carrier what has waited. */
  void sendWaiting(Carrier to) {
    ByteBuf held = waiting.left();
    if (held != null) {
      begun = true;
      to.writeBody(held.readRetainedSlice(held.readableBytes()));
      waiting.clear();
    }
  }

  /** Lets go of what waits. */
  void drop() {
    waiting.clear();
  }
}
