package io.tollgate.simulation;

import java.util.Arrays;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * Virtual time: what is due next happens next, and nothing else ever happens. One source of
 * randomness, so a seed is a history.
 */
final class Scheduler {
  static final long MICRO = 1_000;
  static final long MILLI = 1_000_000;
  static final long SECOND = 1_000_000_000;
  private static final int EVENTS_AT_FIRST = 1_024;

  final SplittableRandom random;
  final Trace trace = new Trace(this);
  private long nanos;
  private long scheduled;
  private long happened;

  // A heap in three arrays: by time, among equals by who came first.
  private int size;
  private long[] times = new long[EVENTS_AT_FIRST];
  private long[] orders = new long[EVENTS_AT_FIRST];
  private @Nullable Runnable[] events = new Runnable[EVENTS_AT_FIRST];

  Scheduler(long seed) {
    random = new SplittableRandom(seed);
  }

  /** Returns the true time, which no clock in the simulation shows. */
  long nanos() {
    return nanos;
  }

  /** Returns how many events have happened. */
  long happened() {
    return happened;
  }

  void after(long delayNanos, Runnable event) {
    at(nanos + delayNanos, event);
  }

  void at(long time, Runnable event) {
    if (size == times.length) {
      grow();
    }
    long due = Math.max(time, nanos);
    long order = scheduled++;
    int place = size++;
    while (place > 0) {
      int parent = (place - 1) >>> 1;
      if (isBefore(times[parent], orders[parent], due, order)) {
        break;
      }
      move(parent, place);
      place = parent;
    }
    set(place, due, order, event);
  }

  /** Lets the next event happen; returns false if it is due later than that time. */
  boolean next(long until) {
    Runnable event = events[0];
    if (event == null || times[0] > until) {
      nanos = Math.max(nanos, until);
      return false;
    }
    nanos = times[0];
    happened++;
    removeFirst();
    event.run();
    return true;
  }

  private void removeFirst() {
    int last = --size;
    long time = times[last];
    long order = orders[last];
    Runnable event = events[last];
    events[last] = null;
    if (last == 0 || event == null) {
      return;
    }
    int place = 0;
    while (true) {
      int child = 2 * place + 1;
      if (child >= last) {
        break;
      }
      int right = child + 1;
      if (right < last && isBefore(times[right], orders[right], times[child], orders[child])) {
        child = right;
      }
      if (isBefore(time, order, times[child], orders[child])) {
        break;
      }
      move(child, place);
      place = child;
    }
    set(place, time, order, event);
  }

  private static boolean isBefore(long time, long order, long otherTime, long otherOrder) {
    return time < otherTime || (time == otherTime && order < otherOrder);
  }

  private void move(int from, int to) {
    times[to] = times[from];
    orders[to] = orders[from];
    events[to] = events[from];
  }

  private void set(int place, long time, long order, Runnable event) {
    times[place] = time;
    orders[place] = order;
    events[place] = event;
  }

  private void grow() {
    times = Arrays.copyOf(times, 2 * size);
    orders = Arrays.copyOf(orders, 2 * size);
    events = Arrays.copyOf(events, 2 * size);
  }

  boolean chance(double probability) {
    return random.nextDouble() < probability;
  }

  /** Returns a time from a span, each of its orders of magnitude as likely as the other. */
  long anyOrder(long least, long most) {
    return (long) (least * Math.pow((double) most / least, random.nextDouble()));
  }

  /** Returns a time from a span, the end excluded. */
  long between(long least, long most) {
    return least >= most ? least : random.nextLong(least, most);
  }
}
