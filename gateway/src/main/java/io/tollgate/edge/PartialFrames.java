package io.tollgate.edge;

/**
 * What one connection by HTTP/2 holds of heads and frames that have not come whole, counted with
 * all others': each could be as large as a frame may be.
 *
 * <p>Confined to its event loop.
 */
final class PartialFrames {
  private final Connections connections;
  private int headBytes;
  private int bodyBytes;

  PartialFrames(Connections connections) {
    this.connections = connections;
  }

  /**
   * Says how much is held now; false if it is more than before, and more than all together may hold
   * of heads (which anything is that is no body) or of bodies.
   */
  boolean hold(int heads, int bodies) {
    boolean headsFit = connections.holdUnread(heads - headBytes) || heads <= headBytes;
    boolean bodiesFit = connections.holdBody(bodies - bodyBytes) || bodies <= bodyBytes;
    headBytes = heads;
    bodyBytes = bodies;
    return headsFit && bodiesFit;
  }

  /** The connection is over. */
  void letGo() {
    connections.holdUnread(-headBytes);
    connections.holdBody(-bodyBytes);
    headBytes = 0;
    bodyBytes = 0;
  }
}
