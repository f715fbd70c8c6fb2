package io.tollgate.quota;

import io.tollgate.plan.Quota;
import io.tollgate.store.AllowanceCall;
import io.tollgate.store.AllowanceTerms;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The units that this gateway holds of one owner's allowance in one period. What is held was leased
 * before, so taking a unit asks nobody; one call for more is under way at a time.
 *
 * <p>Safe for all threads.
 */
final class Allowance {
  /** How long after its period an allowance waits for what is told of its last requests. */
  static final Duration AFTER_END = Duration.ofMinutes(2);

  /** How long a store is left alone that has not heard yet of all that was used, at first. */
  static final Duration TELL_AGAIN = Duration.ofSeconds(5);

  static final Duration TELL_AGAIN_MAX = Duration.ofMinutes(2);

  /** How much use a lease is for, as far as there is as much. */
  static final Duration AHEAD = Duration.ofSeconds(10);

  /**
   * How long it is believed that there is nothing left, at first and at most, since others may give
   * some back, and somebody may pay.
   */
  static final Duration EMPTY_BELIEVED = Duration.ofSeconds(1);

  static final Duration EMPTY_BELIEVED_MAX = Duration.ofSeconds(8);

  /** How long units are kept that nobody uses, where others could use them, and where not. */
  static final Duration IDLE_WHILE_SCARCE = Duration.ofSeconds(1);

  static final Duration IDLE = Duration.ofSeconds(30);

  /** The least that is asked for at once, in requests like the one that lacks something. */
  private static final long REQUESTS_MIN = 10;

  private static final int SCARCE_LEASES = 10;
  private static final long ASKED_NANOS_MIN = Duration.ofMillis(100).toNanos();

  /** What came of taking units. */
  enum Taken {
    YES,
    /** Yes, and it is time to ask for more. */
    YES_ASK,
    /** It may be that there are some, ask. */
    ASK,
    /** There are none. */
    NONE,
    /** This state is none any more, another counts. */
    RETIRED
  }

  private final String owner;
  private final long startMillis;
  private final long endMillis;

  // Of the lease: how many in all, unknown before the first answer, and how many are not used.
  private long known = AllowanceCall.UNKNOWN;
  private long held;
  private long lowMark;
  private long remaining;
  private long emptyForNanos;
  private long emptySinceNanos;
  private long emptyNeeded;

  // Of its use: taken for requests whose fate is open, taken since the last call, and when.
  private long open;
  private long takenSinceCall;
  private long callNanos;
  private long useNanos;

  /** Whether the store knows all of it: nothing is held, and all that was used is settled. */
  private boolean told;

  /** Whether the store was told of what is given up, and may not have heard it. */
  private boolean owing;

  /** Whether the period is over, so that what comes back is of no use. */
  private boolean over;

  private long tellAfterNanos;
  private long tellPauseNanos;

  private @Nullable Promise<Void> asking;
  private boolean retired;

  /** As they were last asked by, which is by the newest plan that anybody knows of. */
  private AllowanceTerms terms;

  /** Whether so few leases are left that others may soon lack what is held here. */
  private boolean scarce;

  Allowance(String owner, AllowanceTerms terms, long nowMillis, long nowNanos) {
    this.owner = owner;
    this.terms = terms;
    startMillis = terms.startMillis(nowMillis);
    endMillis = terms.endMillis(nowMillis);
    callNanos = nowNanos;
    useNanos = nowNanos;
  }

  long endMillis() {
    return endMillis;
  }

  synchronized Taken take(long units, long nowNanos) {
    if (retired) {
      return Taken.RETIRED;
    }
    useNanos = nowNanos;
    if (units <= held) {
      held -= units;
      open += units;
      takenSinceCall += units;
      told = false;
      return held < lowMark && asking == null && remaining > 0 ? Taken.YES_ASK : Taken.YES;
    }
    boolean none = units - held >= emptyNeeded && nowNanos - emptySinceNanos < emptyForNanos;
    return none && asking == null ? Taken.NONE : Taken.ASK;
  }

  /** Returns whether so many can't be taken at the moment. */
  synchronized boolean lacks(long units) {
    return units > held;
  }

  /** A request that units were taken for has come to its end: it counts, or gives them back. */
  synchronized void settle(long units, boolean counts) {
    open -= units;
    if (!counts && !over) {
      held += units;
      takenSinceCall -= units;
    }
  }

