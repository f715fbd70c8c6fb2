package io.tollgate.load;

import io.netty.channel.EventLoop;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;

/**
 * Requests at a fixed rate, whether or not earlier ones are answered: an open loop, as clients that
 * don't know of each other make it. One that finds no lane free waits, and its waiting counts as
 * latency. Confined to the event loop.
 */
final class Arrivals {
  private final EventLoop loop;
  private final double intervalNanos;
  private final ArrayDeque<Lane> free = new ArrayDeque<>();
  // Bounded by the rate and the length of a slot.
  private final ArrayDeque<Long> late = new ArrayDeque<>();
  private long firstNanos;
  private long count;
  private boolean stopped;

  Arrivals(EventLoop loop, double rate) {
    this.loop = loop;
    intervalNanos = TimeUnit.SECONDS.toNanos(1) / rate;
  }

  void start() {
    firstNanos = System.nanoTime();
    arrive();
  }

  /** Lets no more arrive; those that wait still take their turn. */
  void stop() {
    stopped = true;
  }

  boolean isEmpty() {
    return late.isEmpty();
  }

  void free(Lane lane) {
    Long intendedNanos = late.poll();
    if (intendedNanos == null) {
      free.add(lane);
    } else {
      lane.send(intendedNanos);
    }
  }

  @SuppressWarnings("FutureReturnValueIgnored") // The next one looks whether it still must.
  private void arrive() {
    if (stopped) {
      return;
    }
    long dueNanos = dueNanos();
    while (dueNanos - System.nanoTime() <= 0) {
      take(dueNanos);
      count++;
      dueNanos = dueNanos();
    }
    loop.schedule(this::arrive, dueNanos - System.nanoTime(), TimeUnit.NANOSECONDS);
  }

  private void take(long intendedNanos) {
    Lane lane = free.poll();
    if (lane != null) {
      lane.send(intendedNanos);
    } else {
      late.add(intendedNanos);
    }
  }

  private long dueNanos() {
    return firstNanos + (long) (count * intervalNanos);
  }
}
