package io.tollgate.simulation;

import io.tollgate.key.KeyDigest;
import io.tollgate.ring.Denial;
import io.tollgate.ring.Grant;
import io.tollgate.ring.Verdict;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.StoredRecord;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Knows what has really happened, and whether a promise was broken. The first breach ends the
 * simulation.
 */
final class Judge {
  /** What is promised at a time, by what is broken at that time. */
  enum Promised {
    /** Nothing but safety: anything may be broken. */
    SAFETY,
    /** Nothing is broken. */
    ALL,
    /** Redis is dead for all. */
    WITHOUT_REDIS,
    /** The same, and Postgres was restored lately: keys are served, revocations may be pending. */
    WITHOUT_REDIS_AFTER_RESTORE,
    /** Postgres is dead for all. */
    WITHOUT_POSTGRES,
    /** No management runs. */
    WITHOUT_MANAGEMENT
  }

  private static final long MARGIN_NANOS_MIN = 10 * Scheduler.MILLI;

  /** With margin and drift, a revocation takes at most 50 ms longer than the usual bound. */
  private static final long LATE_NANOS_MAX = 150 * Scheduler.MILLI;

  private static final long WORK_NANOS_MAX = 37 * Scheduler.MILLI;

  private final Scheduler scheduler;
  private final Coverage coverage;
  private final List<SimulatedKey> keys = new ArrayList<>();
  private final Map<KeyDigest, SimulatedKey> owners = new HashMap<>();
  private final long boundNanos;
  private final long marginNanos;
  private final Set<String> servers = new HashSet<>();
  private final Set<String> silentlyRestored = new HashSet<>();
  private PostgresState truth;
  private long silentlyRestoredNanos = Long.MIN_VALUE;
  private Promised promised = Promised.SAFETY;
  private long promisedSince;
  private long servedSince;
  private @Nullable String breach;
  private long revocations;
  private long warmUses;
  private long warmUsesByRing;
  private long quietRevocations;
  private long lateRevocations;

  Judge(Scheduler scheduler, Coverage coverage, PostgresState truth, long boundNanos) {
    this.truth = truth;
    servers.add(truth.server());
    this.scheduler = scheduler;
    this.coverage = coverage;
    this.boundNanos = boundNanos;
    marginNanos = Math.max(MARGIN_NANOS_MIN, boundNanos / 10);
  }

  void know(SimulatedKey key) {
    keys.add(key);
    key.digests.forEach(digest -> owners.put(digest, key));
  }

  /** Returns what was broken, null while nothing was. */
  @Nullable String breach() {
    return breach;
  }

  private void breached(String what) {
    scheduler.trace.tell("judge", "BREACH: " + what);
    if (breach == null) {
      breach = what;
    }
  }

  // ---- what is promised

  void promise(Promised now) {
    promise(now, 0);
  }

  /** Promises something for what is sent from now on, and for keys that are older than this. */
  void promise(Promised now, long ageNanos) {
    scheduler.trace.tell("judge", "promised from now on: " + now);
    promised = now;
    promisedSince = scheduler.nanos();
    servedSince = promisedSince - ageNanos;
  }

  Promised promised() {
    return promised;
  }

  long promisedSince() {
    return promisedSince;
  }

  private boolean isPromisedSince(Promised what, long nanos) {
    return promised == what && promisedSince <= nanos;
  }

  private boolean isServingPromisedSince(long nanos) {
    return promised != Promised.SAFETY && promisedSince <= nanos;
  }

  // ---- revocations

  void created(SimulatedKey key) {
    key.createdNanos = scheduler.nanos();
  }

  /** A revocation was committed in Postgres. */
  void committed(SimulatedKey key) {
    key.revokedNanos = Math.min(key.revokedNanos, scheduler.nanos());
  }

