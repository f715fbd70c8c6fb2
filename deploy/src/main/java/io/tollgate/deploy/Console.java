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

  /** Says what is waited for, and how long it took. */
  <T> T step(String what, Supplier<T> work) {
    out.print(what + " … ");
    out.flush();
    long start = System.nanoTime();
    try {
      T result = work.get();
      out.printf(Locale.ROOT, "%.1f s%n", (System.nanoTime() - start) / 1e9);
      out.flush();
      return result;
    } catch (SettingFault | StartFault e) {
      say("failed");
      throw e;
    }
  }
}
