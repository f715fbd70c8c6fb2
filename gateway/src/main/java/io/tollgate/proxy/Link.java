package io.tollgate.proxy;

/**
 * A connection to an upstream: it carries as many exchanges at once as it has room for.
 *
 * <p>Confined to its event loop.
 */
interface Link {
  boolean isOpen();

  /** Returns whether one more exchange may be given to it. */
  boolean hasRoom();

  /** Takes the room of one exchange, which must be there. */
  Carrier take();

  /** It stands, TLS included, and counts among its upstream's until it closes. */
  void setEstablished();

  /** It has room again; if nobody uses it, that is since now. */
  void setUnused(long nowNanos);

  boolean isUnusedSince(long nanos);

  /** Takes no more exchanges, and closes when those under way have ended. */
  void retire();
}
