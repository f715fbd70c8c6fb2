package io.tollgate.limit;

import io.tollgate.limit.Peers.Seat;
import io.tollgate.limit.Peers.Term;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * Units of one limit that this gateway holds until they are used: what a key that asks seldom lives
 * on. Never more of them than this gateway's part of what is set aside.
 *
 * <p>Safe for all threads, but what is said to belong to the trips' context.
 */
final class Reserve {
  /** Longer than any process lives. */
  private static final long UNTIL_USED_NANOS = TimeUnit.DAYS.toNanos(10_000);

  private static final Held NOTHING = new Held(null, 0, 0, Lease.NONE);

  /** Of one term, and of a size that changes with the number of gateways. */
  private record Held(@Nullable Term term, int gateways, long full, Lease units) {
    boolean isOf(Seat seat) {
      return term == seat.term() && gateways == seat.gateways();
    }
  }

  private final long ofAll;
  private final AtomicBoolean filling = new AtomicBoolean();
  private volatile Held held = NOTHING;

  /** Holds a part of so many units, which are those of all gateways; maybe of none. */
  Reserve(long ofAll) {
    this.ofAll = ofAll;
  }

  /** Returns what may be taken from. */
  Lease units(@Nullable Seat seat, long nowNanos) {
    return seat == null ? Lease.NONE : current(seat, nowNanos).units;
  }

  private Held current(Seat seat, long nowNanos) {
    Held present = held;
    if (present.isOf(seat)) {
      return present;
    }
    return present.term == seat.term() ? resized(seat, nowNanos) : NOTHING;
  }

  /** There are more gateways now, or fewer: what is beyond the new part is void. */
  private synchronized Held resized(Seat seat, long nowNanos) {
    Held present = held;
    if (present.term == seat.term() && !present.isOf(seat)) {
      long full = ofAll / seat.gateways();
      long left = Math.min(full, present.units.drain());
      present = holding(seat, full, left, nowNanos);
      held = present;
    }
    return present.isOf(seat) ? present : NOTHING;
  }

  private static Held holding(Seat seat, long full, long left, long nowNanos) {
    var units = new Lease(full, left, nowNanos + UNTIL_USED_NANOS);
    return new Held(seat.term(), seat.gateways(), full, units);
  }

  long left(long nowNanos) {
    return held.units.left(nowNanos);
  }

  /** Returns how many units it lacks, if that is half of it or more; else 0. */
  long lacking(Seat seat, long nowNanos) {
    if (ofAll == 0) {
      return 0;
    }
    Held present = current(seat, nowNanos);
    long full = present.term == null ? ofAll / seat.gateways() : present.full;
    long lacking = full - present.units.left(nowNanos);
    return lacking * 2 >= full ? lacking : 0;
  }

  /** Returns whether the caller, and nobody else meanwhile, may fill it. */
  boolean beginFill() {
    return !filling.get() && filling.compareAndSet(false, true);
  }

  void endFill() {
    filling.set(false);
  }

  /** Returns what a fill of so many units is for, empty at first; on the trips' context. */
  synchronized Lease expect(Seat seat, long units, long nowNanos) {
    Held present = current(seat, nowNanos);
    if (present.term == null) {
      present = holding(seat, ofAll / seat.gateways(), 0, nowNanos);
      held = present;
    }
    present.units.expect(units);
    return present.units;
  }

  /** Lets all of it go. */
  synchronized void drop() {
    held = NOTHING;
  }
}
