package io.tollgate.fault;

import io.tollgate.store.Awaiting;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A process of the product, started as {@code deploy/tollgate} starts it, on ports that stay its
 * own, so that it may be killed and started again. Thread-safe.
 */
final class TollgateProcess implements Closeable {
  static final Duration START_DEADLINE = Duration.ofSeconds(60);

  private static final Duration ASK_DEADLINE = Duration.ofSeconds(1);
  private static final byte[] READY = HttpConnection.get("/readyz", "Connection: close");
  private static final byte[] LIVE = HttpConnection.get("/livez", "Connection: close");
  private static final byte[] METRICS = HttpConnection.get("/metrics", "Connection: close");
  private static final Set<Process> RUNNING = ConcurrentHashMap.newKeySet();

  static {
    Runtime.getRuntime()
        .addShutdownHook(new Thread(() -> RUNNING.forEach(Process::destroyForcibly)));
  }

  private final String name;
  private final String command;
  private final Map<String, String> environment;
  private final int internalPort;
  private final Path log;
  private volatile @Nullable Process process;

  /**
   * @param name what it is called in what is printed, and the name of its log
   * @param command of the launcher
   */
  TollgateProcess(String name, String command, Map<String, String> environment, Path logs) {
    this.name = name;
    this.command = command;
    this.environment = new HashMap<>(environment);
    internalPort = Ports.free();
    this.environment.put("TOLLGATE_INTERNAL_PORT", Integer.toString(internalPort));
    // Of this process alone, and the same after a restart; ports are of one process already.
    this.environment.put(
        "TOLLGATE_DATA_DIR", logs.resolve(name + '-' + internalPort + ".data").toString());
    log = logs.resolve(name + ".log");
  }

  /** Starts it and does not wait for it. */
  void start() {
    List<String> line = new ArrayList<>();
    line.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    line.addAll(List.of("--enable-native-access=ALL-UNNAMED", "-XX:+ExitOnOutOfMemoryError"));
    line.addAll(List.of("-XX:+UseSerialGC", "-Xms48m", "-Xmn24m", "-Xmx128m"));
    line.addAll(List.of("-cp", System.getProperty("java.class.path")));
    line.addAll(List.of("io.tollgate.deploy.Launcher", command));
    try {
      Files.createDirectories(log.getParent());
      var builder = new ProcessBuilder(line).redirectErrorStream(true);
      builder.redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
      builder.environment().keySet().removeIf(variable -> variable.startsWith("TOLLGATE_"));
      builder.environment().putAll(environment);
      Process started = builder.start();
      RUNNING.add(started);
      process = started;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void awaitReady() {
    Awaiting.until(
        name + " is ready (see " + log + ")", START_DEADLINE, () -> isReady() || !isAlive());
    if (!isAlive()) {
      throw new IllegalStateException(name + " has ended, see " + log);
    }
  }

  private Process running() {
    Process known = process;
    if (known == null) {
      throw new IllegalStateException(name + " was not started");
    }
    return known;
  }

  String name() {
    return name;
  }

  long pid() {
    return running().pid();
  }

  boolean isAlive() {
    Process known = process;
    return known != null && known.isAlive();
  }

  boolean isReady() {
    return isGood(READY);
  }

  boolean isLive() {
    return isGood(LIVE);
  }

  private boolean isGood(byte[] question) {
    try {
      return HttpConnection.ask(internalPort, ASK_DEADLINE, question).status() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  Scrape scrape() throws IOException {
    return new Scrape(HttpConnection.ask(internalPort, ASK_DEADLINE, METRICS).body());
  }

  /** Waits for a command that ends by itself; it must end well. */
  void awaitEnd() {
    Process known = running();
    end(known);
    if (known.exitValue() != 0) {
      throw new IllegalStateException(name + " ended with " + known.exitValue() + ", see " + log);
    }
  }

  void kill9() {
    end(running().destroyForcibly());
  }

  /** Stops it where it stands. */
  void freeze() {
    Signals.send("STOP", pid());
  }

  void thaw() {
    Signals.send("CONT", pid());
  }

  /** Ends it in order, as an operator would. */
  void stop() {
    Process known = running();
    known.destroy();
    try {
      if (!known.waitFor(20, TimeUnit.SECONDS)) {
        known.destroyForcibly();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    end(known);
  }

  private void end(Process ending) {
    ending.onExit().join();
    RUNNING.remove(ending);
  }

  @Override
  public void close() {
    if (process != null) {
      kill9();
    }
  }
}
