package io.tollgate.limit;

import io.tollgate.store.LimitAnswer;
import io.tollgate.store.LimitStore;
import io.tollgate.store.LimitTrip;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Comparator;
import java.util.PriorityQueue;

/** A clock that goes on by events, and a Redis that stands on it. One thread. */
final class Simulation {
  static final long MILLI = 1_000_000;
  static final long SECOND = 1_000 * MILLI;

  private static final long DEADLINE = 100 * MILLI;

  private record Event(long nanos, long number, Runnable what) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::nanos).thenComparingLong(Event::number));
  private final TwinStates states;
  private long nanos = 1_000 * SECOND;
  private long number;

  Simulation(TwinStates states) {
    this.states = states;
  }

  long nanos() {
    return nanos;
  }

  void after(long delay, Runnable what) {
    events.add(new Event(nanos + delay, number++, what));
  }

  /** Plays all events of the next span of time. */
  void pass(long span) {
    long end = nanos + span;
    while (!events.isEmpty() && events.peek().nanos() <= end) {
      Event next = events.poll();
      nanos = next.nanos();
      next.what().run();
    }
    nanos = end;
  }

  /** How one gateway reaches Redis. */
  final class Path implements LimitStore {
    private final long there;
    private boolean open = true;

    /** Makes a path on which a trip takes so long to arrive; its answer comes in no time. */
    Path(long there) {
      this.there = there;
    }

    void cut() {
      open = false;
    }

    void mend() {
      open = true;
    }

    @Override
    public Future<LimitAnswer> take(LimitTrip trip) {
      Promise<LimitAnswer> answer = Promise.promise();
      after(
          there,
          () -> {
            if (open) {
              answer.tryComplete(states.run(trip, LimitState.micros(nanos)));
            }
          });
      after(DEADLINE, () -> answer.tryFail(new StoreUnreachable("cut")));
      return answer.future();
    }
  }
}
