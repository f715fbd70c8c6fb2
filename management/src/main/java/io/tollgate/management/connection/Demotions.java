package io.tollgate.management.connection;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.key.RevocationBarrier;
import io.tollgate.management.object.Changed;
import io.tollgate.store.StoreUnreachable;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Lets nobody keep more than he is to have when a change is answered: where it concerns more users
 * of a directory than it tells itself, those who lose something are told before the answer, some at
 * a time, and the others later. Safe for all virtual threads.
 */
public final class Demotions {
  /** Longer than a hundred thousand users take; identity providers wait longer than that. */
  private static final Duration WITHIN = Duration.ofSeconds(10);

  private static final String DONE =
      "Done: the change stands in the database, for good. Not done: not all of the directory's"
          + " users who lose something by it have lost it yet, which goes on by itself. Repeat"
          + " the call to learn when all have; repeating is safe.";

  private static final String NOT_DONE =
      "Not done: the directory tells its users' roles yet, since by a change before some are to"
          + " lose something that they have not lost, and would keep it. That goes on by itself;"
          + " repeat the call, which is safe.";

  private final Transactions transactions;
  private final Recompute recompute;
  private final Duration within;

  Demotions(Transactions transactions, Recompute recompute) {
    this(transactions, recompute, WITHIN);
  }

  /** Makes one that gives up after so long; the worker goes on then. */
  Demotions(Transactions transactions, Recompute recompute, Duration within) {
    this.transactions = transactions;
    this.recompute = recompute;
    this.within = within;
  }

  /**
   * Returns when nobody of a directory has more than he is to have, as far as the changes go that
   * were committed before; what is returned has to be proven yet.
   *
   * @throws io.tollgate.management.wire.ApiError if that takes too long; asking again goes on
   */
  public Change.Recorded settle(String directoryId) {
    return settle(directoryId, "");
  }

  /** Does the same; where it takes too long, that is told with what else the caller should know. */
  Change.Recorded settle(String directoryId, String hint) {
    return settle(directoryId, System.nanoTime(), DONE + hint);
  }

  /** Returns the same change, to be proven where all who lose something by it have lost it. */
  Changed settled(String directoryId, Changed changed) {
    return new Changed(changed.object(), settle(directoryId));
  }

  /**
   * Does what ends that a directory tells anything, which would let those keep what they have who
   * have not lost it yet: when all have.
   *
   * @param attempt empty where some have not, of which it has to be sure itself
   * @param hint what is told besides where that takes too long
   */
  <T> T after(String directoryId, Supplier<Optional<T>> attempt, String hint) {
    long startNanos = System.nanoTime();
    Optional<T> done = attempt.get();
    while (done.isEmpty()) {
      settle(directoryId, startNanos, NOT_DONE + hint);
      done = attempt.get();
    }
    return done.get();
  }

  private Change.Recorded settle(String directoryId, long startNanos, String told) {
    try {
      Optional<Change.Recorded> settled = settled(directoryId);
      while (settled.isEmpty()) {
        if (System.nanoTime() - startNanos >= within.toNanos()) {
          throw RevocationBarrier.pending(told);
        }
        step(directoryId);
        settled = settled(directoryId);
      }
      return settled.get();
    } catch (StoreUnreachable e) {
      throw RevocationBarrier.pending(told);
    }
  }

  /** The number comes after the question: what was found done has a lower one. */
  private Optional<Change.Recorded> settled(String directoryId) {
    return transactions.change(
        change ->
            Recompute.isDemoting(change, directoryId)
                ? Optional.empty()
                : Optional.of(change.newest()));
  }

  private void step(String directoryId) {
    try {
      recompute.step(directoryId);
    } catch (StoreUnreachable e) {
      // Others may be at it, for longer than is waited for a lock: then it is asked again.
    }
  }
}
