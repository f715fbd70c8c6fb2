package io.tollgate.fault;

import java.io.IOException;
import java.io.UncheckedIOException;

/** Sends signals to processes that this run has started. */
final class Signals {
  private Signals() {}

  /** Sends one by its name, for example {@code STOP}. */
  static void send(String name, long pid) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(pid)).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
