package io.tollgate.fault;

import java.io.Closeable;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;

/**
 * Clients that don't know of each other: uses of keys at a constant rate, at all gateways in turn,
 * whether or not earlier ones are answered. What waits counts as waiting from when it was due.
 */
final class Load implements Closeable {
  private final List<GatewayDoor> doors;
  private final KeyPools keys;
  private final Stopwatch clock;
  private final RandomGenerator random;
  private volatile long intervalNanos;
  private final Thread arrivals = new Thread(this::arrive, "arrivals");
  private volatile boolean stopped;

  Load(List<GatewayDoor> doors, KeyPools keys, Stopwatch clock, RandomGenerator random) {
    this.doors = doors;
    this.keys = keys;
    this.clock = clock;
    this.random = random;
  }

  void start(int usesPerSecond) {
    intervalNanos = TimeUnit.SECONDS.toNanos(1) / usesPerSecond;
    arrivals.setDaemon(true);
    arrivals.start();
  }

  private void arrive() {
    long dueNanos = clock.now();
    for (int count = 0; !stopped; count++) {
      clock.until(dueNanos);
      send(doors.get(count % doors.size()), count % doors.size(), dueNanos);
      dueNanos += intervalNanos;
    }
  }

  private void send(GatewayDoor door, int gateway, long dueNanos) {
    KeyPools.Pick pick = keys.pick(gateway, random);
    Thread.ofVirtual().start(() -> door.use(pick.key(), pick.isFirst(), dueNanos));
  }

  @Override
  public void close() {
    stopped = true;
    try {
      arrivals.join();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
