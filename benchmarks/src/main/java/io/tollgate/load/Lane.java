package io.tollgate.load;

/**
 * Where one request follows the other: a connection of HTTP/1.1, or one of the places for a stream
 * that a connection of HTTP/2 has.
 */
interface Lane {
  /**
   * Sends the next request.
   *
   * @param nanos when it is, or was meant to be, sent; its latency counts from there
   */
  void send(long nanos);

  boolean isWaiting();

  /** Closes the connection. */
  void close();
}
