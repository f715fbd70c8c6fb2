package io.tollgate.fault;

import java.io.Closeable;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Notices when the machine itself stands still: a thread that has nothing to do but to wake in
 * time. Deadlines go by the clock, so that who gets no processor for longer than one misses it, and
 * tells nothing of what it does when it is given one.
 */
final class Stalls implements Closeable {
  private static final long EVERY_NANOS = Duration.ofMillis(5).toNanos();

  private final Stopwatch clock;
  private final AtomicLong worstNanos = new AtomicLong();
  private final Thread watch = new Thread(this::watch, "stalls");
  private volatile boolean stopped;

  Stalls(Stopwatch clock) {
    this.clock = clock;
    watch.setDaemon(true);
    watch.start();
  }

  private void watch() {
    while (!stopped) {
      long due = clock.now() + EVERY_NANOS;
      clock.until(due);
      worstNanos.accumulateAndGet(clock.now() - due, Math::max);
    }
  }

  /** Returns the worst since it was asked last. */
  Duration worst() {
    return Duration.ofNanos(worstNanos.getAndSet(0));
  }

  @Override
  public void close() {
    stopped = true;
  }
}
