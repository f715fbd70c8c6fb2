package io.tollgate.wire;

import io.netty.buffer.ByteBuf;

/**
 * Finds where a head ends while its bytes still come in, looking at each but once.
 *
 * <p>A line that is ended by a bare LF counts as one here, so that such a head is read and refused
 * at once, rather than waited for.
 */
public final class HeadEnd {
  private int scanned;
  private int lineStart;

  public void reset() {
    scanned = 0;
    lineStart = 0;
  }

  /**
   * Looks at what has come since the last call.
   *
   * @param from what has come of the head, always from its first byte on
   * @return the head's length with its last empty line, or -1 if that is not there yet
   */
  public int find(ByteBuf from) {
    int start = from.readerIndex();
    int readable = from.readableBytes();
    while (scanned < readable) {
      int at = from.indexOf(start + scanned, start + readable, Octets.LF) - start;
      if (at < 0) {
        scanned = readable;
        return -1;
      }
      scanned = at + 1;
      int length = at - lineStart;
      boolean empty = length == 0 || (length == 1 && from.getByte(start + lineStart) == Octets.CR);
      lineStart = scanned;
      if (empty && scanned > 2) {
        return scanned;
      }
    }
    return -1;
  }

  /** Returns whether not even the first line has ended. */
  public boolean isInFirstLine() {
    return lineStart == 0;
  }

  /** Returns how far it has looked. */
  public int scanned() {
    return scanned;
  }
}
