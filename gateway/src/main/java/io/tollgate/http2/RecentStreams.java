package io.tollgate.http2;

/**
 * The last streams of a connection that are over, and whether it was we who reset them: what the
 * other side had sent before it could know is no fault of its.
 *
 * <p>Confined to its event loop.
 */
final class RecentStreams {
  private static final int COUNT = 128;

  /** Ids, those that we reset negated. */
  private final int[] ids = new int[COUNT];

  private int next;

  void ended(int streamId, boolean resetByUs) {
    ids[next] = resetByUs ? -streamId : streamId;
    next = (next + 1) % COUNT;
  }

  boolean wasReset(int streamId) {
    return holds(-streamId);
  }

  boolean hasEnded(int streamId) {
    return holds(streamId);
  }

  private boolean holds(int wanted) {
    for (int id : ids) {
      if (id == wanted) {
        return true;
      }
    }
    return false;
  }
}
