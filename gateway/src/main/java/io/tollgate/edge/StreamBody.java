package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Stream;
import io.tollgate.proxy.Exchange;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.Unread;

/**
 * The body of one stream's request: how much of it has come, what is held of it, and the window
 * that is given back as the upstream takes it.
 *
 * <p>Confined to its event loop.
 */
final class StreamBody {
  private final Http2ClientConnection connection;
  private final Http2Stream stream;
  private final BodyPace pace;
  private final Unread held;
  private final BodyLength length = new BodyLength();

  /** Whether the upstream takes no more at the moment. */
  private boolean paused;

  /** How much of the stream's window is not given back yet. */
  private int unconsumed;

  StreamBody(Http2ClientConnection connection, Http2Stream stream, ClientBounds bounds) {
    this.connection = connection;
    this.stream = stream;
    held = new Unread(connection.channel().alloc());
    pace = new BodyPace(bounds);
  }

  /** Begins it, with no more to come if the head is the end. */
  void begin(RequestHead head, boolean end) {
    length.begin(head, end);
  }

  /** Counts what has come; false if the body is not of the length that was announced. */
  boolean count(int bytes, boolean end) {
    return length.count(bytes, end);
  }

  boolean isEnded() {
    return length.isEnded();
  }

  boolean isEarly() {
    return !held.isEmpty();
  }

  /** Holds a piece until an upstream takes it. */
  void hold(ByteBuf piece) {
    if (piece.isReadable()) {
      held.add(piece.retainedSlice());
    }
  }

  /** The upstream takes the body from now on: it gets what is held. */
  void giveHeld(Exchange to, long nowNanos) {
    pace.begin(nowNanos);
    ByteBuf early = held.left();
    if (early != null) {
      to.data(early.readRetainedSlice(early.readableBytes()));
      held.clear();
    }
  }

  void pause() {
    paused = true;
  }

  void resume() {
    paused = false;
    giveBack();
  }

  /**
   * Takes so much of the window.
   *
   * @param taken whether somebody has taken what it was for
   * @return how much is given back at once
   */
  int take(int windowBytes, boolean taken) {
    if (taken && !paused) {
      return windowBytes;
    }
    unconsumed += windowBytes;
    return 0;
  }

  /** Gives back the window of all that has been taken, unless no more is wanted. */
  void giveBack() {
    int bytes = unconsumed;
    if (!paused && bytes > 0) {
      unconsumed = 0;
      connection.consume(stream, bytes);
    }
  }

  /** Nobody wants what is held, and what may still come. */
  void drop() {
    held.clear();
    resume();
  }

  /** The stream is over. */
  void close() {
    held.clear();
  }

  void came(int bytes) {
    pace.came(bytes);
  }

  boolean isTooSlow(long nowNanos) {
    return pace.isTooSlow(nowNanos, !paused);
  }
}
