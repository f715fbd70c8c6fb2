package io.tollgate.deploy;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import redis.embedded.core.ExecutableProvider;

/** The Redis of {@code dev}: a real server on a free loopback port, kept in the data directory. */
final class DevRedis {
  private static final Duration START_DEADLINE = Duration.ofSeconds(15);
  private static final String PID_FILE = "redis.pid";

  private final Leash leash;
  private final int port;
  private final String password;
  private final Path pidFile;

  private DevRedis(Leash leash, int port, String password, Path pidFile) {
    this.leash = leash;
    this.port = port;
    this.password = password;
    this.pidFile = pidFile;
  }

  /** Starts it and waits until it answers. */
  static DevRedis start(DataDirectory data) {
    Path pidFile = data.file(PID_FILE);
    Path configuration = data.file("redis.conf");
    Leftover.clear(pidFile, configuration.toString());
    // On loopback too: every user of the machine could else write to it, and it to our files.
    String password = data.readOrMake("redis-password", () -> RandomText.of(32));
    int port = FreePort.take();
    data.write("redis.conf", configuration(data.path(), port, password));
    Path log = data.file("redis.log");
    var redis =
        new DevRedis(
            Leash.start(
                List.of(program(data).toString(), configuration.toString()), data.path(), log),
            port,
            password,
            pidFile);
    Patience.until("Redis", START_DEADLINE, redis.leash, log, redis::answers);
    return redis;
  }

  private static Path program(DataDirectory data) {
    Path directory = data.file("redis-bin");
    try {
      Files.createDirectories(directory);
      return ExecutableProvider.newJarResourceProvider(directory.toFile()).get().toPath();
    } catch (IOException e) {
      throw new StartFault("Redis can't be unpacked to " + directory + ": " + e.getMessage());
    }
  }

  private static String configuration(Path directory, int port, String password) {
    return String.join(
        "\n",
        "bind 127.0.0.1",
        "port " + port,
        "requirepass " + password,
        "dir \"" + directory + "\"",
        "dbfilename redis.rdb",
        "save 5 1",
        "pidfile \"" + directory.resolve(PID_FILE) + "\"",
        "maxmemory-policy noeviction",
        // The command line stays as it was given, so that a later run knows its own again.
        "set-proc-title no");
  }

  /** Asks as a client does: the port alone could be a stranger's. */
  private boolean answers() {
    try (var socket = new Socket()) {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
      socket.setSoTimeout(1_000);
      String commands = "AUTH " + password + "\r\nPING\r\n";
      socket.getOutputStream().write(commands.getBytes(StandardCharsets.US_ASCII));
      InputStream answer = socket.getInputStream();
      String text = new String(answer.readNBytes(12), StandardCharsets.US_ASCII);
      return text.equals("+OK\r\n+PONG\r\n") && Files.exists(pidFile);
    } catch (IOException e) {
      return false;
    }
  }

  String url() {
    return "redis://default:" + password + "@127.0.0.1:" + port;
  }

  long pid() {
    return Patience.pid(pidFile);
  }

  void stop() {
    leash.stop();
  }
}
