package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.netty.handler.codec.http2.Http2Connection;
import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import io.netty.handler.codec.http2.Http2Stream;
import io.tollgate.proxy.Exchange;
import io.tollgate.wire.BodyPiece;
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
  private final Connections connections;
  private final Http2Stream stream;
  private final BodyPace pace;
  private final Unread held;
  private final BodyLength length = new BodyLength();

  /** Whether the upstream takes no more at the moment. */
  private boolean paused;

  /** How much of the stream's window is not given back yet. */
  private int unconsumed;

  private int heldBytes;

  StreamBody(Http2ClientConnection connection, Http2Stream stream, Connections connections) {
    this.connection = connection;
    this.connections = connections;
    this.stream = stream;
    held = new Unread(connection.channel().alloc());
    pace = new BodyPace(connections.bounds());
  }

  /** Begins it, with no more to come if the head is the end. */
  void begin(RequestHead head, boolean end) {
    length.begin(head, end);
  }

  /**
   * Counts what has come.
   *
   * @throws Http2Exception if the body is not of the length that was announced
   */
  void count(int bytes, boolean end) throws Http2Exception {
    if (!length.count(bytes, end)) {
      throw Http2Exception.streamError(
          stream.id(), Http2Error.PROTOCOL_ERROR, "a body of another length than was announced");
    }
  }

  /** Returns how much has come. */
  long bytes() {
    return length.come();
  }

  boolean isEnded() {
    return length.isEnded();
  }

  boolean isEarly() {
    return !held.isEmpty();
  }

  /**
   * Holds a piece until an upstream takes it.
   *
   * @throws Http2Exception if all together hold too much: the request was not looked at, and may be
   *     sent again
   */
  void hold(ByteBuf piece) throws Http2Exception {
    int bytes = piece.readableBytes();
    if (bytes > 0) {
      held.add(BodyPiece.kept(piece));
      heldBytes += bytes;
    }
    if (!connections.holdBody(bytes)) {
      throw Http2Exception.streamError(
          stream.id(), Http2Error.REFUSED_STREAM, "too many bodies wait");
    }
  }

  private void letGoOfHeld() {
    held.clear();
    connections.holdBody(-heldBytes);
    heldBytes = 0;
  }

  /** The upstream takes the body from now on: it gets what is held. */
  void giveHeld(Exchange to, long nowNanos) {
    pace.begin(nowNanos);
    ByteBuf early = held.left();
    if (early != null) {
      to.data(early.readRetainedSlice(early.readableBytes()));
      letGoOfHeld();
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
    letGoOfHeld();
    resume();
  }

  /** The stream is over. */
  void close() {
    letGoOfHeld();
  }

  void came(int bytes) {
    pace.came(bytes);
  }

  /** Returns whether we read, and the connection's window has not been used up by others. */
  private boolean isAskedFor() {
    Http2Connection all = connection.connection();
    return connection.channel().config().isAutoRead()
        && all.local().flowController().windowSize(all.connectionStream()) > 0;
  }

  boolean isTooSlow(long nowNanos) {
    return pace.isTooSlow(nowNanos, !paused && isAskedFor());
  }
}
