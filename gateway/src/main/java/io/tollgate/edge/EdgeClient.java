package io.tollgate.edge;

import io.tollgate.proxy.Client;
import io.tollgate.proxy.Exchange;
import io.tollgate.wire.HeadBuffer;

/**
 * The client's side of one request, as the {@link Edge} sees it, whatever protocol it came by.
 *
 * <p>Confined to the event loop of the client's connection.
 */
interface EdgeClient extends Client {
  /** Returns whom the request comes from. */
  Origin origin();

  @Override
  default String address() {
    return origin().address();
  }

  @Override
  default String scheme() {
    return origin().scheme();
  }

  /** Returns whether nobody waits for an answer any more. */
  boolean isGone();

  /** Returns whether a refusal is told as gRPC has it, without a body. */
  default boolean isGrpc() {
    return false;
  }

  /** Returns whether nothing has been done with the request yet but to judge it. */
  boolean isDeciding();

  /** Returns how much of the body has come already. */
  default long bodyBytes() {
    return 0;
  }

  /** Forwards the request. */
  void forward(Exchange opened);

  /**
   * Answers in the upstream's place.
   *
   * @param fields whole lines, to be read at once
   * @param last whether nothing else is sure that may come with or after this request
   */
  void refuse(Refusal refusal, HeadBuffer fields, boolean last);

  /** Ends the exchange under way, if any: nobody must take half a body for a whole one. */
  void breakOff(Refusal why);

  /** Ends it without an answer. */
  void close();
}
