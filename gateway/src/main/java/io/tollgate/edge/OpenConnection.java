package io.tollgate.edge;

/**
 * A client's connection as {@link Connections} keep it, by whatever protocol.
 *
 * <p>Confined to its event loop.
 */
interface OpenConnection {
  /** Returns where it stands among the {@link Connections}. */
  int index();

  void setIndex(int newIndex);

  /** Looks whether a deadline has passed; called now and then, not per request. */
  void tick(long nowNanos);

  /** Tells the client that the connection will end, if its protocol has a word for that. */
  default void announceEnd() {}

  /** Ends it if it serves no request; else it is to end by itself when it does not any more. */
  void closeIfUnused();

  void close();
}
