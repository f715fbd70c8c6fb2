package io.tollgate.proxy;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Whether an endpoint is in use, since when, and when it is to be asked by ourselves.
 *
 * <p>It is taken out of use only by what no client has a part in: connections that can't be made,
 * and checks of ours that fail. A request that was sent and came to nothing may be the request's
 * own fault, so that any number of them only makes us ask. Out of use it stays until a check has
 * succeeded, of which there is one at a time, ever more rarely.
 *
 * <p>Safe for all threads; times are of the monotonic clock.
 */
final class Health {
  /** What becomes of an endpoint. */
  enum Change {
    EJECTED,
    READMITTED
  }

  /** So many failed checks on end take out of use what was not in doubt before. */
  static final int CHECKS_FAILED_MAX = 2;

  /** However many requests fail, we don't ask more often. */
  static final Duration CHECK_GAP = Duration.ofMillis(200);

  /** So long requests may wait and nobody be answered before we ask by ourselves. */
  static final Duration QUIET_MAX = Duration.ofSeconds(1);

  /** Who refuses connections serves those that stand, if it has answered within this time. */
  static final Duration SERVED = Duration.ofSeconds(10);

  /** When somebody was served last is known no better than that. */
  private static final Duration SERVED_GRAIN = Duration.ofMillis(10);

  /** The least share of an endpoint that has just come, in percent. */
  static final int SHARE_MIN = 10;

  private static final int WHOLE = 100;
  private static final int DOUBLINGS_MAX = 20;

  private final TargetConfig config;
  private final boolean askedRegularly;
  private final Consumer<Change> changed;

  /** Read for each request; written where the state changes. */
  private volatile boolean inUse = true;

  private volatile boolean faulty;
  private volatile boolean warm;
  private volatile boolean checkWanted;
  private volatile boolean watched;

  /** When it last began an answer, on whatever event loop. */
  private volatile long servedNanos;

  private int doubts;
  private int refusals;
  private int failedChecks;
  private int doublings;
  private boolean suspected;
  private boolean quiet;
  private boolean patient;
  private long patientSinceNanos;
  private boolean checking;
  private long checkNanos;
  private long checkedNanos;
  private long sinceNanos;

  /** Makes one of an endpoint that is new, and in use. */
  Health(TargetConfig config, boolean askedRegularly, Consumer<Change> changed, long nowNanos) {
    this.config = config;
    this.askedRegularly = askedRegularly;
    this.changed = changed;
    warm = config.slowStart().isZero();
    sinceNanos = nowNanos;
    checkNanos = nowNanos;
    checkedNanos = nowNanos - CHECK_GAP.toNanos();
    servedNanos = nowNanos - SERVED.toNanos() - 1;
  }

  boolean isInUse() {
    return inUse;
  }

  /** There is another endpoint to take its place, or it is to be asked anyhow. */
  void watch() {
    if (!watched) {
      beWatched();
    }
  }

  private synchronized void beWatched() {
    if (watched) {
      return;
    }
    checkWanted = askedRegularly;
    watched = true;
  }

  /** Returns its share of what others get, in percent: it grows from when it came. */
  int share(long nowNanos) {
    if (warm) {
      return WHOLE;
    }
    return growing(nowNanos);
  }

  private synchronized int growing(long nowNanos) {
    long share = (nowNanos - sinceNanos) * WHOLE / config.slowStart().toNanos();
    warm = share >= WHOLE;
    return Math.clamp(share, SHARE_MIN, WHOLE);
  }

  /** It has begun an answer that is none of a proxy whose server fails. */
  void served(long nowNanos) {
    // All event loops look at it: it is not to be written once a request.
    if (nowNanos - servedNanos >= SERVED_GRAIN.toNanos()) {
      servedNanos = nowNanos;
    }
  }

  /**
   * Returns whether it serves on connections that stand while it lets in no other. A machine that
   * refuses is there, and would have ended the connections of a dead process; one from which
   * nothing comes has to have answered since then.
   */
  boolean isServing(boolean refused, long begunNanos, long nowNanos) {
    long sinceNanos = refused ? nowNanos - SERVED.toNanos() : begunNanos;
    return inUse && servedNanos - sinceNanos >= 0;
  }

  /** It has given somebody a whole answer. */
  void answered() {
    if (faulty) {
      forgive();
    }
  }

  private synchronized void forgive() {
    faulty = false;
    doubts = 0;
    refusals = 0;
  }

