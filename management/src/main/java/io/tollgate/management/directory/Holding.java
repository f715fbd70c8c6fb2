package io.tollgate.management.directory;

import io.tollgate.access.Subject;
import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.key.EndedKeys;
import io.tollgate.management.key.RevocationBarrier;
import java.util.List;
import java.util.function.Function;

/**
 * Changes that are answered when they hold everywhere: what takes something away from somebody's
 * keys waits for the proof, as a revocation does, and so does a repetition that finds nothing left
 * to be done, since whoever asked first may not have heard of it. Safe for all virtual threads.
 */
final class Holding {
  private final Transactions transactions;
  private final RevocationBarrier barrier;
  private final EndedKeys ended;

  /**
   * What a change came to.
   *
   * @param waits whether it is to be proven
   */
  record Done<T>(T object, Change.Recorded change, boolean waits) {
    /** Ends a change of what was there. */
    static <T> Done<T> changed(Change change, T object, List<AuditEntry> lines) {
      boolean waits = change.concernsGateways();
      return new Done<>(object, change.record(lines), waits);
    }

    /** Ends a change that made something, on which nothing can have been built before. */
    static <T> Done<T> created(Change change, T object, List<AuditEntry> lines) {
      return new Done<>(object, change.record(lines), false);
    }

    /** Ends a change that had nothing to do. */
    static <T> Done<T> nothing(Change change, T object) {
      return new Done<>(object, change.newest(), true);
    }
  }

  Holding(Transactions transactions, RevocationBarrier barrier) {
    this.transactions = transactions;
    this.barrier = barrier;
    ended = new EndedKeys(transactions);
  }

  /** Does a change, and returns what it came to when that holds everywhere. */
  <T> Done<T> change(Function<Change, Done<T>> work) {
    Done<T> done = transactions.change(work);
    if (done.waits) {
      barrier.pass(done.change.epoch(), done.change.number());
    }
    return done;
  }

  /** Marks the keys of a user that a change has ended, for whoever lists them. */
  void markEnded(String userId, Change.Recorded change, String reason) {
    ended.mark(new Subject(userId), change.number(), reason);
  }
}
