package io.tollgate.store;

import io.tollgate.key.Secret;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import org.flywaydb.core.Flyway;

/**
 * A database of a real Postgres: {@link #database} gives a fresh one on the server that all tests
 * of this JVM share, {@link #dedicated} one on a server of its own, which may be killed and frozen.
 */
public final class TestPostgres implements AutoCloseable {
  private static final String TEMPLATE = "template_tollgate";
  private static final AtomicInteger DATABASES = new AtomicInteger();

  /** Starts the shared server at its first use; it ends with the JVM. */
  private static final class Shared {
    static final EmbeddedPostgres SERVER = start();

    static EmbeddedPostgres start() {
      try {
        EmbeddedPostgres server =
            EmbeddedPostgres.builder().setServerConfig("max_connections", "500").start();
        String url = server.getJdbcUrl("postgres", "postgres");
        execute(url, "CREATE DATABASE " + TEMPLATE);
        migrate(server.getJdbcUrl("postgres", TEMPLATE), "latest");
        return server;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  /** Makes the database that is asked for next while the last one is used. */
  private static final class Ready {
    private static CompletableFuture<TestPostgres> next = make();

    static synchronized TestPostgres take() {
      TestPostgres made = next.join();
      next = make();
      return made;
    }

    private static CompletableFuture<TestPostgres> make() {
      return CompletableFuture.supplyAsync(
          () -> create(" TEMPLATE " + TEMPLATE), work -> Thread.ofPlatform().daemon().start(work));
    }
  }

  private final Path directory;
  private final String database;
  private final boolean dedicated;
  private EmbeddedPostgres server;

  private TestPostgres(
      EmbeddedPostgres server, Path directory, String database, boolean dedicated) {
    this.server = server;
    this.directory = directory;
    this.database = database;
    this.dedicated = dedicated;
  }

  /** Returns a fresh database with the schema in it, on the shared server. */
  public static TestPostgres database() {
    return Ready.take();
  }

  /** Returns a fresh database without the schema, on the shared server. */
  public static TestPostgres emptyDatabase() {
    return create("");
  }

  private static TestPostgres create(String template) {
    String name = "tollgate_" + DATABASES.incrementAndGet();
    execute(Shared.SERVER.getJdbcUrl("postgres", "postgres"), "CREATE DATABASE " + name + template);
    return new TestPostgres(Shared.SERVER, Path.of(""), name, false);
  }

  /** Brings the schema to an older version than today's, from what it is. */
  public void migrate(String version) {
    migrate(jdbcUrl(), version);
  }

  /** Returns a database with the schema in it, on a server of its own. */
  public static TestPostgres dedicated() {
    try {
      Path directory = Files.createTempDirectory("tollgate-postgres");
      TestPostgres postgres = new TestPostgres(start(directory, 0), directory, "postgres", true);
      Runtime.getRuntime().addShutdownHook(new Thread(postgres::close));
      migrate(postgres.jdbcUrl(), "latest");
      return postgres;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static EmbeddedPostgres start(Path directory, int port) throws IOException {
    var builder =
        EmbeddedPostgres.builder()
            .setDataDirectory(directory)
            .setCleanDataDirectory(false)
            // The embedding's default is off, which forgets commits when the server is killed.
            .setServerConfig("synchronous_commit", "on")
            .setPGStartupWait(Duration.ofSeconds(30));
    if (port != 0) {
      builder.setPort(port);
    }
    return builder.start();
  }

  public PostgresConfig config() {
    return new PostgresConfig(url(), Duration.ofSeconds(2), PostgresConfig.CONNECT_DEADLINE);
  }

  public Secret url() {
    return new Secret(urlAt(server.getPort()));
  }

  public int port() {
    return server.getPort();
  }

  /** Returns {@link #url} as it is where another port leads to the server. */
  public String urlAt(int port) {
    return "postgresql://postgres:postgres@127.0.0.1:" + port + "/" + database;
  }

  public String jdbcUrl() {
    return server.getJdbcUrl("postgres", database);
  }

  /** Opens a plain connection, past all that is under test. */
  public Connection connect() throws SQLException {
    return DriverManager.getConnection(jdbcUrl());
  }

  /** Runs statements, past all that is under test. */
  public void execute(String sql) {
    execute(jdbcUrl(), sql);
  }

  /** Returns the first column of the first row as text; there must be one. */
  public String query(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        var rows = statement.executeQuery(sql)) {
      rows.next();
      return String.valueOf(rows.getString(1));
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }

  /** Returns the dedicated server's process id. */
  public long pid() {
    if (!dedicated) {
      throw new IllegalStateException("the shared server's process is not a test's to touch");
    }
    try {
      String first = Files.readAllLines(directory.resolve("postmaster.pid")).get(0);
      return Long.parseLong(first.trim());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Kills the dedicated server and all its children at once. */
  public void kill9() {
    TestProcess.kill9(pid());
  }

  /** Stops the dedicated server and all its children where they stand. */
  public void freeze() {
    TestProcess.freeze(pid());
  }

  public void thaw() {
    TestProcess.thaw(pid());
  }

  /** Starts the dedicated server again, on the same port and data. */
  public void restart() {
    try {
      int port = server.getPort();
      end();
      server = start(directory, port);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Ends the dedicated server in order: those who are connected are cut, what is committed stays.
   */
  public void shutDown() {
    TestProcess.shutDown(pid());
  }

  /** Copies the files of the dedicated server, which must not run, to a place that is not there. */
  public void copyTo(Path place) {
    copy(directory, place);
  }

  /** Puts a copy in the place of the dedicated server's files; it must not run. */
  public void replaceBy(Path copied) {
    TestRedis.delete(directory);
    copy(copied, directory);
  }

  private static void copy(Path from, Path to) {
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.COPY_ATTRIBUTES);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Makes room for another start; the embedding's own stop fails where the server is dead. */
  private void end() throws IOException {
    if (Files.exists(directory.resolve("postmaster.pid"))) {
      kill9();
    }
    Files.deleteIfExists(directory.resolve("postmaster.pid"));
    Files.deleteIfExists(directory.resolve("epg-lock"));
  }

  /** Ends the dedicated server; drops a database of the shared one. */
  @Override
  public synchronized void close() {
    if (dedicated) {
      try {
        end();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      TestRedis.delete(directory);
    } else {
      execute(
          server.getJdbcUrl("postgres", "postgres"), "DROP DATABASE " + database + " WITH (FORCE)");
    }
  }

  private static void migrate(String jdbcUrl, String version) {
    Flyway.configure()
        .target(version)
        .dataSource(jdbcUrl, "postgres", "")
        .locations("classpath:io/tollgate/store/schema")
        .schemas("tollgate")
        .defaultSchema("tollgate")
        .load()
        .migrate();
  }

  private static void execute(String jdbcUrl, String sql) {
    try (Connection connection = DriverManager.getConnection(jdbcUrl);
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    } catch (SQLException e) {
      throw new IllegalStateException(sql, e);
    }
  }
}
