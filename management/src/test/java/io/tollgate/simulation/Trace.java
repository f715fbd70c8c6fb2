package io.tollgate.simulation;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Locale;

/**
 * The story of one history, told only when it is told again: a seed that failed is run a second
 * time with the trace on.
 */
final class Trace {
  private static final int LINES_MAX = 100_000;

  private final Scheduler scheduler;
  private final Deque<String> lines = new ArrayDeque<>();
  private boolean on;

  Trace(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  void turnOn() {
    on = true;
  }

  /** To be asked before a line is put together, so that the usual run pays nothing for it. */
  boolean isOn() {
    return on;
  }

  void tell(Object who, String what) {
    if (on) {
      if (lines.size() == LINES_MAX) {
        lines.removeFirst();
      }
      double seconds = (double) scheduler.nanos() / Scheduler.SECOND;
      lines.addLast(String.format(Locale.ROOT, "%11.6f %-12s %s", seconds, who, what));
    }
  }

  /** Returns the newest lines, oldest first. */
  String newest(int most) {
    return String.join("\n", lines.stream().skip(Math.max(0, lines.size() - most)).toList());
  }
}
