package io.tollgate.store;

import io.tollgate.key.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import redis.embedded.core.ExecutableProvider;

/** A real Redis in a process of its own, which may be killed and frozen; it ends with the JVM. */
public final class TestRedis implements AutoCloseable {
  /** Unpacks the server's program at its first use. */
  private static final class Program {
    static final Path FILE = unpack();

    static Path unpack() {
      try {
        Path directory = Files.createTempDirectory("tollgate-redis-program");
        Runtime.getRuntime().addShutdownHook(new Thread(() -> delete(directory)));
        return ExecutableProvider.newJarResourceProvider(directory.toFile()).get().toPath();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  private final Path directory;
  private final int port;
  private final List<String> settings;
  private @Nullable Process process;

  private TestRedis(Path directory, int port, List<String> settings) {
    this.directory = directory;
    this.port = port;
    this.settings = settings;
  }

  /**
   * Starts a server on a free port.
   *
   * @param settings more of its command line, for example {@code "--maxmemory", "1mb"}
   */
  public static TestRedis start(String... settings) {
    try {
      Path directory = Files.createTempDirectory("tollgate-redis");
      var redis = new TestRedis(directory, freePort(), List.of(settings));
      Runtime.getRuntime().addShutdownHook(new Thread(redis::close));
      redis.restart();
      return redis;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static int freePort() throws IOException {
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  public RedisConfig config() {
    return new RedisConfig(url(), Duration.ofSeconds(1), RedisConfig.CONNECT_DEADLINE);
  }

  public Secret url() {
    return new Secret("redis://127.0.0.1:" + port);
  }

  public int port() {
    return port;
  }

  /** Where the server keeps its dump, {@code dump.rdb}, which only the command SAVE writes. */
  public Path directory() {
    return directory;
  }

  /**
   * Sends one command on a connection of its own.
   *
   * @return the answer as text: null for nil, an array as lines
   * @throws IllegalStateException with Redis' words if it refuses
   */
  public @Nullable String command(String... words) {
    try (var connection = new RespConnection(port)) {
      return connection.command(words);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public long pid() {
    if (process == null) {
      throw new IllegalStateException("the server does not run");
    }
    return process.pid();
  }

  public synchronized void kill9() {
    if (process != null) {
      process.destroyForcibly().onExit().join();
      process = null;
    }
  }

  /** Stops the server where it stands: it accepts connections and never answers. */
  public void freeze() {
    TestProcess.freeze(pid());
  }

  public void thaw() {
    TestProcess.thaw(pid());
  }

  /** Starts the server again, killed first if it runs, on the same port and its last dump. */
  public synchronized void restart() {
    kill9();
    List<String> line = new ArrayList<>(List.of(Program.FILE.toString()));
    line.addAll(List.of("--port", Integer.toString(port), "--bind", "127.0.0.1"));
    line.addAll(List.of("--dir", directory.toString(), "--save", "", "--appendonly", "no"));
    line.addAll(settings);
    try {
      process =
          new ProcessBuilder(line)
              .redirectErrorStream(true)
              .redirectOutput(directory.resolve("redis.log").toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Awaiting.until("Redis answers on port " + port, () -> "PONG".equals(command("PING")));
  }

  @Override
  public void close() {
    kill9();
    delete(directory);
  }

  /** Deletes a directory and all that is in it. */
  public static void delete(Path directory) {
    if (!Files.exists(directory)) {
      return;
    }
    try (var files = Files.walk(directory)) {
      for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
