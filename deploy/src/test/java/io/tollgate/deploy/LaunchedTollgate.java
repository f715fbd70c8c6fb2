package io.tollgate.deploy;

import io.tollgate.store.Awaiting;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A process of the launcher, as {@code deploy/tollgate} starts it, with what it printed. */
final class LaunchedTollgate implements AutoCloseable {
  private static final Duration START_DEADLINE = Duration.ofMinutes(2);

  private final Process process;
  private final Path output;

  private LaunchedTollgate(Process process, Path output) {
    this.process = process;
    this.output = output;
  }

  static LaunchedTollgate start(Map<String, String> environment, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("--enable-native-access=ALL-UNNAMED");
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.add(Launcher.class.getName());
    command.addAll(List.of(arguments));
    try {
      Path output = Files.createTempFile("tollgate", ".out");
      var builder = new ProcessBuilder(command).redirectErrorStream(true);
      builder.redirectOutput(output.toFile());
      builder.environment().keySet().removeIf(name -> name.startsWith("TOLLGATE_"));
      // Where nothing else is said, no process finds what another one has left.
      builder
          .environment()
          .put("XDG_STATE_HOME", Files.createTempDirectory("tollgate-state").toString());
      builder.environment().putAll(environment);
      return new LaunchedTollgate(builder.start(), output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  String output() {
    try {
      return Files.readString(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Waits until the pattern has been printed and returns its first group. */
  String printed(String pattern) {
    Pattern wanted = Pattern.compile(pattern, Pattern.MULTILINE);
    Awaiting.until(
        "the process prints " + pattern,
        START_DEADLINE,
        () -> wanted.matcher(output()).find() || !process.isAlive());
    Matcher found = wanted.matcher(output());
    if (!found.find()) {
      throw new AssertionError("not printed: " + pattern + "\n" + output());
    }
    return found.group(1);
  }

  int exitCode() {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        throw new AssertionError("the process does not end\n" + output());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  void kill9() {
    process.destroyForcibly();
    exitCode();
  }

  /** Sends a signal by its name, for example {@code HUP}. */
  void signal(String name) {
    try {
      new ProcessBuilder("kill", "-" + name, Long.toString(process.pid())).start().waitFor();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
      Files.deleteIfExists(output);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }
}
