package io.tollgate.management.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.ring.FenceConfig;
import io.tollgate.store.Awaiting;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.RecordDocument;
import io.tollgate.store.RedisNames;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** POST /api_keys/{id}/revoke. */
class RevokeKeyTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }

  @Nested
  class Answers200 {
    @Test
    void when_redis_says_so_and_no_older_answer_can_be_believed_any_more() {
      JsonObject key = management.create("revoked");
      long startNanos = System.nanoTime();
      Answer answer = revoke(key, "{\"revocation_reason\":\"leaked\"}");
      assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
          .isGreaterThan(FenceConfig.DEFAULTS.bound());
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().getBoolean("revoked")).isTrue();
      assertThat(answer.json().getString("revocation_reason")).isEqualTo("leaked");
      assertThat(answer.json().containsKey("secret")).isFalse();
      assertThat(document(key)).map(KeyRecord::revoked).contains(true);
    }

    @Test
    void when_verify_calls_the_key_valid_no_more_however_often_it_was_asked_meanwhile() {
      JsonObject key = management.create("asked about");
      assertThat(verify(key).status()).isEqualTo(200);
      var revoked = CompletableFuture.supplyAsync(() -> revoke(key, "{}"));
      while (!revoked.isDone()) {
        assertThat(verify(key).status()).isIn(200, 404);
      }
      assertThat(revoked.join().status()).isEqualTo(200);
      assertThat(verify(key).status()).isEqualTo(404);
    }

    @Test
    void by_a_management_that_does_not_project() {
      try (var other = new TestManagement(postgres, redis)) {
        JsonObject key = management.create("elsewhere");
        assertThat(revoke(other, key, "{}").status()).isEqualTo(200);
        assertThat(document(key)).map(KeyRecord::revoked).contains(true);
      }
    }

    @Test
    void after_the_longest_bound_of_any_gateway_and_anew_after_a_flush() {
      JsonObject key = management.create("flushed");
      // It has confirmed nothing, and need not: Redis is proof enough.
      gateway("slow", "''", -1, 800, "now()");
      try {
        var revoked = CompletableFuture.supplyAsync(() -> revoke(key, "{}"));
        Awaiting.until(
            "the revocation is carried",
            () -> document(key).map(KeyRecord::revoked).equals(Optional.of(true)));
        redis.command("FLUSHALL");
        long flushedNanos = System.nanoTime();
        assertThat(revoked.join().status()).isEqualTo(200);
        assertThat(Duration.ofNanos(System.nanoTime() - flushedNanos))
            .isGreaterThan(Duration.ofMillis(880));
        assertThat(document(key)).map(KeyRecord::revoked).contains(true);
      } finally {
        noGateways();
      }
    }

    @Test
    void without_redis_when_every_gateway_that_may_serve_has_confirmed() {
      JsonObject key = management.create("listed");
      Awaiting.until("the key is projected", () -> document(key).isPresent());
      gateway("ahead", "tollgate.epoch()", Long.MAX_VALUE, 100, "now()");
      gateway("dead", "''", -1, 100, "now() - interval '32 minutes'");
      gateway("late", "''", -1, 100, "now()");
      redis.freeze();
      try {
        var revoked = CompletableFuture.supplyAsync(() -> revoke(key, "{}"));
        Awaiting.until("the key is revoked", () -> verify(key).status() == 404);
        assertThat(revoked).isNotDone();
        // Only now the last one has seen the change.
        postgres.execute(
            "UPDATE tollgate.gateway SET epoch = tollgate.epoch(),"
                + " number = (SELECT number FROM tollgate.change_counter) WHERE name = 'late'");
        assertThat(revoked.join().status()).isEqualTo(200);
      } finally {
        redis.thaw();
        noGateways();
      }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}", "{\"revocation_reason\":null}"})
    void without_a_reason(String body) {
      Answer answer = revoke(management.create("no reason"), body);
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().getValue("revocation_reason")).isNull();
    }

    @Test
    void again_and_keeps_the_first_time_and_reason() {
      JsonObject key = management.create("twice");
      Answer first = revoke(key, "{\"revocation_reason\":\"first\"}");
      Answer second = revoke(key, "{\"revocation_reason\":\"second\"}");
      assertThat(second.status()).isEqualTo(200);
      assertThat(second.json()).isEqualTo(first.json());
    }

    @Test
    void to_all_who_end_the_keys_of_one_subject_at_once() {
      JsonObject key = management.create("ended by many");
      String subject = new JsonObject().put("subject", key.getString("subject")).encode();
      Stream.generate(
              () ->
                  CompletableFuture.supplyAsync(
                      () -> management.post("/api_keys/revoke_subject", subject)))
          .limit(8)
          .toList()
          .forEach(revoked -> assertThat(revoked.join().status()).isEqualTo(200));
      assertThat(management.verify(key.getString("secret")).status()).isEqualTo(404);
    }

    @Test
    void to_both_of_two_at_once_and_counts_one_change() {
      JsonObject key = management.create("raced");
      var one = CompletableFuture.supplyAsync(() -> revoke(key, "{\"revocation_reason\":\"1\"}"));
      var other = CompletableFuture.supplyAsync(() -> revoke(key, "{\"revocation_reason\":\"2\"}"));
      assertThat(one.join().status()).isEqualTo(200);
      assertThat(other.join().json()).isEqualTo(one.join().json());
      assertThat(
              postgres.query(
                  "SELECT count(*) FROM tollgate.audit WHERE action = 'api_key.revoke'"
                      + " AND object = '"
                      + key.getString("id")
                      + "'"))
          .isEqualTo("1");
    }
  }

  @Nested
  class Answers400 {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "{\"revocation_reason\":1}",
          "{\"reason\":\"x\"}",
          "{",
          "null",
          "[]",
          "\"leaked\"",
          "{\"revocation_reason\":\"\\u0000\"}"
        })
    void to_a_wrong_body_and_leaves_the_key_valid(String body) {
      JsonObject key = management.create("kept");
      assertThat(revoke(key, body).status()).isEqualTo(400);
      assertThat(verify(key).status()).isEqualTo(200);
    }

    @Test
    void to_a_reason_of_more_than_255_characters() {
      JsonObject key = management.create("kept");
      Answer answer =
          revoke(key, new JsonObject().put("revocation_reason", "r".repeat(256)).encode());
      assertThat(answer.code()).isEqualTo("form_param_max_length_exceeded");
      assertThat(answer.parameter()).isEqualTo("revocation_reason");
    }
  }

  @Nested
  class Answers404 {
    @ParameterizedTest
    @ValueSource(
        strings = {
          "ak_00000000000000000000000000000000",
          "ak_1",
          "nonsense",
          "ak_%00",
          "ak_zzzzzzzzzzzzzzzzzzzzzzzzzzzzzzzz"
        })
    void where_no_key_has_the_id(String id) {
      Answer answer = management.post("/api_keys/" + id + "/revoke", "{}");
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.code()).isEqualTo("resource_not_found");
    }
  }

  @Nested
  class Answers503 {
    @Test
    void while_neither_redis_nor_every_gateway_confirms_and_says_what_is_done() {
      JsonObject key = management.create("pending");
      Awaiting.until("the key is projected", () -> document(key).isPresent());
      gateway("ahead", "tollgate.epoch()", Long.MAX_VALUE, 100, "now()");
      // Its number is of another history.
      gateway("elsewhere", "'other'", Long.MAX_VALUE, 100, "now()");
      redis.freeze();
      try {
        Answer answer = revoke(key, "{}");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.code()).isEqualTo("revocation_pending");
        assertThat(answer.header("Retry-After")).isEqualTo("2");
        assertThat(answer.error().getString("long_message"))
            .contains("Done:", "Not done:", "Redis did not answer in time.")
            .contains("1 of 3 gateways have not confirmed");
        // What verify remembers has ended meanwhile: it tells the truth before the gateways do.
        assertThat(verify(key).status()).isEqualTo(404);
      } finally {
        redis.thaw();
        noGateways();
      }
      assertConfirmedLater(key);
    }

    @Test
    void without_redis_while_the_database_has_just_been_restored() {
      JsonObject key = management.create("restored");
      Awaiting.until("the key is projected", () -> document(key).isPresent());
      redis.freeze();
      try {
        postgres.execute("UPDATE tollgate.schema_state SET history = 'another'");
        Answer answer = revoke(key, "{}");
        assertThat(answer.status()).isEqualTo(503);
        assertThat(answer.error().getString("long_message"))
            .contains("so that gateways may be missing on its list");
      } finally {
        redis.thaw();
        postgres.execute(
            "INSERT INTO tollgate.epoch_seen VALUES (tollgate.epoch(), '-infinity')"
                + " ON CONFLICT (epoch) DO UPDATE SET since = '-infinity'");
      }
      assertConfirmedLater(key);
    }

    private void assertConfirmedLater(JsonObject key) {
      Awaiting.until(
          "repeating the call confirms it",
          Duration.ofSeconds(20),
          () -> revoke(key, "{}").status() == 200);
      Awaiting.until(
          "Redis has it", () -> document(key).map(KeyRecord::revoked).equals(Optional.of(true)));
    }
  }

  private static void gateway(String name, String epoch, long number, long bound, String seenAt) {
    postgres.execute(
        """
        INSERT INTO tollgate.gateway
          (name, boot, bound_millis, absence_max_millis, epoch, number, seen_at)
        VALUES ('%s', 'boot', %d, 1800000, %s, %d, %s)
        """
            .formatted(name, bound, epoch, number, seenAt));
  }

  private static void noGateways() {
    postgres.execute("DELETE FROM tollgate.gateway");
  }

  private static Optional<KeyRecord> document(JsonObject key) {
    KeyDigest digest = KeyDigest.of(new Secret(key.getString("secret")));
    String text = redis.command("GET", RedisNames.record(digest));
    return text == null
        ? Optional.empty()
        : new RecordDocument(TestManagement.PEPPER).decode(digest, text).map(KeyRecord.class::cast);
  }

  private static Answer revoke(JsonObject key, String body) {
    return revoke(management, key, body);
  }

  private static Answer revoke(TestManagement by, JsonObject key, String body) {
    return by.post("/v1/api_keys/" + key.getString("id") + "/revoke", body);
  }

  private static Answer verify(JsonObject key) {
    return management.post(
        "/api_keys/verify", new JsonObject().put("secret", key.getString("secret")));
  }
}