  /**
   * A call returned 2xx. What Postgres has lost in between is not held to it; nor, after a restore
   * of which nothing tells, what was called for before, or was proven by a list that is as old.
   */
  void returned(SimulatedKey key, long calledNanos, String epoch, boolean byList) {
    revocations++;
    boolean outside =
        calledNanos < silentlyRestoredNanos || (byList && silentlyRestored.contains(epoch));
    if (truth.isRevoked(key.digests.getFirst()) && !outside) {
      key.returned = true;
    }
    long tookNanos = scheduler.nanos() - calledNanos;
    if (isPromisedSince(Promised.ALL, calledNanos)) {
      quietRevocations++;
      if (tookNanos > Machine.longest(boundNanos + marginNanos) + WORK_NANOS_MAX) {
        lateRevocations++;
      }
      if (tookNanos > boundNanos + marginNanos + LATE_NANOS_MAX) {
        breached("a revocation took " + tookNanos / Scheduler.MILLI + " ms without any fault");
      }
    }
  }

  /** A call did not return 2xx. */
  void failed(SimulatedKey key, long calledNanos, String why) {
    if (isPromisedSince(Promised.ALL, calledNanos)
        || isPromisedSince(Promised.WITHOUT_REDIS, calledNanos)) {
      breached("a revocation of " + key + " failed while it was promised: " + why);
    }
  }

  long revocations() {
    return revocations;
  }

  /** Postgres says from now on what it said in the past. */
  void restored(PostgresState after) {
    PostgresState before = truth;
    truth = after;
    if (!servers.add(after.server())) {
      silentlyRestoredNanos = scheduler.nanos();
      silentlyRestored.add(after.epoch());
    }
    for (SimulatedKey key : keys) {
      KeyDigest digest = key.digests.getFirst();
      if (!before.truthOf(digest).equals(after.truthOf(digest))) {
        key.touchedByRestore = true;
        if (!after.isRevoked(digest)) {
          key.returned = false;
          key.revokedNanos = Long.MAX_VALUE;
        }
        if (after.record(digest) == null) {
          key.createdNanos = Long.MAX_VALUE;
        }
      }
    }
  }

  // ---- uses

  /** A request was answered. */
  void answered(Use use, Verdict verdict, boolean byRing) {
    SimulatedKey key = use.key();
    if (verdict instanceof Grant) {
      coverage.count(byRing ? Covered.ACCEPTED_BY_RING : Covered.ACCEPTED_BY_LOOKUP);
      if (use.sentAfterReturn() && key.returned) {
        breached(
            key + " was accepted by " + use.gateway() + ", sent after its revocation had returned");
      }
    } else if (verdict == Denial.KEY_INVALID) {
      coverage.count(Covered.REFUSED_RIGHTLY);
      if (key.isValidSince(use.sentNanos() - 3 * boundNanos)) {
        breached(key + " is valid and was answered 401 by " + use.gateway());
      }
    } else {
      coverage.count(Covered.STORES_UNREACHABLE);
      if (isServingPromisedSince(use.sentNanos()) && key.isValidSince(servedSince)) {
        breached(key + " is valid and was answered 503 by " + use.gateway());
      }
    }
    if (use.warm() && isPromisedSince(Promised.ALL, use.sentNanos()) && key.isLive()) {
      warmUses++;
      warmUsesByRing += byRing ? 1 : 0;
    }
  }

  /** A gateway hears what Postgres said of a secret, maybe long ago. */
  void read(KeyDigest address, @Nullable StoredRecord record) {
    SimulatedKey key = owners.get(address);
    if (record instanceof KeyRecord read && !read.revoked() && key != null && key.returned) {
      coverage.count(Covered.LATE_READ);
    }
  }

  /** A verification by a management, which counts as a gateway. */
  void verified(SimulatedKey key, boolean valid, boolean sentAfterReturn, Object where) {
    if (valid && sentAfterReturn && key.returned) {
      breached(key + " was verified by " + where + ", asked after its revocation had returned");
    }
  }

  long warmUses() {
    return warmUses;
  }

  long warmUsesByRing() {
    return warmUsesByRing;
  }

  /** Returns how many revocations returned while nothing was broken. */
  long quietRevocations() {
    return quietRevocations;
  }

  /** Returns how many of them took longer than the bound and 50 ms. */
  long lateRevocations() {
    return lateRevocations;
  }

  List<SimulatedKey> keys() {
    return keys;
  }
}
