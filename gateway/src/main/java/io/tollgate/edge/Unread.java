package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tollgate.wire.Buffers;
import org.jspecify.annotations.Nullable;

/**
 * What has come on a connection and has not been read yet; no memory is held while that is nothing.
 *
 * <p>Confined to the connection's event loop.
 */
final class Unread {
  private final ByteBufAllocator allocator;
  private @Nullable ByteBuf bytes;

  Unread(ByteBufAllocator allocator) {
    this.allocator = allocator;
  }

  /** Takes over what has come. */
  void add(ByteBuf come) {
    bytes = Buffers.join(allocator, bytes, come);
  }

  /** Returns what is left to read, or null if that is nothing. */
  @Nullable ByteBuf left() {
    ByteBuf known = bytes;
    if (known != null && !known.isReadable()) {
      bytes = null;
      known.release();
      return null;
    }
    return known;
  }

  boolean isEmpty() {
    return left() == null;
  }

  /** Returns how many bytes of memory are held. */
  int heldBytes() {
    ByteBuf known = left();
    return known == null ? 0 : known.capacity();
  }

  void clear() {
    ByteBuf known = bytes;
    bytes = null;
    if (known != null) {
      known.release();
    }
  }
}
