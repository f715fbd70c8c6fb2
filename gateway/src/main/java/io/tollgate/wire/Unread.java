package io.tollgate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * What has come on a connection and has not been read yet; no memory is held while that is nothing.
 *
 * <p>Confined to the connection's event loop.
 */
public final class Unread {
  private static final int COMPACT_BYTES = 256;

  private final ByteBufAllocator allocator;
  private @Nullable ByteBuf bytes;

  public Unread(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  /** Takes over what has come. */
  public void add(ByteBuf come) {
    ByteBuf known = left();
    bytes = known == null ? come : joined(known, come);
  }

  private ByteBuf joined(ByteBuf left, ByteBuf come) {
    ByteBuf joined = left;
    if (left.refCnt() > 1 || left.writableBytes() < come.readableBytes()) {
      // Twice the room, so that bytes that drip in one by one are not copied each time anew.
      joined = allocator.ioBuffer(2 * (left.readableBytes() + come.readableBytes()));
      joined.writeBytes(left);
      left.release();
    }
    joined.writeBytes(come);
    come.release();
    return joined;
  }

  /** Returns what is left to read, or null if that is nothing. */
  public @Nullable ByteBuf left() {
    ByteBuf known = bytes;
    if (known != null && !known.isReadable()) {
      bytes = null;
      known.release();
      return null;
    }
    return known;
  }

  public boolean isEmpty() {
    return left() == null;
  }

  /** Keeps what is left, a few bytes of much that has come, in no more memory than it needs. */
  public void compact() {
    ByteBuf known = left();
    if (known != null && known.capacity() > COMPACT_BYTES) {
      bytes = allocator.ioBuffer(known.readableBytes()).writeBytes(known);
      known.release();
    }
  }

  /** Returns how many bytes of memory are held. */
  public int heldBytes() {
    ByteBuf known = left();
    return known == null ? 0 : known.capacity();
  }

  public void clear() {
    ByteBuf known = bytes;
    bytes = null;
    if (known != null) {
      known.release();
    }
  }
}
