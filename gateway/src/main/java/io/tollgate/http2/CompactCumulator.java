package io.tollgate.http2;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.codec.ByteToMessageDecoder;

/**
 * Gathers the bytes of frames that have not come whole. Netty keeps all of the memory of a read, 64
 * KiB of it, for a last byte that could not be used yet; here a read of nothing has what is kept
 * moved to as much memory as it needs.
 *
 * <p>Safe for all threads.
 */
public final class CompactCumulator implements ByteToMessageDecoder.Cumulator {
  public static final CompactCumulator INSTANCE = new CompactCumulator();

  /** Not worth moving for less. */
  private static final int LOOSE_BYTES_MIN = 1_024;

  private CompactCumulator() {}

  /** Returns whether most of the memory that is kept holds nothing. */
  public static boolean isLoose(ByteBuf kept) {
    int bytes = kept.readableBytes();
    return bytes > 0 && kept.capacity() - bytes > Math.max(LOOSE_BYTES_MIN, bytes);
  }

  @Override
  public ByteBuf cumulate(ByteBufAllocator allocator, ByteBuf kept, ByteBuf come) {
    if (come.isReadable() || !kept.isReadable()) {
      return ByteToMessageDecoder.MERGE_CUMULATOR.cumulate(allocator, kept, come);
    }
    come.release();
    ByteBuf moved = allocator.buffer(kept.readableBytes()).writeBytes(kept);
    kept.release();
    return moved;
  }
}
