package io.tollgate.http2;

/**
 * The last streams of a connection that are over, and whether it was we who reset them: what the
 * other side had sent before it could know is no fault of its.
 *
 * <p>Of those before them only the highest that we reset is known: whatever is not above it may
 * have been reset by us, and is taken for that.
 *
 * <p>Confined to its event loop.
 */
final class RecentStreams {
  private static final int COUNT = 128;

  /** Ids, those that we reset negated. */
  private final int[] ids = new int[COUNT];

  private int next;

  /** The highest of those that we reset and that are not among the last any more. */
  private int forgottenReset;

  void ended(int streamId, boolean resetByUs) {
    forgottenReset = Math.max(forgottenReset, -ids[next]);
    ids[next] = resetByUs ? -streamId : streamId;
    next = (next + 1) % COUNT;
  }

  /** Returns whether we reset it, or may have. */
  boolean wasReset(int streamId) {
    return holds(-streamId) || (streamId <= forgottenReset && !holds(streamId));
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
