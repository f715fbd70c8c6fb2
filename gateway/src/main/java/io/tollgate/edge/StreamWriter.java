package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import io.tollgate.http2.Block;
import io.tollgate.wire.Framing;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.StreamQueue;
import org.jspecify.annotations.Nullable;

/**
 * Writes the answer of one stream.
 *
 * <p>Confined to its event loop.
 */
final class StreamWriter {
  private static final HeadBuffer NO_FIELDS = new HeadBuffer();
  private static final int CONTINUE = 100;

  private final Http2ClientConnection connection;
  private final Http2Stream stream;
  private final Runnable moved;

  /** It is each stream's own: what others wait for says nothing of this one. */
  private final StreamQueue queue = new StreamQueue();

  /** Held until it is known whether another piece follows, so that the last one ends the stream. */
  private @Nullable ByteBuf unsent;

  /** That of an answer without a body, held for the same reason. */
  private @Nullable Block unsentHead;

  /** Whether the head that is out has told of a body, and nothing of its length. */
  private boolean endsAnywhere;

  private boolean ended;

  /**
   * Makes one.
   *
   * @param moved is told when something of the body has gone out
   */
  StreamWriter(Http2ClientConnection connection, Http2Stream stream, Runnable moved) {
    this.connection = connection;
    this.stream = stream;
    this.moved = moved;
  }

  /** Returns whether so much waits for the client that there must be no more. */
  boolean isFull() {
    return queue.isFull();
  }

  /** Asks for the body that was announced. */
  void askForBody() {
    connection.writeHead(stream, Block.head(CONTINUE, NO_FIELDS), false);
  }

  /** Writes the head, which is all of the answer if it is the last. */
  void head(int status, HeadBuffer fields, boolean last) {
    ended = last;
    connection.writeHead(stream, Block.head(status, fields), last);
  }

  /**
   * Takes an upstream's head; where no body is to follow, it ends the stream unless trailers do.
   *
   * @param framing how the body's end is told
   */
  void begin(int status, HeadBuffer fields, Framing framing) {
    endsAnywhere = framing == Framing.CHUNKED || framing == Framing.UNTIL_CLOSE;
    if (framing == Framing.NONE) {
      unsentHead = Block.head(status, new HeadBuffer().put(fields));
    } else {
      head(status, fields, false);
    }
  }

  void data(ByteBuf piece) {
    writeUnsent();
    unsent = piece;
  }

  private void writeUnsent() {
    Block head = unsentHead;
    if (head != null) {
      unsentHead = null;
      connection.writeHead(stream, head, false);
    }
    ByteBuf piece = unsent;
    if (piece != null) {
      unsent = null;
      write(piece, false);
    }
  }

  private void write(ByteBuf piece, boolean last) {
    int length = piece.readableBytes();
    queue.add(length);
    connection.writeData(stream, piece, last).addListener(gone -> left(length));
  }

  private void left(int length) {
    queue.remove(length);
    moved.run();
  }

  void trailers(HeadBuffer fields) {
    if (ended) {
      return;
    }
    writeUnsent();
    ended = true;
    connection.writeHead(stream, Block.trailers(fields), true);
  }

  void flush() {
    writeUnsent();
    connection.flushSoon();
  }

  /** The body has ended whole. */
  void end() {
    Block head = unsentHead;
    if (head != null && unsent == null) {
      unsentHead = null;
      ended = true;
      connection.writeHead(stream, head, true);
    } else if (!ended) {
      ByteBuf last = unsent;
      unsent = null;
      ended = true;
      write(last == null ? Unpooled.EMPTY_BUFFER : last, true);
    }
    connection.flushSoon();
  }

  /**
   * Ends the stream in the midst of its answer: one of gRPC by a status, if that would reach the
   * client (nothing before it waits for the client's window), else by a reset.
   *
   * @param status what a client of gRPC is told; null for others
   */
  void breakOff(@Nullable Refusal status, HeadBuffer pad) {
    if (status == null || !endsAnywhere || ended || !connection.drain(stream)) {
      connection.reset(stream, Http2Error.CANCEL);
      return;
    }
    // Written now: what was let out may have used the pad.
    GrpcStatus.write(status, pad.clear());
    trailers(pad);
    connection.drain(stream);
    if (stream.state() != Http2Stream.State.CLOSED) {
      // The rest of the request is not wanted any more (RFC 9113, 8.1), or the status can't go out:
      // a reset that can't either is watched, and ends the connection.
      connection.reset(stream, Http2Error.NO_ERROR);
    }
  }

  /**
   * Ends the stream whose answer broke off: one of gRPC by a status, behind all that has come.
   *
   * @param status what a client of gRPC is told; null for others
   */
  void cut(@Nullable Refusal status, HeadBuffer pad) {
    if (status == null) {
      drop();
      connection.reset(stream, Http2Error.INTERNAL_ERROR);
    } else {
      writeUnsent();
      breakOff(status, pad);
    }
  }

  /** Lets go of what has not been sent. */
  void drop() {
    unsentHead = null;
    ByteBuf piece = unsent;
    if (piece != null) {
      unsent = null;
      piece.release();
    }
  }
}