  /** No connection could be made, and not because there were too many. */
  synchronized void unreached(long nowNanos) {
    faulty = true;
    refusals++;
    if (watched && inUse && refusals >= config.failuresMax()) {
      eject(nowNanos);
    }
  }

  /** A request that was sent came to nothing, by the endpoint's fault or by its own. */
  synchronized void doubted(long nowNanos) {
    faulty = true;
    doubts++;
    if (doubts >= config.failuresMax()) {
      suspect(nowNanos);
    }
  }

  /**
   * Requests of some event loop wait, and for long none of them has been answered, as where all
   * answers take long.
   *
   * @return whether nobody else has been answered either
   */
  boolean silent(long nowNanos) {
    if (nowNanos - servedNanos <= QUIET_MAX.toNanos()) {
      return false;
    }
    askOfSilence(nowNanos);
    return true;
  }

  /** Who has answered us in this very silence takes long, and is not asked each second. */
  private synchronized void askOfSilence(long nowNanos) {
    boolean asked = patient && patientSinceNanos - servedNanos >= 0;
    if (!asked || nowNanos - patientSinceNanos >= config.checkInterval().toNanos()) {
      quiet = true;
      suspect(nowNanos);
    }
  }

  private void suspect(long nowNanos) {
    if (watched && inUse && !suspected) {
      suspected = true;
      long earliest = checkedNanos + CHECK_GAP.toNanos();
      wantCheck(nowNanos - earliest > 0 ? nowNanos : earliest);
    }
  }

  private void wantCheck(long nanos) {
    checkNanos = nanos;
    checkWanted = true;
  }

  /** Returns whether it is to be asked now, which the caller then has to do. */
  boolean takeCheck(long nowNanos) {
    return watched && checkWanted && takeWanted(nowNanos);
  }

  private synchronized boolean takeWanted(long nowNanos) {
    if (checking || !checkWanted || nowNanos - checkNanos < 0) {
      return false;
    }
    checkWanted = false;
    checking = true;
    return true;
  }

  /** The check that was taken has ended. */
  synchronized void checked(boolean well, long nowNanos) {
    checking = false;
    checkedNanos = nowNanos;
    failedChecks = well ? 0 : failedChecks + 1;
    if (well) {
      forgive();
      if (!inUse) {
        readmit(nowNanos);
      }
    } else if (!inUse || suspected || failedChecks >= CHECKS_FAILED_MAX) {
      eject(nowNanos);
    }
    patient = well && quiet;
    patientSinceNanos = nowNanos;
    settle(nowNanos);
  }

  private void settle(long nowNanos) {
    suspected = false;
    quiet = false;
    if (inUse && askedRegularly) {
      wantCheck(nowNanos + config.checkInterval().toNanos());
    }
  }

  /** The check that was taken came to nothing where others stand and are served. */
  synchronized void full(long nowNanos) {
    checking = false;
    checkedNanos = nowNanos;
    settle(nowNanos);
  }

  /** The check that was taken could not be made, by no fault of the endpoint's. */
  synchronized void uncheckable(long nowNanos) {
    checking = false;
    checkedNanos = nowNanos;
    wantCheck(nowNanos + CHECK_GAP.toNanos());
  }

  private void eject(long nowNanos) {
    if (inUse && nowNanos - sinceNanos > ejectionNanos()) {
      // What was well for longer than it would be out of use begins anew.
      doublings = 0;
    }
    wantCheck(nowNanos + ejectionNanos());
    doublings = Math.min(doublings + 1, DOUBLINGS_MAX);
    if (inUse) {
      inUse = false;
      sinceNanos = nowNanos;
      changed.accept(Change.EJECTED);
    }
  }

  private long ejectionNanos() {
    return Math.min(config.ejection().toNanos() << doublings, config.ejectionMax().toNanos());
  }

  private void readmit(long nowNanos) {
    inUse = true;
    warm = config.slowStart().isZero();
    sinceNanos = nowNanos;
    changed.accept(Change.READMITTED);
  }

  /** Its address had gone and is back: whoever serves there now may be cold. */
  synchronized void returned(long nowNanos) {
    if (inUse) {
      warm = config.slowStart().isZero();
      sinceNanos = nowNanos;
    }
  }

  /** Returns how long it has been what it is. */
  synchronized Duration since(long nowNanos) {
    return Duration.ofNanos(nowNanos - sinceNanos);
  }

  /** Returns how many requests on end have failed by now, at connecting or later. */
  synchronized int failures() {
    return doubts + refusals;
  }
}
