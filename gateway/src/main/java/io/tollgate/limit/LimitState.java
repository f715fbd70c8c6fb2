package io.tollgate.limit;

import io.tollgate.limit.Peers.Seat;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import io.tollgate.store.LimitTerms;
import io.tollgate.store.RedisNames;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * What this gateway holds of one limit of one owner: units leased from Redis, what Redis said last,
 * and the share that it goes on with when it is cut off.
 *
 * <p>Safe for all threads, but what is said to belong to the trips' context.
 */
final class LimitState {
  static final LimitState NONE = new LimitState(new Id("", new Limit(Per.KEY, 1, 1, 1)), 0);

  /** A lease is for what is used in this part of its life, so that hardly any of it gets void. */
  private static final int LEASE_PARTS = 6;

  /** Nobody leases more than this part of a burst at once: others want some, too. */
  private static final int BURST_PARTS = 8;

  /** Nothing is leased ahead where it would not last. */
  private static final long NEVER_FETCH = -1;

  /** Who has asked within this time may ask again: what is known of the demand is worth keeping. */
  private static final long REST_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** A reserve that nobody has used for this long goes with its state. */
  private static final long RESERVE_REST_NANOS = TimeUnit.SECONDS.toNanos(60);

  private static final double SLACK = 1e-6;

  /**
   * Names a state: a limit that is changed begins anew.
   *
   * @param owner the key's id, the subject, the plan's version
   */
  record Id(Object owner, Limit limit) {
    String name() {
      return RedisNames.LIMIT_PREFIX
          + limit.per().text()
          + ':'
          + owner
          + ':'
          + limit.units()
          + '/'
          + limit.windowSeconds()
          + '/'
          + limit.burst();
    }
  }

  private final Id id;
  private final Rate rate;
  private final Reserve reserve;
  private final AtomicBoolean fetching = new AtomicBoolean();
  private volatile Lease first = Lease.NONE;
  private volatile Lease second = Lease.NONE;
  private volatile long fetchBelow = NEVER_FETCH;
  private volatile long arrivalMicros = Long.MIN_VALUE / 2;
  private volatile long askedNanos;
  private volatile boolean retired;

  // Of the trips' context.
  private long used;
  private boolean measuring;
  private long measuredNanos;
  private double usedPerNano;

  // Guarded by the lock of all shares.
  private @Nullable Gcra share;
  private @Nullable Rate shareRate;
  private int shareOf;
  private long leftAtLook;

  LimitState(Id id, long nowNanos) {
    this.id = id;
    askedNanos = nowNanos;
    rate = Rate.central(id.limit());
    reserve = new Reserve(rate.reserve());
  }

  Id id() {
    return id;
  }

  Limit limit() {
    return id.limit();
  }

  Rate rate() {
    return rate;
  }

  static long micros(long nanos) {
    return Math.floorDiv(nanos, TimeUnit.MICROSECONDS.toNanos(1));
  }

  boolean has(long units, long nowNanos, @Nullable Seat seat) {
    return first.has(units, nowNanos)
        || second.has(units, nowNanos)
        || reserve.units(seat, nowNanos).has(units, nowNanos);
  }

  /** Takes units from a lease or the reserve; returns which, null if none has as many. */
  @Nullable Lease take(long units, long nowNanos, @Nullable Seat seat) {
    Lease present = first;
    if (present.take(units, nowNanos)) {
      return present;
    }
    Lease next = second;
    if (next.take(units, nowNanos)) {
      return next;
    }
    Lease held = reserve.units(seat, nowNanos);
    return held.take(units, nowNanos) ? held : null;
  }

  /** Returns whether the caller is to fetch a lease, since what is left is little. */
  boolean isToFetch(long nowNanos) {
    return first.left(nowNanos) + second.left(nowNanos) <= fetchBelow && beginFetch();
  }

  /** Returns whether the caller is to fill the reserve, since half of it or more is used. */
  boolean isToFill(long nowNanos, Seat seat) {
    long lacking = reserve.lacking(seat, nowNanos);
    return lacking > 0 && !retired && waitMicros(lacking, nowNanos) == 0 && reserve.beginFill();
  }

  Reserve reserve() {
    return reserve;
  }

  /** Takes what a trip said of the state that was made for the reserve; on the trips' context. */
  void filled(long sentNanos, long arrivalInMicros) {
    arrivalMicros = micros(sentNanos) + arrivalInMicros;
    askedNanos = sentNanos;
    if (retired) {
      // Another state of this name may hold one, too.
      reserve.drop();
    }
  }

  /** Returns whether the caller, and nobody else meanwhile, may ask for a lease. */
  boolean beginFetch() {
    return !fetching.get() && fetching.compareAndSet(false, true);
  }

  void endFetch() {
    fetching.set(false);
  }

  /** Nothing is to be fetched ahead any more, for want of demand. */
  void fetchNoMore() {
    fetchBelow = NEVER_FETCH;
  }

  /** Returns how long it is, by what Redis said last, until so many units may pass. */
  long waitMicros(long units, long nowNanos) {
    long ahead = Math.max(0, arrivalMicros - micros(nowNanos));
    return Math.max(0, ahead + rate.micros(units) - rate.burstMicros());
  }

