package io.tollgate.simulation;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What came of many histories, which run side by side, as many as there are processors.
 *
 * <p>On virtual threads, since those that a history is made of are: so the turn goes from one to
 * the other without a switch between threads of the system.
 */
final class Seeds {
  /** A promise that was broken. */
  record Breach(long seed, String what) {}

  private static final int TRACE_LINES = 400;

  private final int breachesMax;
  private final LongFunction<Simulation> histories;
  private final Coverage coverage = new Coverage();
  private final List<Breach> breaches = new ArrayList<>();
  private long run;
  private long warmUses;
  private long warmUsesByRing;
  private long shortestNanos = Long.MAX_VALUE;
  private long fewestRevocations = Long.MAX_VALUE;
  private long fewestFaults = Long.MAX_VALUE;
  private long quietRevocations;
  private long lateRevocations;

  private Seeds(int breachesMax, LongFunction<Simulation> histories) {
    this.breachesMax = breachesMax;
    this.histories = histories;
  }

  /** Runs all, or so many that a number of them are broken. */
  static Seeds run(long first, long count, int breachesMax, LongFunction<Simulation> histories) {
    var seeds = new Seeds(breachesMax, histories);
    var next = new AtomicLong(first);
    List<Thread> threads = new ArrayList<>();
    for (int i = 0; i < Runtime.getRuntime().availableProcessors(); i++) {
      threads.add(Thread.ofVirtual().start(() -> seeds.run(next, first + count)));
    }
    for (Thread thread : threads) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        throw new IllegalStateException("interrupted while seeds were run", e);
      }
    }
    seeds.breaches.sort(Comparator.comparingLong(Breach::seed));
    return seeds;
  }

  private void run(AtomicLong next, long end) {
    for (long seed = next.getAndIncrement();
        seed < end && breaches().size() < breachesMax;
        seed = next.getAndIncrement()) {
      Simulation history = histories.apply(seed);
      String breach;
      try {
        breach = history.run();
      } catch (RuntimeException | Error e) {
        breach = "the simulation itself failed: " + e + ", " + e.getCause();
      }
      add(seed, history, breach);
    }
  }

  private synchronized void add(long seed, Simulation history, @Nullable String breach) {
    run++;
    coverage.add(history.coverage);
    warmUses += history.judge.warmUses();
    warmUsesByRing += history.judge.warmUsesByRing();
    quietRevocations += history.judge.quietRevocations();
    lateRevocations += history.judge.lateRevocations();
    if (breach != null) {
      breaches.add(new Breach(seed, breach));
    } else {
      shortestNanos = Math.min(shortestNanos, history.scheduler.nanos());
      fewestRevocations = Math.min(fewestRevocations, history.calls());
      fewestFaults = Math.min(fewestFaults, history.coverage.faults());
    }
  }

  synchronized List<Breach> breaches() {
    return List.copyOf(breaches);
  }

  /** Tells the story of a seed once more, from so many lines before its end. */
  String story(long seed) {
    Simulation again = histories.apply(seed);
    again.scheduler.trace.turnOn();
    again.run();
    return again.scheduler.trace.newest(TRACE_LINES);
  }

  Coverage coverage() {
    return coverage;
  }

  double warmByRing() {
    return (double) warmUsesByRing / warmUses;
  }

  /** Returns the share of revocations without faults that took longer than promised. */
  double late() {
    return (double) lateRevocations / quietRevocations;
  }

  long shortestNanos() {
    return shortestNanos;
  }

  long fewestRevocations() {
    return fewestRevocations;
  }

  long fewestFaults() {
    return fewestFaults;
  }

  @Override
  public String toString() {
    return run
        + " seeds, "
        + breaches.size()
        + " broken promises; at least "
        + shortestNanos / Scheduler.SECOND
        + " virtual seconds, "
        + fewestRevocations
        + " revocations and "
        + fewestFaults
        + " faults each; without faults the ring answered "
        + String.format("%.3f", 100 * warmByRing())
        + " % of warm uses, and "
        + lateRevocations
        + " of "
        + quietRevocations
        + " revocations took longer than the bound and 50 ms; "
        + coverage.all();
  }
}
