package io.tollgate.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A program that can't outlive this process, whatever ends it: SIGKILL, a crash, the machine's
 * out-of-memory killer.
 *
 * <p>Its parent is a small shell whose stdin is a pipe held here. The kernel closes the pipe when
 * this process is gone, and the shell then stops the program. Where the machine has {@code setsid},
 * shell and program leave the terminal's process group, so that Ctrl-C reaches this process alone
 * and the program ends last, in order.
 */
final class Leash {
  private static final int GRACE_SECONDS = 10;
  private static final List<Path> SETSID =
      List.of(Path.of("/usr/bin/setsid"), Path.of("/bin/setsid"));
  private static final String SCRIPT = script();

  private final Process shell;
  private final Path log;

  private Leash(Process shell, Path log) {
    this.shell = shell;
    this.log = log;
  }

  /** Starts a program whose output is added to the log file. */
  static Leash start(List<String> command, Path directory, Path log) {
    return start(command, directory, log, GRACE_SECONDS);
  }

  static Leash start(List<String> command, Path directory, Path log, int graceSeconds) {
    List<String> words = new ArrayList<>();
    SETSID.stream()
        .filter(Files::isExecutable)
        .findFirst()
        .map(Path::toString)
        .ifPresent(words::add);
    words.addAll(List.of("/bin/sh", "-c", SCRIPT, "leash", Integer.toString(graceSeconds)));
    words.addAll(command);
    try {
      Process shell =
          new ProcessBuilder(words)
              .directory(directory.toFile())
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      return new Leash(shell, log);
    } catch (IOException e) {
      throw new StartFault(command.get(0) + " can't be started: " + e.getMessage());
    }
  }

  boolean isAlive() {
    return shell.isAlive();
  }

  /** Waits that long, or less where the program ends before. */
  void awaitEnd(Duration most) throws InterruptedException {
    boolean unused = shell.waitFor(most.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** Waits for the program to end by itself; the answer is its exit code. */
  int await(int secondsMax) {
    try {
      if (shell.waitFor(secondsMax, TimeUnit.SECONDS)) {
        return shell.exitValue();
      }
      stop();
      throw new StartFault("a program did not end within " + secondsMax + " s; see " + log);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new StartFault("interrupted while a program ran");
    }
  }

  /** Lets go of the program and waits until it is gone. */
  void stop() {
    try {
      shell.getOutputStream().close();
      shell.waitFor(GRACE_SECONDS + 5L, TimeUnit.SECONDS);
    } catch (IOException e) {
      // The pipe is as closed as can be.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static String script() {
    try (InputStream script = Leash.class.getResourceAsStream("leash.sh")) {
      if (script == null) {
        throw new IllegalStateException("leash.sh is missing from the jar");
      }
      return new String(script.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new IllegalStateException("leash.sh can't be read", e);
    }
  }
}
