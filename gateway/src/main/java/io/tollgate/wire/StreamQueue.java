package io.tollgate.wire;

/**
 * Counts what of a stream's body waits to go out, so that whoever brings it knows when to pause.
 *
 * <p>Each piece counts for what it takes of memory besides its bytes too: many of a byte each would
 * fill it long before their bytes do.
 *
 * <p>Confined to its event loop.
 */
public final class StreamQueue {
  private static final int BYTES_MAX = 64 * 1024;

  /** Its buffer, its promise, their listeners and places in queues. */
  private static final int PIECE_BYTES = 256;

  private int bytes;
  private boolean full;

  /** A piece of so many bytes waits from now on. */
  public void add(int pieceBytes) {
    bytes += PIECE_BYTES + pieceBytes;
    full |= bytes >= BYTES_MAX;
  }

  /**
   * A piece of so many bytes waits no more.
   *
   * @return whether there is room again where there was none
   */
  public boolean remove(int pieceBytes) {
    bytes -= PIECE_BYTES + pieceBytes;
    boolean relieved = full && bytes <= BYTES_MAX / 2;
    full &= !relieved;
    return relieved;
  }

  /** Returns whether so much waits that there must be no more; it is until half of it is left. */
  public boolean isFull() {
    return full;
  }
}
