package io.tollgate.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** What the protocol costs while nothing is asked of a gateway. */
final class ProcessorTime {
  private static final Duration WINDOW = Duration.ofSeconds(10);

  private static final double PERCENT = 1;

  /** What a wake-up costs depends on the machine, and code that is not compiled yet costs more. */
  private static final double PERCENT_BROKEN = 50;

  /** These don't depend on the machine: timers, and what the stores answer. */
  private static final double WAKE_UPS = 200;

  private static final double WAKE_UPS_BROKEN = 400;

  /** The kernel counts in hundredths of a second towards programs, whatever its own tick. */
  private static final long NANOS_PER_TICK = 10_000_000;

  private static final int USER = 11;
  private static final int SYSTEM = 12;

  private ProcessorTime() {}

  /**
   * Watches gateways that nobody uses. Of processor time the one that uses least counts: the others
   * were started again lately, and still compile what they do rarely. Of wake-ups the one with
   * most.
   */
  static List<Finding> idle(Deployment deployment, Stopwatch clock, Figures figures) {
    List<Long> pids =
        deployment.gateways().stream().map(gateway -> gateway.process().pid()).toList();
    long[] nanos = pids.stream().mapToLong(ProcessorTime::nanos).toArray();
    List<Map<Path, Long>> waits = pids.stream().map(WakeUps::ofThreads).toList();
    clock.pass(WINDOW);
    double[] percents = new double[nanos.length];
    double[] rates = new double[nanos.length];
    for (int i = 0; i < nanos.length; i++) {
      percents[i] = 100.0 * (nanos(pids.get(i)) - nanos[i]) / WINDOW.toNanos();
      long since = WakeUps.between(waits.get(i), WakeUps.ofThreads(pids.get(i)));
      rates[i] = (double) since / WINDOW.toSeconds();
    }
    String cost = told("%.2f", percents) + " % of a core";
    String awake = told("%.0f", rates) + " a second";
    figures.add("steady cost of the protocol, each gateway", "1 %", cost);
    return List.of(
        Finding.figure("idle", "steady cost", least(percents), PERCENT, PERCENT_BROKEN, cost),
        Finding.figure("idle", "wake-ups", most(rates), WAKE_UPS, WAKE_UPS_BROKEN, awake));
  }

  private static double least(double[] values) {
    return Arrays.stream(values).min().orElseThrow();
  }

  private static double most(double[] values) {
    return Arrays.stream(values).max().orElseThrow();
  }

  private static String told(String format, double[] values) {
    return Arrays.stream(values)
        .mapToObj(value -> String.format(Locale.ROOT, format, value))
        .collect(Collectors.joining(", "));
  }

  private static long nanos(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
      // After the name, which stands in parentheses and may itself hold spaces.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return (Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM])) * NANOS_PER_TICK;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
