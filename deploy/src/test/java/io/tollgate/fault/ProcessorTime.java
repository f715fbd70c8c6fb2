package io.tollgate.fault;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** What the protocol costs while nothing is asked of a gateway. */
final class ProcessorTime {
  private static final Duration WINDOW = Duration.ofSeconds(10);

  private static final double PERCENT = 1;

  /** As much again, and half: what a wake-up costs depends on the machine. */
  private static final double PERCENT_BROKEN = 2.5;

  /** The kernel counts in hundredths of a second towards programs, whatever its own tick. */
  private static final long NANOS_PER_TICK = 10_000_000;

  private static final int USER = 11;
  private static final int SYSTEM = 12;

  private ProcessorTime() {}

  /**
   * Watches gateways that nobody uses. The one that uses least counts: the others were started
   * again lately, and still compile what they do rarely.
   */
  static List<Finding> idle(Deployment deployment, Stopwatch clock, Figures figures) {
    List<GatewayMember> gateways = deployment.gateways();
    long[] before = gateways.stream().mapToLong(ProcessorTime::nanos).toArray();
    clock.pass(WINDOW);
    double least = 100;
    var all = new StringJoiner(", ");
    for (GatewayMember gateway : gateways) {
      double percent = 100.0 * (nanos(gateway) - before[gateway.number()]) / WINDOW.toNanos();
      all.add(String.format(Locale.ROOT, "%.2f", percent));
      least = Math.min(least, percent);
    }
    String seen = all + " % of a core";
    figures.add("steady cost of the protocol, each gateway", "1 %", seen);
    return List.of(Finding.figure("idle", "steady cost", least, PERCENT, PERCENT_BROKEN, seen));
  }

  private static long nanos(GatewayMember gateway) {
    try {
      String stat =
          Files.readString(Path.of("/proc", Long.toString(gateway.process().pid()), "stat"));
      // After the name, which stands in parentheses and may itself hold spaces.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return (Long.parseLong(fields[USER]) + Long.parseLong(fields[SYSTEM])) * NANOS_PER_TICK;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
