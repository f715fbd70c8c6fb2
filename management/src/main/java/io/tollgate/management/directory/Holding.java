package io.tollgate.management.directory;

import io.tollgate.access.Subject;
import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.connection.Demotions;
import io.tollgate.management.connection.DirectoryTokens;
import io.tollgate.management.connection.RoleResolution;
import io.tollgate.management.key.EndedKeys;
import io.tollgate.management.key.RevocationBarrier;
import io.tollgate.management.scim.ScimError;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/**
 * Changes that are answered when they hold everywhere: what takes something away from somebody's
 * keys waits for the proof, as a revocation does, and so does a repetition that finds nothing left
 * to be done, since whoever asked first may not have heard of it. Safe for all virtual threads.
 */
final class Holding {
  private final Transactions transactions;
  private final RevocationBarrier barrier;
  private final RoleResolution roles;
  private final Demotions demotions;
  private final EndedKeys ended;
  private final Turns turns;

  /**
   * What a change came to.
   *
   * @param waits whether it is to be proven
   * @param writes whether anything is another than before
   */
  record Done<T>(T object, Change.Recorded change, boolean waits, boolean writes) {
    /**
     * Ends a change of what was there.
     *
     * @param isTaken whether what was taken away before from somebody's keys may not be proven yet:
     *     who asks again, and for something else as well, must not hear that all is well
     */
    static <T> Done<T> changed(Change change, T object, List<AuditEntry> lines, boolean isTaken) {
      boolean waits = isTaken || change.concernsGateways();
      return new Done<>(object, change.record(lines), waits, true);
    }

    /** Ends a change that made something, on which nothing can have been built before. */
    static <T> Done<T> created(Change change, T object, List<AuditEntry> lines) {
      return new Done<>(object, change.record(lines), false, true);
    }

    /** Ends a change that had nothing to do. */
    static <T> Done<T> nothing(Change change, T object) {
      return new Done<>(object, change.newest(), true, false);
    }
  }

  /** Refuses what an earlier request may have made impossible, whose work may not be proven yet. */
  static final class Unproven extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ScimError refusal;

    Unproven(ScimError refusal) {
      super(refusal.detail(), null, false, false);
      this.refusal = refusal;
    }
  }

  Holding(
      Transactions transactions,
      RevocationBarrier barrier,
      RoleResolution roles,
      Demotions demotions,
      Turns turns) {
    this.transactions = transactions;
    this.barrier = barrier;
    this.roles = roles;
    this.demotions = demotions;
    this.turns = turns;
    ended = new EndedKeys(transactions);
  }

  /**
   * Does a change in a directory that is held, and returns what it came to when that holds
   * everywhere.
   *
   * @throws ScimError a 401 where the request's token was revoked, or the directory disabled, after
   *     it had passed the door
   */
  <T> Done<T> change(Asked asked, Function<Change, Done<T>> work) {
    return change(asked, work, change -> change);
  }

  /** Does the same of a group, which may hold more than one change tells of. */
  <T> Done<T> changeGroup(Asked asked, Function<Change, Done<T>> work) {
    return change(asked, work, change -> demotions.settle(asked.directory().directoryId()));
  }

  private <T> Done<T> change(
      Asked asked, Function<Change, Done<T>> work, UnaryOperator<Change.Recorded> settled) {
    Done<T> done;
    try {
      done = transactions.change(change -> held(change, asked, work));
    } catch (Unproven late) {
      pass(settled.apply(transactions.change(Change::newest)));
      throw late.refusal;
    }
    if (done.writes) {
      asked.noted().changed();
    }
    if (done.waits) {
      pass(settled.apply(done.change));
    }
    return done;
  }

  private void pass(Change.Recorded change) {
    turns.aside(() -> barrier.pass(change.epoch(), change.number()));
  }

  private <T> Done<T> held(Change change, Asked asked, Function<Change, Done<T>> work) {
    roles.hold(change, asked.directory().directoryId());
    if (!DirectoryTokens.isLive(change, asked.directory())) {
      throw Door.closed();
    }
    return work.apply(change);
  }

  /** Waits for the proof of all that was done before, where a question says that it is needed. */
  void proveIf(Predicate<Change> isNeeded) {
    Optional<Change.Recorded> newest =
        transactions.change(
            change -> isNeeded.test(change) ? Optional.of(change.newest()) : Optional.empty());
    newest.ifPresent(this::pass);
  }

  /** Marks the keys of a user that a change has ended, for whoever lists them. */
  void markEnded(String userId, Change.Recorded change, String reason) {
    ended.mark(new Subject(userId), change.number(), reason);
  }
}
