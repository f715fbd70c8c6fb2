package io.tollgate.proxy;

import io.netty.channel.Channel;
import io.tollgate.wire.HeadBuffer;
import io.tollgate.wire.RequestHead;

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

  /** Adds the edge's own fields to the upstream's request. */
  void stamp(HeadBuffer upstreamHead);

  /**
   * The upstream takes the body: it is to be given to the exchange, as it comes, and what came with
   * the head flushed with it.
   */
  void sendBody();

  /** Stops reading the client's body until the upstream takes more. */
  void pause();

  void resume();

  /**
   * The upstream's response head has come, and is about to go to the client.
   *
   * @param responseHead where the client's side adds its own fields
   */
  void answered(int status, HeadBuffer responseHead);

  Channel channel();

  /** The response is out whole. */
  void ended();

  /**
   * The request was sent to the upstream, wholly or in part, and there will be no response; told
   * once, before what else becomes of it.
   */
  void unanswered();

  /** The response broke off: only a cut connection tells the client. */
  void cut();

  /** No response came, and nothing has been sent to the client. */
  void failed(Failure failure);
}
