package io.tollgate.limit;

import io.tollgate.store.LimitAnswer;
import io.tollgate.store.LimitStore;
import io.tollgate.store.LimitTrip;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.Comparator;
import java.util.HashSet;
import java.util.PriorityQueue;
import java.util.Set;

/** A clock that goes on by events, and a Redis that stands on it. One thread. */
final class Simulation {
  static final long MILLI = 1_000_000;
  static final long SECOND = 1_000 * MILLI;

  private static final long START = 1_000 * SECOND;
  private static final long DEADLINE = 100 * MILLI;

  private record Event(long nanos, long number, Runnable what) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::nanos).thenComparingLong(Event::number));
  private final TwinStates states;
  private final Set<String> list = new HashSet<>();
  private long nanos = START;
  private long number;

  Simulation(TwinStates states) {
    this.states = states;
  }

  long nanos() {
    return nanos;
  }

  /** Returns whether nothing has happened yet: who is there now has been there for long. */
  boolean isAtStart() {
    return nanos == START;
  }

  void register(String name) {
    list.add(name);
  }

  /** Takes one off the list that is known to be dead, or has left. */
  void strike(String name) {
    list.remove(name);
  }

  int listed() {
    return list.size();
  }

  boolean isListed(String name) {
    return list.contains(name);
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
    private int trips;

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

    int trips() {
      return trips;
    }

    @Override
    public Future<LimitAnswer> take(LimitTrip trip) {
      trips++;
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
