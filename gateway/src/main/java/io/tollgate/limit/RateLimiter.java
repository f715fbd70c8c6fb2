package io.tollgate.limit;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import io.tollgate.limit.Admission.Outcome;
import io.tollgate.limit.Peers.Seat;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Plan;
import io.tollgate.store.LimitStore;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The gate that holds requests to their limits, together with all other gateways: by units that
 * were leased from Redis or are held in reserve, by a trip to Redis where there are none, by a
 * share of the limits where Redis is away.
 *
 * <p>Safe for all threads.
 */
public final class RateLimiter {
  /** The most states that are kept; about 350 bytes each. */
  private static final int STATES_MAX = 1_000_000;

  private static final long SOON_MICROS = 1;

  private final @Nullable Limit ofEveryKey;
  private final Peers peers = new Peers();
  private final Shares shares;
  private final LimitTable table;
  private final Trips trips;
  private final Counter byLease;

  /**
   * Makes a limiter.
   *
   * @param store asked on the context alone
   * @param context runs what it is given one after the other, on the thread of the store
   * @param clock the monotonic one, in nanoseconds
   */
  public RateLimiter(
      LimitConfig config,
      LimitStore store,
      Executor context,
      LongSupplier clock,
      MeterRegistry metrics) {
    ofEveryKey = config.ofEveryKey();
    shares = new Shares(peers, metrics);
    table = new LimitTable(STATES_MAX, shares);
    byLease = counter(metrics, "lease");
    var arrivals = new Trips.Counters(byLease, counter(metrics, "trip"), counter(metrics, "share"));
    trips = new Trips(this, store, peers, shares, context, clock, arrivals);
  }

  private static Counter counter(MeterRegistry metrics, String source) {
    return Counter.builder("tollgate.limit.admissions")
        .description("Requests that limits let pass, by what they took from")
        .tag("source", source)
        .register(metrics);
  }

  /** Returns the limits that a key is held to. */
  public LimitSet limits(KeyId key, Subject subject, Plan plan, long nowNanos) {
    Set<LimitState.Id> ids = new LinkedHashSet<>();
    for (Limit limit : plan.limits()) {
      Object owner =
          switch (limit.per()) {
            case KEY -> key;
            case SUBJECT -> subject;
            case PLAN -> plan.version();
          };
      ids.add(new LimitState.Id(owner, limit));
    }
    if (ofEveryKey != null) {
      ids.add(new LimitState.Id(key, ofEveryKey));
    }
    List<LimitState> states = new ArrayList<>(ids.size());
    ids.forEach(id -> states.add(table.of(id, nowNanos)));
    return states.isEmpty() ? LimitSet.NONE : new LimitSet(states.toArray(LimitState[]::new));
  }

  /**
   * Takes the cost of one request from all its limits, if that can be told at once. Allocates
   * nothing where leases have it.
   *
   * @param told what came of it; if it {@link Outcome#WAITS}, {@link #ask} tells more
   */
  public void admit(LimitSet set, long cost, long nowNanos, Admission told) {
    if (cost == 0 || set.isEmpty()) {
      told.tell(set, Outcome.PASSES, 0);
      tellLeast(set, nowNanos, told);
    } else if (takeLeased(set, cost, nowNanos)) {
      byLease.increment();
      told.tell(set, Outcome.PASSES, 0);
      tellLeast(set, nowNanos, told);
    } else {
      judge(set, cost, nowNanos, told);
    }
  }

  private boolean takeLeased(LimitSet set, long cost, long nowNanos) {
    Seat seat = peers.seat(nowNanos);
    for (int i = 0; i < set.size(); i++) {
      if (!set.state(i).has(cost, nowNanos, seat)) {
        return false;
      }
    }
    for (int i = 0; i < set.size(); i++) {
      LimitState state = set.state(i);
      // Another thread may have been faster; what was taken before is void then.
      if (state.take(cost, nowNanos, seat) == null) {
        return false;
      }
      if (state.isToFetch(nowNanos)) {
        trips.fetch(state);
      }
      if (seat != null && !shares.isCutOff() && state.isToFill(nowNanos, seat)) {
        trips.fill(state);
      }
    }
    return true;
  }

  private void judge(LimitSet set, long cost, long nowNanos, Admission told) {
    long wait = 0;
    for (int i = 0; i < set.size(); i++) {
      LimitState state = current(set, i, nowNanos);
      if (cost > state.rate().burst()) {
        told.tell(set, Outcome.NEVER_FITS, 0);
        told.tellStrictest(state, state.remaining(nowNanos), state.fullInMicros(nowNanos));
        return;
      }
      long own =
          state.has(cost, nowNanos, peers.seat(nowNanos)) ? 0 : state.waitMicros(cost, nowNanos);
      if (own > wait) {
        wait = own;
        told.tellStrictest(state, 0, state.fullInMicros(nowNanos));
      }
    }
    if (shares.isCutOff()) {
      trips.countShare(shares.admit(set, cost, nowNanos, told));
    } else {
      told.tell(set, wait > 0 ? Outcome.REFUSED : Outcome.WAITS, wait);
    }
  }

  private LimitState current(LimitSet set, int index, long nowNanos) {
    LimitState state = set.state(index);
    if (state.isRetired()) {
      state = table.of(state.id(), nowNanos);
      set.replace(index, state);
    }
    return state;
  }

  /** Tells how the limit stands of which the least is left. */
  void tellLeast(LimitSet set, long nowNanos, Admission told) {
    long least = Long.MAX_VALUE;
    for (int i = 0; i < set.size(); i++) {
      LimitState state = set.state(i);
      long remaining = state.remaining(nowNanos);
      if (remaining < least) {
        least = remaining;
        told.tellStrictest(state, remaining, state.fullInMicros(nowNanos));
      }
    }
  }

  /** Tells that a limit refused the request, in Redis. */
  void tellRefused(LimitSet set, long cost, long nowNanos, Admission told) {
    long wait = SOON_MICROS;
    told.tellStrictest(set.state(0), 0, set.state(0).fullInMicros(nowNanos));
    for (int i = 0; i < set.size(); i++) {
      LimitState state = set.state(i);
      long own = state.waitMicros(cost, nowNanos);
      if (own > wait) {
        wait = own;
        told.tellStrictest(state, 0, state.fullInMicros(nowNanos));
      }
    }
    told.tell(set, Outcome.REFUSED, wait);
  }

  /**
   * Asks Redis for a request that {@link Outcome#WAITS}.
   *
   * @param answer hears of it once, on any thread, within two deadlines
   */
  public void ask(LimitSet set, long cost, Consumer<Admission> answer) {
    trips.ask(set, cost, answer);
  }

  /**
   * Takes note of how many gateways share the limits. To be called on any thread.
   *
   * @param own whether this gateway is on the list
   * @param askedNanos before the list was asked for
   */
  void setGateways(int count, boolean own, long askedNanos, long nowNanos) {
    peers.heard(count, own, askedNanos, nowNanos);
  }

  /** Sees whether Redis is back, where the gateway is cut off. To be called on the context. */
  public void probe() {
    trips.probe();
  }
}
