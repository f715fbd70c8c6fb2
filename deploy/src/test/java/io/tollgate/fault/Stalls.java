package io.tollgate.fault;

import java.io.Closeable;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Notices when the machine does not run what it is to run: by a thread that has nothing to do but
 * to wake in time, and by what the kernel says of the gateways' threads. Deadlines go by the clock,
 * so that who gets no processor for longer than one misses it, and tells nothing of what it does
 * when it is given one.
 */
final class Stalls implements Closeable {
  /** A gateway's bound: who sleeps longer can't know what is true. */
  private static final Duration STILL_MAX = Duration.ofMillis(100);

  /** How much of its time a gateway's thread may wait for a processor, in percent. */
  private static final double WAITING_MAX = 30;

  private static final long EVERY_NANOS = Duration.ofMillis(5).toNanos();

  private final Stopwatch clock;
  private final AtomicLong worstNanos = new AtomicLong();
  private final Thread watch = new Thread(this::watch, "stalls");
  private volatile boolean stopped;
  private Map<Path, Long> waited = Map.of();
  private Map<String, Long> stolenMillis = Map.of();
  private long sinceNanos;

  /**
   * How well the machine ran. Immutable.
   *
   * @param stolen the most that the host kept of one processor, of which a thread that wakes in
   *     time on another sees nothing; it is told, and decides nothing
   */
  record Seen(Duration still, double waitingPercent, Duration stolen) {
    boolean isSteady() {
      return still.compareTo(STILL_MAX) <= 0 && waitingPercent <= WAITING_MAX;
    }

    @Override
    public String toString() {
      return String.format(
          Locale.ROOT,
          "stood still for up to %d ms, threads waited %.0f %% of their time for a processor,"
              + " the host kept %d ms of one",
          still.toMillis(),
          waitingPercent,
          stolen.toMillis());
    }
  }

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

  /** Begins to watch these processes. */
  void begin(List<Long> processes) {
    worstNanos.set(0);
    sinceNanos = clock.now();
    waited = RunQueues.waited(processes);
    stolenMillis = StolenTime.millis();
  }

  /** Returns what was seen since then, of those processes that are still there. */
  Seen end(List<Long> processes) {
    long most = RunQueues.mostNanos(waited, RunQueues.waited(processes));
    return new Seen(
        Duration.ofNanos(worstNanos.get()),
        100.0 * most / (clock.now() - sinceNanos),
        StolenTime.most(stolenMillis, StolenTime.millis()));
  }

  @Override
  public void close() {
    stopped = true;
  }
}
