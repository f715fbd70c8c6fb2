package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A start that can't be says why in one sentence, and leaves with a code that tells who erred. */
class LauncherTest {
  private static final int WRONG_SETTINGS = 2;
  private static final int START_FAILED = 1;

  private static void assertEndsWith(
      int code, Map<String, String> environment, String command, String... words) {
    try (var tollgate = LaunchedTollgate.start(environment, command)) {
      assertThat(tollgate.exitCode()).as(tollgate.output()).isEqualTo(code);
      String last = tollgate.output().lines().reduce("", (before, line) -> line);
      assertThat(last).startsWith("tollgate: ").contains(words);
      assertThat(tollgate.output()).doesNotContain("\tat ", "hunter2");
    }
  }

  private static Map<String, String> environment(String... pairs) {
    Map<String, String> environment = new HashMap<>();
    environment.put("TOLLGATE_PEPPER", "hunter2 hunter2 hunter2 hunter2 hunter2");
    environment.put("TOLLGATE_SECRET_KEY", "sk_test_hunter2hunter2");
    environment.put("TOLLGATE_UPSTREAM", "http://127.0.0.1:1");
    environment.put("TOLLGATE_REDIS_URL", "redis://:hunter2@127.0.0.1:1");
    environment.put("TOLLGATE_POSTGRES_URL", "postgresql://u:hunter2@127.0.0.1:1/d");
    environment.put("TOLLGATE_EDGE_PORT", "0");
    environment.put("TOLLGATE_MANAGEMENT_PORT", "0");
    environment.put("TOLLGATE_INTERNAL_PORT", "0");
    for (int i = 0; i < pairs.length; i += 2) {
      environment.put(pairs[i], pairs[i + 1]);
    }
    return environment;
  }

  @Test
  void help_lists_the_commands() {
    try (var tollgate = LaunchedTollgate.start(Map.of(), "--help")) {
      assertThat(tollgate.exitCode()).isZero();
      assertThat(tollgate.output())
          .contains("dev", "serve", "edge", "management", "migrate", "epoch", "audit", "config");
    }
  }

  @Test
  void an_unknown_command_is_named() {
    assertEndsWith(WRONG_SETTINGS, Map.of(), "server", "server");
  }

  @Test
  void an_unknown_setting_is_named_with_the_nearest_known_one() {
    assertEndsWith(
        WRONG_SETTINGS,
        environment("TOLLGATE_REDIS_ULR", "x"),
        "edge",
        "TOLLGATE_REDIS_ULR",
        "TOLLGATE_REDIS_URL");
  }

  @Test
  void a_bad_url_is_named_and_not_shown() {
    assertEndsWith(
        WRONG_SETTINGS,
        environment("TOLLGATE_REDIS_URL", "http://user:hunter2@host"),
        "edge",
        "redis.url");
    assertEndsWith(
        WRONG_SETTINGS,
        environment("TOLLGATE_POSTGRES_URL", "postgresql://user:hunter2@host"),
        "edge",
        "postgres.url");
    assertEndsWith(WRONG_SETTINGS, environment("TOLLGATE_UPSTREAM", "ftp://h"), "edge", "upstream");
  }

  @Test
  void a_short_pepper_is_named_and_not_shown() {
    assertEndsWith(
        WRONG_SETTINGS, environment("TOLLGATE_PEPPER", "hunter2"), "edge", "pepper", "32");
  }

  @Test
  void a_recovery_key_that_is_not_32_bytes_is_named_and_not_shown() {
    assertEndsWith(
        WRONG_SETTINGS,
        environment("TOLLGATE_MANAGEMENT_RECOVERY_KEY", "hunter2"),
        "management",
        "management.recovery-key",
        "TOLLGATE_MANAGEMENT_RECOVERY_KEY",
        "32 bytes");
  }

  @Test
  void a_taken_port_is_named_with_its_setting() throws Exception {
    try (var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      String port = Integer.toString(taken.getLocalPort());
      assertEndsWith(
          START_FAILED,
          environment("TOLLGATE_EDGE_PORT", port, "TOLLGATE_EDGE_HOST", "127.0.0.1"),
          "edge",
          "edge.port",
          port);
      assertEndsWith(
          START_FAILED, environment("TOLLGATE_INTERNAL_PORT", port), "edge", "internal.port", port);
    }
  }

  @Test
  void a_schema_that_is_missing_or_too_new_stops_the_edge() {
    try (TestPostgres postgres = TestPostgres.emptyDatabase();
        TestRedis redis = TestRedis.start()) {
      Map<String, String> environment =
          environment(
              "TOLLGATE_POSTGRES_URL", postgres.url().reveal(),
              "TOLLGATE_REDIS_URL", redis.url().reveal());
      assertEndsWith(START_FAILED, environment, "edge", "deploy/tollgate migrate");
      try (var migrate = LaunchedTollgate.start(environment, "migrate")) {
        assertThat(migrate.exitCode()).as(migrate.output()).isZero();
      }
      postgres.execute("UPDATE tollgate.schema_state SET version = 99, oldest_reader = 99");
      assertEndsWith(START_FAILED, environment, "edge", "schema", "99");
    }
  }

  @Test
  void a_new_epoch_begins_at_the_operators_word() {
    try (TestPostgres postgres = TestPostgres.database()) {
      String before = postgres.query("SELECT tollgate.epoch()");
      Map<String, String> environment =
          environment("TOLLGATE_POSTGRES_URL", postgres.url().reveal());
      try (var epoch = LaunchedTollgate.start(environment, "epoch")) {
        assertThat(epoch.exitCode()).as(epoch.output()).isZero();
        assertThat(epoch.output()).contains("a new epoch has begun");
      }
      assertThat(postgres.query("SELECT tollgate.epoch()")).isNotEqualTo(before);
    }
  }

  @Test
  void without_postgres_no_epoch_begins() {
    assertEndsWith(START_FAILED, environment(), "epoch", "no new epoch");
  }

  @Test
  void an_audit_is_told_from_one_that_was_altered() {
    try (TestPostgres postgres = TestPostgres.database()) {
      Map<String, String> environment =
          environment("TOLLGATE_POSTGRES_URL", postgres.url().reveal());
      try (var audit = LaunchedTollgate.start(environment, "audit")) {
        assertThat(audit.exitCode()).as(audit.output()).isZero();
        assertThat(audit.output()).contains("the audit is whole");
      }
      postgres.execute(
          "INSERT INTO tollgate.audit (number, actor, request_id, action, object, hash)"
              + " VALUES (1, 'a', 'r', 'c', 'o', sha256(''))");
      try (var audit = LaunchedTollgate.start(environment, "audit")) {
        assertThat(audit.exitCode()).as(audit.output()).isEqualTo(1);
        assertThat(audit.output()).contains("altered: line 1 ");
      }
    }
  }

  @Test
  void without_postgres_no_audit_is_verified() {
    assertEndsWith(START_FAILED, environment(), "audit", "no verification");
  }

  @Test
  void a_postgres_that_is_away_fails_a_migration_without_showing_the_password() {
    assertEndsWith(START_FAILED, environment(), "migrate", "127.0.0.1:1");
  }

  @Test
  void a_second_dev_on_the_same_data_names_the_first(@TempDir Path data) throws Exception {
    try (var first = DataDirectory.take(data)) {
      assertThat(first.file("x")).isNotNull();
      assertEndsWith(
          START_FAILED,
          environment("TOLLGATE_DATA_DIR", data.toString()),
          "dev",
          Long.toString(ProcessHandle.current().pid()));
    }
  }
}
