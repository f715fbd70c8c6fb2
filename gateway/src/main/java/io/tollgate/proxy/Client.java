package io.tollgate.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.RequestHead;
import io.tollgate.wire.ResponseHead;
import java.net.URI;

/**
 * The client's side of an exchange, as the proxy sees it. Everything happens on one event loop,
 * that of the client's connection.
 */
public interface Client {
  RequestHead head();

  /** Returns the address that the request came from, as text. */
  String address();

  /** Returns the scheme by which it was asked for, {@code http} or {@code https}. */
  String scheme();

  /** Returns what the exchange takes its buffers from. */
  ByteBufAllocator alloc();

  /**
   * Adds the edge's own fields to the upstream's request; told again where another target is tried.
   *
   * @param target the URL of the one that it goes to
   */
  void stamp(URI target, HeadBuffer upstreamHead);

  /**
   * The upstream takes the body: it is to be given to the exchange, as it comes, and what came with
   * the head flushed with it.
   */
  void sendBody();

  /** Stops reading the client's body until the upstream takes more. */
  void pause();

  void resume();

  /**
   * The upstream's response head has come.
   *
   * @param head a pad: to be read at once
   * @param bytesAtHand how many bytes have come behind it, most likely of the body
   */
  void answer(ResponseHead head, int bytesAtHand);

  /** Takes a piece of the response's body, and releases it; it goes out with the next flush. */
  void data(ByteBuf piece);

  /**
   * The response's body has ended with trailers; {@link #ended} follows.
   *
   * @param fields whole lines that may pass, to be read at once
   */
  void trailers(HeadBuffer fields);

  /** Sends on what was taken since the last call. */
  void flush();

  /** Returns whether the client takes the response as fast as it comes. */
  boolean isWritable();

  /** The response has come whole, and goes out to its end. */
  void ended();

  /**
   * The request was sent to the upstream, wholly or in part, and there will be no response; told
   * once, before what else becomes of it.
   */
  void unanswered();

  /**
   * The response broke off: only a cut connection tells the client, or where there are such, the
   * status that ends it.
   */
  void cut(Failure why);

  /** No response came, and nothing has been sent to the client. */
  void failed(Failure failure);
}
