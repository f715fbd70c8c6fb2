package io.tollgate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/** Frames a body anew: chunks of our own, whatever the sender's were. */
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

  /** Returns the line that goes before a chunk of that many bytes. */
  public static ByteBuf chunkStart(ByteBufAllocator allocator, int size) {
    ByteBuf line = allocator.ioBuffer(SIZE_LINE_MAX);
    line.writeCharSequence(Integer.toHexString(size), StandardCharsets.US_ASCII);
    return line.writeByte('\r').writeByte('\n');
  }

  /** Returns what goes behind a chunk. */
  public static ByteBuf chunkEnd() {
    return LINE_END.duplicate();
  }

  /** Returns what ends a chunked body; there are no trailers. */
  public static ByteBuf lastChunk() {
    return LAST_CHUNK.duplicate();
  }
}
