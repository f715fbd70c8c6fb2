package io.tollgate.edge;

import io.netty.buffer.ByteBuf;
import io.tollgate.proxy.Exchange;
import io.tollgate.wire.BodyReader;
import io.tollgate.wire.RequestHead;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request by HTTP/1.1 as it is read: where it ends, how fast it comes and how long it
 * gets. A connection has one for all its requests.
 *
 * <p>Confined to its event loop.
 */
final class RequestBody {
  private final BodyReader reader = new BodyReader();
  private final BodyPace pace;

  RequestBody(ClientBounds bounds) {
    pace = new BodyPace(bounds);
  }

  void begin(RequestHead head) {
    reader.begin(head);
  }

  boolean isDone() {
    return reader.isDone();
  }

  /** Takes it up to that length, which counts from its begin, however often that is tried. */
  void allow(long bytesMax) {
    reader.allow(bytesMax);
  }

  /** The upstream takes it from now on. */
  void beginSending(long nowNanos) {
    pace.begin(nowNanos);
  }

  /** Reads on, and returns why what comes is not taken; null if it is. */
  @Nullable Refusal send(ByteBuf from, Exchange to) {
    pace.came(from.readableBytes());
    reader.read(from, to);
    if (reader.isMalformed()) {
      return Refusal.REQUEST_MALFORMED;
    }
    return reader.isTooLarge() ? Refusal.BODY_TOO_LARGE : null;
  }

  /** Reads on without taking anything; false if what comes is malformed. */
  boolean drop(ByteBuf from) {
    reader.read(from, ByteBuf::release);
    return !reader.isMalformed();
  }

  boolean isTooSlow(long nowNanos, boolean reading) {
    return pace.isTooSlow(nowNanos, reading);
  }
}
