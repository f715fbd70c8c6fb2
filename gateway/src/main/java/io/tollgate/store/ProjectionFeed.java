package io.tollgate.store;

import io.tollgate.key.KeyDigest;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/**
 * The projection in Redis, as a gateway follows it: one connection at a time, on which Redis tells
 * of every document that changes, and on which everything is asked.
 *
 * <p>Of what happens on one connection the order is kept: an announcement of a change comes before
 * the answer to any command that was sent after the change was acknowledged to its writer. Confined
 * to the context of its owner.
 */
public interface ProjectionFeed {
  /**
   * Hears what happens on the connections. Each has a number of its own, greater than those before.
   */
  interface Listener {
    /**
     * A connection is open and tracks changes.
     *
     * @param runId names the server's process
     */
    void connected(long connection, String runId);

    /** What stands at these addresses was written or removed. */
    void changed(long connection, List<KeyDigest> addresses);

    /** All documents were removed at once. */
    void flushed(long connection);

    /** The connection has ended. */
    void lost(long connection);
  }

  /** What Redis says of itself; {@code applied} is empty where it holds no whole projection. */
  record Step(long connection, Optional<Applied> applied) {}

  /**
   * What Redis has at one address.
   *
   * @param applied was read before the record, on the same connection: the record is not older
   */
  record Answer(long connection, Optional<Applied> applied, Optional<StoredRecord> record) {}

  /** Names who hears of the connections from now on, and opens the first one. */
  void open(Listener listener);

  /** Reads how far the projection has come. */
  Future<Step> step();

  /** Looks up what stands at an address. */
  Future<Answer> find(KeyDigest address);
}
