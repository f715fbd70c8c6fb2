package io.tollgate.wire;

import io.netty.buffer.ByteBuf;

/** A piece of a body, which one frame has brought. Safe for all threads. */
public final class BodyPiece {
  /** A piece may hold so many times its own bytes, and no more. */
  private static final int LOOSE_MAX = 8;

  private BodyPiece() {}

  /**
   * Returns the same bytes to be kept apart from the read that they came in, which stays the
   * caller's.
   *
   * <p>One read has frames of many streams, and a slice of it keeps all of its memory, 64 KiB: many
   * bytes that wait each for a reader of their own would hold as many reads. Where a piece is that
   * small, its bytes are copied.
   */
  public static ByteBuf kept(ByteBuf piece) {
    int bytes = piece.readableBytes();
    if (LOOSE_MAX * bytes >= memory(piece)) {
      return piece.retainedSlice();
    }
    return piece.alloc().ioBuffer(bytes).writeBytes(piece, piece.readerIndex(), bytes);
  }

  private static int memory(ByteBuf piece) {
    ByteBuf whole = piece;
    for (ByteBuf outer = whole.unwrap(); outer != null; outer = whole.unwrap()) {
      whole = outer;
    }
    return whole.capacity();
  }
}
