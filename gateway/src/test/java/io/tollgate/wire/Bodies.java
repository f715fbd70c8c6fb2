package io.tollgate.wire;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;

/** Reads bodies that come in pieces. */
final class Bodies {
  static final RequestHead CHUNKED =
      Heads.request("POST / HTTP/1.1", "Host: a", "Transfer-Encoding: chunked");

  private Bodies() {}

  /**
   * What was made of what came.
   *
   * @param data the data, as text of single bytes
   * @param read how many bytes belong to the body, or led to its being refused
   */
  record Outcome(String data, boolean done, boolean malformed, int read) {}

  static RequestHead ofLength(long length) {
    return Heads.request("POST / HTTP/1.1", "Host: a", "Content-Length: " + length);
  }

  /** Reads the bytes at once. */
  static Outcome read(Head head, byte[] bytes) {
    return read(head, bytes, bytes.length);
  }

  /** Reads the bytes as they come in pieces that end there, the last one behind the last. */
  static Outcome read(Head head, byte[] bytes, int... ends) {
    var reader = new BodyReader();
    reader.begin(head);
    return read(reader, bytes, ends);
  }

  static Outcome read(BodyReader reader, byte[] bytes, int... ends) {
    var data = new ByteArrayOutputStream();
    int start = 0;
    int read = 0;
    for (int i = 0; i <= ends.length; i++) {
      int end = i < ends.length ? ends[i] : bytes.length;
      ByteBuf from = Unpooled.buffer(end - start).writeBytes(bytes, start, end - start);
      reader.read(from, piece -> take(piece, data));
      read += from.readerIndex();
      from.release();
      start = end;
    }
    byte[] all = data.toByteArray();
    return new Outcome(Heads.text(all, 0, all.length), reader.isDone(), reader.isMalformed(), read);
  }

  /** Reads the bytes as they come one by one. */
  static Outcome drip(Head head, byte[] bytes) {
    int[] ends = new int[bytes.length];
    for (int i = 0; i < ends.length; i++) {
      ends[i] = i + 1;
    }
    return read(head, bytes, ends);
  }

  private static void take(ByteBuf piece, ByteArrayOutputStream data) {
    try {
      piece.readBytes(data, piece.readableBytes());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } finally {
      piece.release();
    }
  }
}
