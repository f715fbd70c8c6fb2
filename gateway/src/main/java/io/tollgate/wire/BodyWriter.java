package io.tollgate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import java.nio.charset.StandardCharsets;

/** Frames a body anew: chunks of our own, whatever the sender's were. */
@SuppressWarnings(
    "FutureReturnValueIgnored") // A write that fails closes the channel, and that is heard.
public final class BodyWriter {
  private static final ByteBuf LAST_CHUNK =
      Unpooled.unreleasableBuffer(
          Unpooled.directBuffer()
              .writeBytes("0\r\n\r\n".getBytes(StandardCharsets.US_ASCII))
              .asReadOnly());
  private static final ByteBuf LINE_END =
      Unpooled.unreleasableBuffer(
          Unpooled.directBuffer()
              .writeBytes("\r\n".getBytes(StandardCharsets.US_ASCII))
              .asReadOnly());
  private static final int SIZE_LINE_MAX = 10;

  private BodyWriter() {}

  /** Writes a piece as a chunk, and takes it over. */
  public static void writeChunk(Channel to, ByteBuf piece) {
    to.write(chunkStart(to.alloc(), piece.readableBytes()), to.voidPromise());
    to.write(piece, to.voidPromise());
    to.write(LINE_END.duplicate(), to.voidPromise());
  }

  private static ByteBuf chunkStart(ByteBufAllocator allocator, int size) {
    ByteBuf line = allocator.ioBuffer(SIZE_LINE_MAX);
    line.writeCharSequence(Integer.toHexString(size), StandardCharsets.US_ASCII);
    return line.writeByte('\r').writeByte('\n');
  }

  /** Returns what ends a chunked body; there are no trailers. */
  public static ByteBuf lastChunk() {
    return LAST_CHUNK.duplicate();
  }
}
