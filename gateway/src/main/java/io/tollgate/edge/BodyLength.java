package io.tollgate.edge;

import io.tollgate.wire.RequestHead;

/**
 * How much of a stream's body is still to come; one of another length than was announced never
 * ends, since an upstream that took it for whole would read the next request as the rest of it.
 *
 * <p>Confined to its event loop.
 */
final class BodyLength {
  private long left;
  private long come;
  private boolean counted;
  private boolean ended;

  /** Begins it, with no more to come if the head is the end. */
  void begin(RequestHead head, boolean end) {
    begin(head.contentLength(), end);
  }

  /** Begins one of that length, which is negative if none was announced. */
  void begin(long length, boolean end) {
    left = length;
    come = 0;
    counted = length >= 0;
    ended = end;
  }

  /** Counts what has come; false if the body is not of the length that was announced. */
  boolean count(int bytes, boolean end) {
    left -= bytes;
    come += bytes;
    boolean holds = !counted || (end ? left == 0 : left >= 0);
    ended |= end && holds;
    return holds;
  }

  /** Returns how much has come. */
  long come() {
    return come;
  }

  boolean isEnded() {
    return ended;
  }
}
