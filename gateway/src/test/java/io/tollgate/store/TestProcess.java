package io.tollgate.store;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.stream.Stream;

/** The signals that tests send to a server and all its children. */
final class TestProcess {
  private TestProcess() {}

  /** Kills at once and returns when all of them are gone. */
  static void kill9(long pid) {
    ProcessHandle[] family = family(pid).toArray(ProcessHandle[]::new);
    signal("KILL", family);
    for (ProcessHandle member : family) {
      Awaiting.until("process " + member.pid() + " is gone", () -> !member.isAlive());
    }
  }

  /** Asks the server to end at once but in order, and returns when all of it is gone. */
  static void shutDown(long pid) {
    ProcessHandle[] family = family(pid).toArray(ProcessHandle[]::new);
    signal("INT", family[0]);
    for (ProcessHandle member : family) {
      Awaiting.until("process " + member.pid() + " is gone", () -> !member.isAlive());
    }
  }

  static void freeze(long pid) {
    signal("STOP", family(pid).toArray(ProcessHandle[]::new));
  }

  static void thaw(long pid) {
    signal("CONT", family(pid).toArray(ProcessHandle[]::new));
  }

  private static Stream<ProcessHandle> family(long pid) {
    return ProcessHandle.of(pid).stream()
        .flatMap(parent -> Stream.concat(Stream.of(parent), parent.descendants()));
  }

  private static void signal(String name, ProcessHandle... receivers) {
    try {
      for (ProcessHandle receiver : receivers) {
        new ProcessBuilder("kill", "-" + name, Long.toString(receiver.pid()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start()
            .waitFor();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException("interrupted while a signal was sent", e);
    }
  }
}