  /**
   * Returns the call that is to be made for more, or empty where one is under way already.
   *
   * @param units what a request waits for, 0 if none does
   * @param number the call's
   */
  synchronized Optional<AllowanceCall> begin(
      AllowanceTerms newTerms, long units, long number, long nowNanos) {
    if (asking != null || retired) {
      return Optional.empty();
    }
    terms = newTerms;
    long needed = Math.max(1, units - held);
    asking = Promise.promise();
    told = false;
    long elapsed = Math.max(ASKED_NANOS_MIN, nowNanos - callNanos);
    double perNano = Math.max(0, takenSinceCall) / (double) elapsed;
    long expected = (long) Math.min(perNano * AHEAD.toNanos(), Quota.UNITS_MAX);
    long wanted = Math.max(saturated(needed), expected);
    callNanos = nowNanos;
    takenSinceCall = 0;
    return Optional.of(new AllowanceCall(owner, terms, startMillis, number, known, wanted, needed));
  }

  private static long saturated(long needed) {
    return needed > Long.MAX_VALUE / REQUESTS_MIN ? needed : needed * REQUESTS_MIN;
  }

  /** Returns what completes when the call that is under way has come to an end. */
  synchronized Future<Void> asked() {
    Promise<Void> known = asking;
    return known == null ? Future.succeededFuture() : known.future();
  }

  /** Takes what a call for more came to. */
  void leased(AllowanceCall.Leased lease, AllowanceCall call, long nowNanos) {
    Promise<Void> waiting;
    synchronized (this) {
      known = lease.units();
      held += lease.more();
      lowMark = held / 2;
      remaining = lease.remaining();
      scarce = lease.remaining() / SCARCE_LEASES < call.wanted();
      emptyForNanos = lease.more() < call.needed() ? longer(emptyForNanos) : 0;
      emptySinceNanos = nowNanos;
      emptyNeeded = call.needed();
      waiting = end();
    }
    waiting.complete();
  }

  private static long longer(long nanos) {
    return Math.clamp(nanos * 2, EMPTY_BELIEVED.toNanos(), EMPTY_BELIEVED_MAX.toNanos());
  }

  /** A call came to nothing: what is held stays, and the next call tells the store of it. */
  void failed(Throwable failure) {
    Promise<Void> waiting;
    synchronized (this) {
      waiting = end();
    }
    waiting.fail(failure);
  }

  private Promise<Void> end() {
    Promise<Void> waiting = asking == null ? Promise.promise() : asking;
    asking = null;
    return waiting;
  }

  /**
   * Returns the call by which units are given up that nobody has used for long, or whose period is
   * over, until the store knows all. From here on they are not held, whatever comes of the call.
   */
  synchronized Optional<AllowanceCall> beginRelease(long number, long nowNanos, long nowMillis) {
    over = nowMillis >= endMillis;
    boolean isDue = held > 0 || owing || (!told && !over && nowNanos - tellAfterNanos >= 0);
    if (asking != null || retired || !isDue || !isIdle(nowNanos)) {
      return Optional.empty();
    }
    asking = Promise.promise();
    owing = true;
    tellPauseNanos = Math.clamp(tellPauseNanos * 2, TELL_AGAIN.toNanos(), TELL_AGAIN_MAX.toNanos());
    tellAfterNanos = nowNanos + tellPauseNanos;
    known -= held;
    held = 0;
    lowMark = 0;
    return Optional.of(new AllowanceCall(owner, terms, startMillis, number, known, 0, 1));
  }

  private boolean isIdle(long nowNanos) {
    Duration kept = scarce ? IDLE_WHILE_SCARCE : IDLE;
    return over || nowNanos - useNanos > kept.toNanos();
  }

  /** The store knows what was given up. */
  void released(AllowanceCall.Leased lease) {
    Promise<Void> waiting;
    synchronized (this) {
      known = lease.units();
      remaining = lease.remaining();
      emptyForNanos = 0;
      owing = false;
      told = lease.unsettled() == 0 && open == 0 && held == 0;
      waiting = end();
    }
    waiting.complete();
  }

  /**
   * Retires the state where the store knows all of it and nobody has asked for long, or where the
   * period is over, so that what is not settled of it harms nobody.
   */
  synchronized boolean retireIfUnused(long nowNanos, long nowMillis) {
    boolean known = told && nowNanos - useNanos > IDLE.toNanos();
    boolean passed = nowMillis - AFTER_END.toMillis() >= endMillis && held == 0 && !owing;
    retired |= asking == null && open == 0 && (known || passed);
    return retired;
  }

  synchronized boolean isRetired() {
    return retired;
  }
}
