package io.tollgate.fault;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How many uses a second the gateways and these clients can do together on this machine, when each
 * client sends its next as soon as the last is answered. Warms all of them up, too.
 */
final class Capacity {
  private static final int CLIENTS = 24;

  /** What is new to a JVM is slow in it: that is not what is measured. */
  private static final Duration WARM_UP = Duration.ofSeconds(4);

  private static final Duration WINDOW = Duration.ofSeconds(2);

  private final List<GatewayDoor> doors;
  private final List<IssuedKey> keys;
  private final Stopwatch clock;
  private final Book book;
  private final AtomicLong served = new AtomicLong();
  private volatile boolean stopped;

  Capacity(List<GatewayDoor> doors, List<IssuedKey> keys, Stopwatch clock, Book book) {
    this.doors = doors;
    this.keys = keys;
    this.clock = clock;
    this.book = book;
  }

  /** Presses as hard as it can for a while, and returns the uses a second that were served. */
  int perSecond() {
    List<Thread> clients = new ArrayList<>();
    for (int client = 0; client < CLIENTS; client++) {
      int ordinal = client;
      clients.add(Thread.ofVirtual().start(() -> press(ordinal)));
    }
    clock.pass(WARM_UP);
    long before = served.get();
    long since = clock.now();
    clock.pass(WINDOW);
    double perSecond = (served.get() - before) * 1e9 / (clock.now() - since);
    stopped = true;
    clients.forEach(Capacity::join);
    book.clear();
    return (int) perSecond;
  }

  private void press(int client) {
    for (int count = client; !stopped; count++) {
      IssuedKey key = keys.get(count % keys.size());
      if (doors.get(count % doors.size()).use(key, false, clock.now()).isAccepted()) {
        served.incrementAndGet();
      }
    }
  }

  private static void join(Thread client) {
    try {
      client.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
