package io.tollgate.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;

/** The wait for an embedded server to answer, which ends early where it has died. */
final class Patience {
  private static final Duration PAUSE = Duration.ofMillis(50);
  private static final int LOG_LINES_SHOWN = 3;

  private Patience() {}

  static void until(
      String server, Duration deadline, Leash leash, Path log, BooleanSupplier answers) {
    long end = System.nanoTime() + deadline.toNanos();
    while (!answers.getAsBoolean()) {
      boolean alive = leash.isAlive();
      if (!alive || System.nanoTime() - end > 0) {
        leash.stop();
        throw new StartFault(
            "the embedded "
                + server
                + (alive ? " did not answer within " + deadline.toSeconds() + " s" : " ended")
                + ", see "
                + log
                + ": "
                + tail(log));
      }
      pause(leash);
    }
  }

  /** The server can't tell that it is up, so it is asked; an end of its process is told at once. */
  private static void pause(Leash leash) {
    try {
      leash.awaitEnd(PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFault("interrupted while a server started");
    }
  }

  static String tail(Path log) {
    try {
      List<String> lines = Files.readAllLines(log);
      return String.join(
          " | ", lines.subList(Math.max(0, lines.size() - LOG_LINES_SHOWN), lines.size()));
    } catch (IOException e) {
      return "no log was written";
    }
  }

  /** Returns the process number that a server wrote down once it was up. */
  static long pid(Path pidFile) {
    try {
      return Long.parseLong(Files.readAllLines(pidFile).get(0).strip());
    } catch (IOException | NumberFormatException | IndexOutOfBoundsException e) {
      throw new StartFault(pidFile + " names no process");
    }
  }
}