  /** Returns how many units would pass now, as far as this gateway knows. */
  long remaining(long nowNanos) {
    long free = rate.burstMicros() - fullInMicros(nowNanos);
    long held = first.left(nowNanos) + second.left(nowNanos) + reserve.left(nowNanos);
    return Math.min(
        limit().burst(), (long) (Math.max(0, free) * rate.unitsPerMicro() + SLACK) + held);
  }

  long fullInMicros(long nowNanos) {
    return Math.max(0, arrivalMicros - micros(nowNanos));
  }

  /** Returns the limit's part of a trip; on the trips' context. */
  LimitTerms terms(long ahead) {
    return new LimitTerms(id.name(), rate.p(), rate.q(), rate.burst(), rate.leaseMicros(), ahead);
  }

  /** Counts units that a trip brought for those who waited; on the trips' context. */
  void countUsed(long units) {
    used += units;
  }

  /** Returns how many units to lease ahead, by what was used of late; on the trips' context. */
  long ahead(long nowNanos) {
    long life = TimeUnit.MICROSECONDS.toNanos(rate.leaseMicros());
    if (life == 0) {
      return 0;
    }
    if (!measuring) {
      measuring = true;
      measuredNanos = nowNanos;
    }
    long elapsed = nowNanos - measuredNanos;
    if (elapsed * LEASE_PARTS >= life) {
      used += first.usedSinceMeasured() + second.usedSinceMeasured();
      double weight = Math.min(1, 2.0 * elapsed / life);
      usedPerNano += ((double) used / elapsed - usedPerNano) * weight;
      used = 0;
      measuredNanos = nowNanos;
    }
    return Math.min((long) (usedPerNano * life / LEASE_PARTS), rate.burst() / BURST_PARTS);
  }

  /**
   * Takes what a trip brought; on the trips' context.
   *
   * @param sentNanos before Redis was asked: nothing is believed to last longer than it does
   * @param fetched whether a lease was asked for; if not, somebody else may be about to
   */
  void arrived(long sentNanos, long arrivalInMicros, long leased, boolean fetched) {
    arrivalMicros = micros(sentNanos) + arrivalInMicros;
    askedNanos = sentNanos;
    if (leased > 0) {
      put(leased, sentNanos);
    }
    if (fetched) {
      fetchBelow = leased > 0 ? leased / 2 : NEVER_FETCH;
    }
  }

  private void put(long leased, long sentNanos) {
    var fresh = new Lease(leased, sentNanos + TimeUnit.MICROSECONDS.toNanos(rate.leaseMicros()));
    Lease present = first;
    Lease next = second;
    if (present.left(sentNanos) > 0 && next.left(sentNanos) == 0) {
      used += next.usedSinceMeasured();
    } else {
      // What may be left of the first is void: its units would hardly do for any request.
      used += present.usedSinceMeasured();
      first = next;
    }
    second = fresh;
  }

  /** Returns the share of so many gateways; under the lock of all shares, as all that follows. */
  private Gcra share(int gateways) {
    if (shareOf != gateways) {
      shareOf = gateways;
      shareRate = Rate.share(id.limit(), gateways);
    }
    Gcra known = share;
    if (known == null) {
      known = new Gcra();
      share = known;
    }
    return known;
  }

  private Rate shareRate() {
    return Objects.requireNonNull(shareRate, "the share is asked for first");
  }

  long shareWaitMicros(int gateways, long units, long nowMicros) {
    return share(gateways).waitMicros(shareRate(), units, nowMicros);
  }

  /** Returns whether so many units are more than the share ever has. */
  boolean isBeyondShare(int gateways, long units) {
    share(gateways);
    return units > shareRate().burst();
  }

  void takeShare(int gateways, long units, long nowMicros) {
    share(gateways).take(shareRate(), units, nowMicros, nowMicros);
  }

  long shareFullInMicros(int gateways, long nowMicros) {
    return Math.max(0, share(gateways).arrivalMicros() - nowMicros);
  }

  long shareRemaining(int gateways, long nowMicros) {
    long free = shareRate().burstMicros() - shareFullInMicros(gateways, nowMicros);
    return (long) (Math.max(0, free) * shareRate().unitsPerMicro() + SLACK);
  }

  /** Retires the state, if its owner loses nothing by that; under the lock of all shares. */
  boolean retireIfAtRest(long nowNanos) {
    long held = reserve.left(nowNanos);
    if (held != leftAtLook) {
      // Used since, though Redis was not asked.
      leftAtLook = held;
      askedNanos = nowNanos;
    }
    boolean rests =
        nowNanos - askedNanos > (held > 0 ? RESERVE_REST_NANOS : REST_NANOS)
            && fullInMicros(nowNanos) == 0
            && first.left(nowNanos) + second.left(nowNanos) == 0
            && !fetching.get()
            && (share == null || shareFullInMicros(shareOf, micros(nowNanos)) == 0);
    return rests && retire();
  }

  boolean retire() {
    retired = true;
    reserve.drop();
    return true;
  }

  /** Returns whether another state of this name may be in use by now. */
  boolean isRetired() {
    return retired;
  }
}
