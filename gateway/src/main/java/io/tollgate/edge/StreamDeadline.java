package io.tollgate.edge;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Stream;
import java.time.Duration;

/**
 * How long a stream may go on once its answer is written: until the client has taken that, and for
 * a moment for the rest of its body, since most clients have sent all of it already.
 *
 * <p>Confined to its event loop.
 */
final class StreamDeadline {
  private final Http2Stream stream;
  private final long idleNanos;
  private boolean whole;
  private long nanos;

  StreamDeadline(Http2Stream stream, Duration idleTimeout) {
    this.stream = stream;
    idleNanos = idleTimeout.toNanos();
  }

  /**
   * Begins to wait.
   *
   * @param isWhole whether all of the request has come
   */
  void begin(long nowNanos, boolean isWhole) {
    whole = isWhole;
    nanos = nowNanos + (whole ? idleNanos : Edge.LINGER.toNanos());
  }

  /** The client has taken something of the answer, so that it has all the time for the rest. */
  void progressed(long nowNanos) {
    begin(nowNanos, whole);
  }

  /** Ends the stream if it has no more time. */
  void tick(Http2ClientConnection connection, long nowNanos) {
    boolean answered = !whole && stream.state() == Http2Stream.State.HALF_CLOSED_LOCAL;
    // Of an answer that is not out yet, what waits for the client's window would be lost.
    boolean waits = !whole && !answered;
    if (nowNanos - nanos > (waits ? idleNanos : 0)) {
      // In good order if only the rest of a body was waited for (RFC 9113, 8.1).
      connection.reset(stream, answered ? Http2Error.NO_ERROR : Http2Error.CANCEL);
    }
  }
}
