package io.tollgate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/** Puts together what a connection brings in pieces. */
public final class Buffers {
  private Buffers() {}

  /** Joins what was left over with what has come since; takes both over. */
  public static ByteBuf join(ByteBufAllocator allocator, @Nullable ByteBuf left, ByteBuf come) {
    if (left == null) {
      return come;
    }
    if (!left.isReadable()) {
      left.release();
      return come;
    }
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
}
