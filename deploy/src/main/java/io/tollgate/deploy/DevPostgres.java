package io.tollgate.deploy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The Postgres of {@code dev}: a real server on a free loopback port, kept in the data directory.
 *
 * <p>Started here rather than by the library that brings its binaries: that one would stop it in a
 * shutdown hook of its own, beside requests that are still under way, and leave it running where
 * this process is killed.
 */
final class DevPostgres {
  private static final Duration START_DEADLINE = Duration.ofSeconds(60);
  private static final Duration CONNECT_DEADLINE = Duration.ofSeconds(2);
  private static final int INIT_SECONDS_MAX = 120;
  private static final String NAME = "tollgate";

  private final Leash leash;
  private final Path pidFile;
  private final int port;
  private final String password;

  private DevPostgres(Leash leash, Path pidFile, int port, String password) {
    this.leash = leash;
    this.pidFile = pidFile;
    this.port = port;
    this.password = password;
  }

  /** Starts it, at the first time on a new cluster, and waits until it answers. */
  static DevPostgres start(DataDirectory data) {
    Path programs = PostgresBinaries.unpack(data.path());
    Path cluster = data.file("postgres");
    Path log = data.file("postgres.log");
    Path pidFile = cluster.resolve("postmaster.pid");
    Leftover.clear(pidFile, cluster.toString());
    String password = data.readOrMake("postgres-password", () -> RandomText.of(32));
    if (!Files.exists(cluster)) {
      init(programs, data, cluster, log);
    }
    int port = FreePort.take();
    List<String> command = command(programs, "postgres");
    command.addAll(List.of("-D", cluster.toString(), "-p", Integer.toString(port)));
    command.addAll(List.of("-c", "listen_addresses=127.0.0.1"));
    command.addAll(List.of("-c", "unix_socket_directories="));
    var postgres = new DevPostgres(Leash.start(command, data.path(), log), pidFile, port, password);
    Patience.until("Postgres", START_DEADLINE, postgres.leash, log, postgres::answers);
    return postgres;
  }

  /** Makes the cluster beside its place, so that one that was broken off is never taken for one. */
  private static void init(Path programs, DataDirectory data, Path cluster, Path log) {
    Path draft = data.file("postgres.new");
    try {
      Directories.remove(draft);
      List<String> command = command(programs, "initdb");
      command.addAll(List.of("-D", draft.toString(), "-U", NAME, "-E", "UTF8", "--locale=C"));
      command.addAll(List.of("--auth=scram-sha-256"));
      command.add("--pwfile=" + data.file("postgres-password"));
      if (Leash.start(command, data.path(), log).await(INIT_SECONDS_MAX) != 0) {
        throw new StartFault(
            "Postgres can't make its files, see " + log + ": " + Patience.tail(log));
      }
      Files.move(draft, cluster, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new StartFault("Postgres can't make its files in " + draft + ": " + e.getMessage());
    }
  }

  /** Postgres refuses to run as root; in a user namespace of its own it is nobody. */
  private static List<String> command(Path programs, String program) {
    List<String> command = new ArrayList<>();
    if ("root".equals(System.getProperty("user.name"))) {
      command.addAll(List.of("unshare", "-U"));
    }
    command.add(programs.resolve("bin").resolve(program).toString());
    return command;
  }

  private boolean answers() {
    try (Connection connection = JdbcAddress.of(url("postgres"), CONNECT_DEADLINE).connect();
        Statement statement = connection.createStatement()) {
      try (ResultSet found =
          statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = 'tollgate'")) {
        if (found.next()) {
          return true;
        }
      }
      statement.execute("CREATE DATABASE tollgate");
      return true;
    } catch (SQLException e) {
      return false;
    }
  }

  String url() {
    return url(NAME);
  }

  private String url(String database) {
    return "postgresql://" + NAME + ":" + password + "@127.0.0.1:" + port + "/" + database;
  }

  long pid() {
    return Patience.pid(pidFile);
  }

  void stop() {
    leash.stop();
  }
}
