package io.tollgate.deploy;

import java.io.PrintWriter;
import java.util.Locale;
import java.util.function.Supplier;

/** The lines that {@code dev} says to the one who started it. */
final class Console {
  private final PrintWriter out;

  Console(PrintWriter out) {
    this.out = out;
  }

  void say(String line) {
    out.println(line);
    out.flush();
  }

  /** Says what is waited for, and how long it took. On two lines: logs may come between. */
  <T> T step(String what, Supplier<T> work) {
    say(what + " …");
    long start = System.nanoTime();
    T result = work.get();
    say(String.format(Locale.ROOT, "  %.1f s", (System.nanoTime() - start) / 1e9));
    return result;
  }
}
