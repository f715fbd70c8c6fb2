package io.tollgate.management.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.tollgate.management.TestManagement;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Every change leaves its trace, in one order without gaps, and no secret anywhere. */
class AuditTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;
  private static List<JsonObject> keys;

  @BeforeAll
  static void change_much_at_once() throws Exception {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
    String subject = TestManagement.subject();
    List<Callable<JsonObject>> calls = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      String name = "key " + i / 2;
      calls.add(() -> createOrNot(subject, name));
    }
    keys = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var answer : threads.invokeAll(calls)) {
        if (answer.get().containsKey("secret")) {
          keys.add(answer.get());
        }
      }
      List<Callable<Integer>> revocations = new ArrayList<>();
      for (JsonObject key : keys.subList(0, 10)) {
        revocations.add(() -> revoke(key));
        revocations.add(() -> revoke(key));
      }
      for (var answer : threads.invokeAll(revocations)) {
        assertThat(answer.get()).isEqualTo(200);
      }
    }
  }

  private static JsonObject createOrNot(String subject, String name) {
    return management
        .post("/api_keys", new JsonObject().put("subject", subject).put("name", name))
        .json();
  }

  private static int revoke(JsonObject key) {
    return management
        .post(
            "/api_keys/" + key.getString("id") + "/revoke", "{\"revocation_reason\":\"cleaning\"}")
        .status();
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }

  @Test
  void numbers_have_no_gap_and_each_is_in_log_and_audit_once() {
    assertThat(keys).hasSize(20);
    String wanted = "30/1/30/30";
    for (String table : List.of("change_log", "audit")) {
      assertThat(
              postgres.query(
                  "SELECT count(*) || '/' || min(number) || '/' || max(number) || '/'"
                      + " || count(DISTINCT number) FROM tollgate."
                      + table))
          .isEqualTo(wanted);
    }
    assertThat(postgres.query("SELECT number FROM tollgate.change_counter")).isEqualTo("30");
  }

  @Test
  void each_key_carries_the_number_of_its_last_change() {
    assertThat(
            postgres.query(
                """
                SELECT count(*) FROM tollgate.api_key k
                WHERE number <> (SELECT max(number) FROM tollgate.audit a WHERE a.object = k.id)
                """))
        .isEqualTo("0");
  }

  @Test
  void each_line_says_who_did_what_and_how_the_key_looked() {
    String id = keys.get(0).getString("id");
    String line =
        "SELECT actor || ' ' || action || ' ' || coalesce(before->>'revoked', '-') || ' '"
            + " || (after->>'revoked') || ' ' || (after->>'id') FROM tollgate.audit"
            + " WHERE request_id ~ '^req_[0-9a-f]{32}$' AND object = '"
            + id
            + "' AND action = ";
    assertThat(postgres.query(line + "'api_key.create'"))
        .isEqualTo("secret_key:instance api_key.create - false " + id);
    assertThat(postgres.query(line + "'api_key.revoke'"))
        .isEqualTo("secret_key:instance api_key.revoke false true " + id);
  }

  @Test
  void the_log_names_each_change_and_the_secrets_that_it_is_about() {
    assertThat(
            postgres.query(
                """
                SELECT count(DISTINCT id) || '/' || count(*) FILTER (WHERE addresses @> ARRAY(
                  SELECT digest FROM tollgate.api_key_secret s WHERE s.key_id = ANY(l.keys)))
                FROM tollgate.change_log l WHERE id <> ''
                """))
        .isEqualTo("30/30");
    assertThat(postgres.query("SELECT id FROM tollgate.change_counter"))
        .isEqualTo(postgres.query("SELECT id FROM tollgate.change_log WHERE number = 30"));
  }

  @Test
  void no_secret_stands_in_any_table_and_no_digest_but_where_it_is_read() throws Exception {
    List<String> secrets = new ArrayList<>();
    List<String> digests = new ArrayList<>();
    for (JsonObject key : keys) {
      KeyDigest digest = KeyDigest.of(new Secret(key.getString("secret")));
      secrets.add(key.getString("secret"));
      digests.add(HexFormat.of().formatHex(digest.toBytes()));
      digests.add(digest.toBase64());
    }
    int rows = 0;
    try (Connection connection = postgres.connect();
        Statement tables = connection.createStatement();
        Statement contents = connection.createStatement();
        ResultSet table =
            tables.executeQuery(
                "SELECT table_name FROM information_schema.tables WHERE table_schema='tollgate'")) {
      while (table.next()) {
        String name = table.getString(1);
        try (ResultSet row = contents.executeQuery("SELECT t::text FROM tollgate." + name + " t")) {
          while (row.next()) {
            rows++;
            assertThat(secrets).noneMatch(row.getString(1)::contains);
            if (!List.of("api_key_secret", "change_log").contains(name)) {
              assertThat(digests).noneMatch(row.getString(1)::contains);
            }
          }
        }
      }
    }
    assertThat(rows).isGreaterThan(100);
  }
}
