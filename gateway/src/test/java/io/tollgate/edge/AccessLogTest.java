package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.key.Secret;
import io.tollgate.store.Awaiting;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.tollgate.trace.LogLines;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;

  @TempDir Path directory;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere();
  }

  @AfterAll
  static void stop() {
    redis.close();
    postgres.close();
  }

  private static List<JsonObject> lines(Path file) {
    try {
      return Files.exists(file)
          ? Files.readAllLines(file).stream().map(JsonObject::new).toList()
          : List.of();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void each_request_gets_a_line_that_holds_neither_key_nor_query() throws IOException {
    Path file = directory.resolve("access.log");
    try (var upstream = new EchoUpstream();
        var edge = RunningGateway.logging(postgres, redis, file, upstream.route("/api"))) {
      String parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";
      String id =
          edge.send(
                  HttpRequest.newBuilder(edge.uri("/api/a?token=hidden"))
                      .header("X-API-Key", key.reveal())
                      .header("traceparent", parent))
              .headers()
              .firstValue("tollgate-request-id")
              .orElseThrow();
      awaitLines(file, 1);
      edge.send(HttpRequest.newBuilder(edge.uri("/api/b")));
      awaitLines(file, 2);
      RawClient.raw(edge.gateway.port(), "GET  / HTTP/1.1\r\n\r\n");
      awaitLines(file, 3);

      JsonObject forwarded = lines(file).get(0);
      assertThat(forwarded.getString("request_id")).isEqualTo(id);
      assertThat(forwarded.getString("method")).isEqualTo("GET");
      assertThat(forwarded.getString("path")).isEqualTo("/api/a");
      assertThat(forwarded.getString("route")).isEqualTo("/api");
      assertThat(forwarded.getInteger("status")).isEqualTo(200);
      assertThat(forwarded.getString("outcome")).isEqualTo("upstream");
      assertThat(forwarded.getString("address")).isEqualTo("127.0.0.1");
      assertThat(forwarded.getString("key_id")).startsWith("ak_");
      assertThat(forwarded.getString("trace_id")).isEqualTo("4bf92f3577b34da6a3ce929d0e0e4736");
      assertThat(forwarded.getLong("duration_us")).isPositive();

      JsonObject refused = lines(file).get(1);
      assertThat(refused.getInteger("status")).isEqualTo(401);
      assertThat(refused.getString("outcome")).isEqualTo("credential-missing");
      assertThat(refused.containsKey("key_id")).isFalse();

      JsonObject malformed = lines(file).get(2);
      assertThat(malformed.getInteger("status")).isEqualTo(400);
      assertThat(malformed.getString("path")).isEmpty();
      assertThat(Files.readString(file)).doesNotContain(key.reveal(), "hidden");
    }
  }

  /** A line follows its answer, so those of two connections may come in either order. */
  private static void awaitLines(Path file, int lines) {
    Awaiting.until(lines + " lines are written", () -> lines(file).size() == lines);
  }

  @Test
  void a_file_that_is_moved_away_is_begun_anew() throws IOException {
    Path file = directory.resolve("access.log");
    Path moved = directory.resolve("access.log.1");
    try (var upstream = new EchoUpstream();
        var edge = RunningGateway.logging(postgres, redis, file, upstream.route("/"))) {
      edge.get("/one", key);
      awaitLines(file, 1);
      Files.move(file, moved);
      Awaiting.until(
          "a line is in the new file",
          () -> {
            edge.get("/two", key);
            return !lines(file).isEmpty();
          });
      assertThat(lines(moved)).isNotEmpty();
    }
  }

  @Test
  void a_file_that_can_not_be_written_stops_the_start() {
    Path file = directory.resolve("absent").resolve("access.log");
    assertThatThrownBy(() -> AccessLog.open(file, new SimpleMeterRegistry()))
        .hasMessageContaining("edge.access-log")
        .hasMessageContaining(file.toString());
  }

  @Test
  void one_that_could_not_be_begun_anew_is_when_its_directory_is_back() throws IOException {
    Path home = Files.createDirectory(directory.resolve("logs"));
    Path file = home.resolve("access.log");
    var metrics = new SimpleMeterRegistry();
    try (var told = new LogLines(AccessLog.class)) {
      AccessLog log = Objects.requireNonNull(AccessLog.open(file, metrics));
      Path away = directory.resolve("away");
      Files.move(home, away);
      for (int lost = 1; lost <= 3; lost++) {
        log.write(entry());
        awaitDropped(metrics, lost);
      }
      Files.move(away, home);
      log.write(entry());
      log.close();
      assertThat(lines(file)).hasSize(1);
      assertThat(told.lines()).as("once for all three, and once for the end").hasSize(2);
      assertThat(told.lines().getFirst()).contains(file + " can't be written");
      assertThat(told.lines().getLast()).isEqualTo(file + " is written again");
    }
  }

  private static void awaitDropped(MeterRegistry metrics, int lines) {
    Awaiting.until(
        "so many lines are given up",
        () -> metrics.get("tollgate.access.log.dropped").counter().count() == lines);
  }

  @Test
  void a_disk_that_is_full_is_told_of_once_also_when_nothing_is_written_for_a_while() {
    Path full = Path.of("/dev/full");
    var metrics = new SimpleMeterRegistry();
    try (var told = new LogLines(AccessLog.class);
        AccessLog log = Objects.requireNonNull(AccessLog.open(full, metrics))) {
      log.write(entry());
      awaitDropped(metrics, 1);
      long since = System.nanoTime();
      Awaiting.until(
          "it has looked once without a line", () -> System.nanoTime() - since > 1_500_000_000);
      log.write(entry());
      awaitDropped(metrics, 2);
      assertThat(told.lines()).hasSize(1);
    }
  }

  private static AccessEntry entry() {
    return new AccessEntry(1, 0, 0, "", "GET", "/", "/", 200, "upstream", 1, null, "");
  }

  @Test
  void its_end_writes_what_is_queued_and_closes_the_file() throws IOException {
    Path file = directory.toRealPath().resolve("access.log");
    AccessLog log = Objects.requireNonNull(AccessLog.open(file, new SimpleMeterRegistry()));
    assertThat(openFiles()).contains(file);
    log.write(entry());
    log.close();
    assertThat(lines(file)).hasSize(1);
    assertThat(openFiles()).doesNotContain(file);
  }

  private static List<Path> openFiles() throws IOException {
    List<Path> open = new ArrayList<>();
    try (var descriptors = Files.list(Path.of("/proc/self/fd"))) {
      for (Path descriptor : descriptors.toList()) {
        try {
          open.add(Files.readSymbolicLink(descriptor));
        } catch (NoSuchFileException closed) {
          // By another thread, since it was listed.
        }
      }
    }
    return open;
  }
}
