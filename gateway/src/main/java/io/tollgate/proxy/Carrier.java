package io.tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.tollgate.wire.RequestHead;

/**
 * What carries one exchange to an upstream and back: a connection that has it for itself, or a
 * stream among others. It tells the exchange what comes, and is its own until the response has
 * ended or it was discarded.
 *
 * <p>Confined to the event loop of the exchange.
 */
interface Carrier {
  /**
   * Takes the exchange, of which nothing has been sent.
   *
   * @param request what the client asked for: a pad, to be read at once
   */
  void begin(Exchange served, RequestHead request);

  /** Takes the rebuilt head, spelled as HTTP/1.1 has it, and releases it. */
  void writeHead(ByteBuf head);

  /** Takes a piece of the body, and releases it; it goes out with the next flush. */
  void writeBody(ByteBuf piece);

  /** The body has ended whole. */
  void endBody();

  void flush();

  /** Returns whether the upstream takes the body as fast as it comes. */
  boolean isWritable();

  /** Stops reading the response until the client takes more. */
  void pause();

  void resume();

  /** Ends it without a word to the exchange: the upstream must not take the request for whole. */
  void discard();
}
