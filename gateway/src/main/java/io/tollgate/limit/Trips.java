package io.tollgate.limit;

import io.micrometer.core.instrument.Counter;
import io.tollgate.limit.Admission.Outcome;
import io.tollgate.limit.LimitSet.Waiting;
import io.tollgate.limit.Peers.Seat;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import io.tollgate.store.LimitAnswer;
import io.tollgate.store.LimitStore;
import io.tollgate.store.LimitTerms;
import io.tollgate.store.LimitTrip;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The trips to Redis: one under way for each set of limits, on which all of its requests that wait
 * go together, as many as there is room for.
 *
 * <p>Asked on any thread; all else is confined to the context of the store.
 */
final class Trips {
  /** The most requests that one trip carries; the script's work is bounded by it. */
  private static final int ABOARD_MAX = 64;

  private static final Logger LOG = LoggerFactory.getLogger(Trips.class);

  private static final LimitState PROBE =
      new LimitState(new LimitState.Id("probe", new Limit(Per.PLAN, 1_000, 1, 1_000)), 0);

  /** What a request took from, counted. */
  record Counters(Counter lease, Counter trip, Counter share) {}

  /**
   * A trip under way.
   *
   * @param reserved of each limit the lease that all aboard have taken from, null for one that
   *     Redis is asked for
   * @param asked the limits that Redis is asked for, in the order of the trip
   * @param fetched those of them that a lease is asked for by nobody else
   */
  private record Journey(
      LimitSet set,
      List<Waiting> aboard,
      List<@Nullable Lease> reserved,
      List<LimitState> asked,
      List<LimitState> fetched,
      long sentNanos) {
    void giveBack(int from) {
      long units = aboard.stream().skip(from).mapToLong(Waiting::cost).sum();
      for (@Nullable Lease lease : reserved) {
        if (lease != null) {
          lease.giveBack(units);
        }
      }
    }
  }

  private final RateLimiter limiter;
  private final LimitStore store;
  private final Peers peers;
  private final Shares shares;
  private final Executor context;
  private final LongSupplier clock;
  private final Counters counters;

  Trips(
      RateLimiter limiter,
      LimitStore store,
      Peers peers,
      Shares shares,
      Executor context,
      LongSupplier clock,
      Counters counters) {
    this.limiter = limiter;
    this.store = store;
    this.peers = peers;
    this.shares = shares;
    this.context = context;
    this.clock = clock;
    this.counters = counters;
  }

  void ask(LimitSet set, long cost, Consumer<Admission> answer) {
    @Nullable Boolean toServe = set.add(new Waiting(cost, answer));
    if (toServe == null) {
      var told = new Admission();
      limiter.tellRefused(set, cost, clock.getAsLong(), told);
      answer(new Waiting(cost, answer), told);
    } else if (toServe) {
      context.execute(() -> serve(set));
    }
  }

  /** Answers those who can be answered now, and travels for the others. */
  private void serve(LimitSet set) {
    List<Waiting> some = set.next(ABOARD_MAX);
    while (!some.isEmpty()) {
      long now = clock.getAsLong();
      List<Waiting> aboard = new ArrayList<>();
      for (Waiting one : some) {
        var told = new Admission();
        limiter.admit(set, one.cost(), now, told);
        if (told.outcome() == Outcome.WAITS) {
          aboard.add(one);
        } else {
          answer(one, told);
        }
      }
      if (!aboard.isEmpty()) {
        travel(set, aboard, now);
        return;
      }
      some = set.next(ABOARD_MAX);
    }
  }

  private void travel(LimitSet set, List<Waiting> aboard, long now) {
    long units = aboard.stream().mapToLong(Waiting::cost).sum();
    var journey =
        new Journey(set, aboard, new ArrayList<>(), new ArrayList<>(), new ArrayList<>(), now);
    List<LimitTerms> terms = new ArrayList<>();
    Seat seat = peers.seat(now);
    for (int i = 0; i < set.size(); i++) {
      LimitState state = set.state(i);
      @Nullable Lease lease = state.take(units, now, seat);
      journey.reserved().add(lease);
      if (lease == null) {
        journey.asked().add(state);
        terms.add(state.terms(ahead(journey, state)));
      }
    }
    List<Long> costs = aboard.stream().map(Waiting::cost).toList();
    take(new LimitTrip(terms, costs))
        .onComplete(answer -> arrived(journey, answer), failure -> missed(journey, failure));
  }

  /** Within compose, so that a store that throws fails the trip and leaves nobody waiting. */
  private Future<LimitAnswer> take(LimitTrip trip) {
    return Future.succeededFuture().compose(unused -> store.take(trip));
  }

