package io.tollgate.store;

import io.vertx.core.Future;
import java.util.List;
import java.util.UUID;

/** Where usage is written down for good. Safe for all threads. */
public interface UsageLedger {
  /**
   * Takes batches, all or none; those that it has already change nothing. Where it fails, nobody
   * knows whether they were taken, and they are to be sent again.
   *
   * @param gateway who sends them
   * @return how many of them were new
   */
  Future<Integer> take(String gateway, List<UsageBatch> batches);

  /**
   * Begins a process. All batches of those before it in the same place have been taken, so that
   * their last numbers are known.
   */
  Future<Void> begin(UUID instance, long boot, String gateway);

  /** Ends a process, all of whose batches have been taken. */
  Future<Void> end(UUID instance, long boot, String gateway, long lastSequence);

  /** Removes some of what is kept for a while and is too old; returns how many rows. */
  Future<Integer> forget();

  /** Adds all up, which takes long where there is much. */
  Future<UsageProof> prove();

  Future<Void> close();
}
