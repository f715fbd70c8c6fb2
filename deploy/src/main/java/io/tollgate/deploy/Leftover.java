package io.tollgate.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * A server of an earlier run that is still there, or of which only the pid file is: the leash of a
 * run that was killed may be stopping it right now, or was killed too.
 */
final class Leftover {
  private static final int GRACE_SECONDS = 10;

  private Leftover() {}

  /**
   * Ends the process that the file names, if it is that server, and removes the file.
   *
   * @param mark what the server's command line holds and no other process's does
   */
  static void clear(Path pidFile, String mark) {
    try {
      if (!Files.exists(pidFile)) {
        return;
      }
      String first = Files.readString(pidFile).lines().findFirst().orElse("").strip();
      if (first.matches("\\d{1,9}")) {
        Optional<ProcessHandle> process =
            ProcessHandle.of(Long.parseLong(first)).filter(found -> isServer(found, mark));
        process.ifPresent(Leftover::end);
      }
      Files.deleteIfExists(pidFile);
    } catch (IOException e) {
      throw new StartFault(pidFile + " of an earlier run can't be cleared: " + e.getMessage());
    }
  }

  /** Tells a server from a stranger that was given its number since. */
  private static boolean isServer(ProcessHandle process, String mark) {
    return process.info().commandLine().filter(line -> line.contains(mark)).isPresent();
  }

  private static void end(ProcessHandle process) {
    try {
      // Postgres takes SIGINT for "now, but in order"; the JDK itself sends only others.
      new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
      process.onExit().get(GRACE_SECONDS, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      process.destroyForcibly();
    } catch (IOException | ExecutionException e) {
      throw new StartFault("process " + process.pid() + " of an earlier run can't be ended");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