  private static long ahead(Journey journey, LimitState state) {
    long ahead = state.ahead(journey.sentNanos());
    if (ahead == 0 || !state.beginFetch()) {
      return 0;
    }
    journey.fetched().add(state);
    return ahead;
  }

  private void arrived(Journey journey, LimitAnswer answer) {
    journey.fetched().forEach(LimitState::endFetch);
    shares.back();
    int passed = answer.passed();
    List<Waiting> aboard = journey.aboard();
    long units = aboard.stream().limit(passed).mapToLong(Waiting::cost).sum();
    for (int i = 0; i < journey.asked().size(); i++) {
      LimitState state = journey.asked().get(i);
      long arrivalIn = answer.arrivalMicros().get(i) - answer.nowMicros();
      state.countUsed(units);
      state.arrived(
          journey.sentNanos(),
          arrivalIn,
          answer.leased().get(i),
          journey.fetched().contains(state));
    }
    journey.giveBack(passed);
    long now = clock.getAsLong();
    fill(journey, now);
    for (int i = 0; i < passed; i++) {
      counters.trip().increment();
      var told = new Admission();
      told.tell(journey.set(), Outcome.PASSES, 0);
      limiter.tellLeast(journey.set(), now, told);
      answer(aboard.get(i), told);
    }
    if (passed < aboard.size()) {
      var told = new Admission();
      limiter.tellRefused(journey.set(), aboard.get(passed).cost(), now, told);
      answer(aboard.get(passed), told);
      // Those behind may cost less; who does not is refused without another trip.
      journey.set().putBack(aboard.subList(passed + 1, aboard.size()));
    }
    serve(journey.set());
  }

  private void fill(Journey journey, long now) {
    Seat seat = peers.seat(now);
    for (LimitState state : journey.asked()) {
      if (seat != null && state.isToFill(now, seat)) {
        fill(state);
      }
    }
  }

  /** Whether Redis has debited what was asked for is not known; it is not asked for again. */
  private void missed(Journey journey, Throwable failure) {
    journey.fetched().forEach(LimitState::endFetch);
    shares.cutOff(failure);
    journey.giveBack(0);
    long now = clock.getAsLong();
    for (Waiting one : journey.aboard()) {
      answer(one, countShare(shares.admit(journey.set(), one.cost(), now, new Admission())));
    }
    serve(journey.set());
  }

  /** Whoever can't hear any more, since its event loop has ended, must not keep others waiting. */
  private static void answer(Waiting one, Admission told) {
    try {
      one.answer().accept(told);
    } catch (RuntimeException gone) {
      LOG.debug("nobody hears what became of a request: {}", gone.getMessage());
    }
  }

  Admission countShare(Admission told) {
    if (told.outcome() == Outcome.PASSES) {
      counters.share().increment();
    }
    return told;
  }

  /** Fetches a lease before the present one is empty; its state's fetch was begun. */
  void fetch(LimitState state) {
    context.execute(
        () -> {
          long now = clock.getAsLong();
          long ahead = state.ahead(now);
          if (ahead == 0 || shares.isCutOff()) {
            state.fetchNoMore();
            state.endFetch();
            return;
          }
          take(new LimitTrip(List.of(state.terms(ahead)), List.of()))
              .onComplete(
                  answer -> {
                    state.endFetch();
                    long arrivalIn = answer.arrivalMicros().getFirst() - answer.nowMicros();
                    state.arrived(now, arrivalIn, answer.leased().getFirst(), true);
                  },
                  failure -> {
                    state.endFetch();
                    shares.cutOff(failure);
                  });
        });
  }

  /** Fills what the state holds in reserve; that was begun. */
  void fill(LimitState state) {
    context.execute(
        () -> {
          long now = clock.getAsLong();
          Seat seat = peers.seat(now);
          Reserve reserve = state.reserve();
          long lacking = seat == null || state.isRetired() ? 0 : reserve.lacking(seat, now);
          if (seat == null || lacking == 0) {
            reserve.endFill();
            return;
          }
          Lease held = reserve.expect(seat, lacking, now);
          take(new LimitTrip(List.of(state.terms(0)), List.of(lacking)))
              .onComplete(
                  answer -> {
                    long come = answer.passed() == 1 ? lacking : 0;
                    long arrivalIn = answer.arrivalMicros().getFirst() - answer.nowMicros();
                    held.arrive(come);
                    state.filled(now, arrivalIn);
                    reserve.endFill();
                  },
                  failure -> {
                    held.arrive(0);
                    reserve.endFill();
                    shares.cutOff(failure);
                  });
        });
  }

  void probe() {
    if (shares.isCutOff()) {
      // A real step with a real write: a Redis that only answers is of no use.
      take(new LimitTrip(List.of(PROBE.terms(0)), List.of(1L))).onSuccess(answer -> shares.back());
    }
  }
}
