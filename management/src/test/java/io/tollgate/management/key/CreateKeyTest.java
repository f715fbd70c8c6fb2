package io.tollgate.management.key;

import static io.tollgate.management.TestManagement.subject;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyFormat;
import io.tollgate.key.KeyId;
import io.tollgate.key.Secret;
import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** POST /api_keys. */
class CreateKeyTest {
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
    void with_all_members_and_the_secret_where_only_the_least_was_given() {
      Answer answer = create(least());
      assertThat(answer.status()).isEqualTo(200);
      JsonObject key = answer.json();
      assertThat(key.fieldNames())
          .containsExactlyInAnyOrder(
              "object",
              "id",
              "type",
              "subject",
              "name",
              "description",
              "claims",
              "scopes",
              "enabled",
              "allowed_ip_ranges",
              "metadata",
              "secret",
              "revoked",
              "revocation_reason",
              "expired",
              "expiration",
              "created_by",
              "last_used_at",
              "created_at",
              "updated_at");
    }

    @Test
    void with_a_default_for_all_that_was_not_given() {
      long before = System.currentTimeMillis();
      JsonObject body = least();
      JsonObject key = create(body).json();
      assertThat(key.getString("object")).isEqualTo("api_key");
      assertThat(KeyId.isKeyId(key.getString("id"))).isTrue();
      assertThat(key.getString("type")).isEqualTo("api_key");
      assertThat(key.getString("subject")).isEqualTo(body.getString("subject"));
      assertThat(key.getJsonArray("scopes")).isEmpty();
      for (String name :
          List.of(
              "description",
              "claims",
              "revocation_reason",
              "expiration",
              "created_by",
              "last_used_at")) {
        assertThat(key.getValue(name)).as(name).isNull();
      }
      assertThat(key.getBoolean("revoked")).isFalse();
      assertThat(key.getBoolean("expired")).isFalse();
      assertThat(key.getLong("created_at"))
          .isEqualTo(key.getLong("updated_at"))
          .isBetween(before - 1_000, System.currentTimeMillis() + 1_000);
      assertThat(
              new KeyFormat(TestManagement.PEPPER).isGenuine(new Secret(key.getString("secret"))))
          .isTrue();
    }

    @Test
    void with_what_was_given() {
      JsonObject body =
          new JsonObject()
              .put("name", "Zähler 🔑")
              .put("subject", subject())
              .put("type", "service")
              .put("description", "d".repeat(255))
              .put("created_by", "user_" + "a".repeat(27))
              .put("seconds_until_expiration", 3600);
      JsonObject key = create(body).json();
      for (String name : List.of("name", "subject", "type", "description", "created_by")) {
        assertThat(key.getValue(name)).as(name).isEqualTo(body.getValue(name));
      }
      assertThat(key.getLong("expiration") - key.getLong("created_at")).isEqualTo(3_600_000);
    }

    @Test
    void with_the_claims_as_they_came() {
      String claims =
          "{\"z\":1.10, \"a\" :1e400,\"deep\":[[{\"camelCase\":\"\\u00e9\"}]],\"n\":null}";
      Answer answer =
          management.post(
              "/v1/api_keys",
              "{\"name\":\"claims\",\"subject\":\"%s\",\"claims\": %s }"
                  .formatted(subject(), claims));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.body()).contains("\"claims\":" + claims + ",");
      assertThat(management.get("/api_keys/" + answer.json().getString("id")).body())
          .contains("\"claims\":" + claims + ",");
    }

    @Test
    void with_each_scope_once_in_the_order_given() {
      JsonObject key =
          create(least().put("scopes", new JsonArray().add("b:w").add("a").add("b:w"))).json();
      assertThat(key.getJsonArray("scopes")).containsExactly("b:w", "a");
    }

    @Test
    void with_a_key_that_is_expired_at_once_where_no_second_is_left() {
      JsonObject key = create(least().put("seconds_until_expiration", 0)).json();
      assertThat(key.getBoolean("expired")).isTrue();
      assertThat(management.post("/api_keys/verify", secretOf(key)).status()).isEqualTo(404);
    }

    @Test
    void with_fractions_of_a_second_to_the_millisecond() {
      JsonObject key =
          management
              .post(
                  "/api_keys",
                  least().encode().replace("}", ",\"seconds_until_expiration\":60.0019}"))
              .json();
      assertThat(key.getLong("expiration") - key.getLong("created_at")).isEqualTo(60_001);
    }

    @Test
    void with_a_key_that_is_expired_at_once_where_the_fraction_is_too_fine_to_write_out() {
      String body = least().encode().replace("}", ",\"seconds_until_expiration\":1e-500000000}");
      assertThat(management.post("/api_keys", body).json().getBoolean("expired")).isTrue();
    }

    @Test
    void with_null_for_what_may_be_null() {
      Answer answer =
          create(
              least()
                  .putNull("description")
                  .putNull("claims")
                  .putNull("created_by")
                  .putNull("seconds_until_expiration"));
      assertThat(answer.status()).isEqualTo(200);
    }

    @Test
    void to_a_name_that_only_another_subject_or_a_revoked_key_has() {
      JsonObject body = least();
      JsonObject key = create(body).json();
      assertThat(create(body.copy().put("subject", subject())).status()).isEqualTo(200);
      management.post("/api_keys/" + key.getString("id") + "/revoke", "{}");
      assertThat(create(body).status()).isEqualTo(200);
    }

    @Test
    void at_the_limits() {
      JsonArray scopes = new JsonArray();
      IntStream.range(0, 100).forEach(i -> scopes.add("%03d".formatted(i) + "s".repeat(252)));
      String claims = "{\"a\":\"" + "x".repeat(16 * 1024 - 8) + "\"}";
      String body =
          least()
              .put("name", "n".repeat(255))
              .put("type", "t".repeat(25))
              .put("scopes", scopes)
              .put("seconds_until_expiration", 100L * 365 * 86_400)
              .encode()
              .replaceFirst("}$", ",\"claims\":" + claims + "}");
      assertThat(management.post("/api_keys", body).status()).isEqualTo(200);
    }
  }

  @Nested
  class Answers400 {
    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        value = {
          "name                     | (none)                  | form_param_missing",
          "subject                  | (none)                  | form_param_missing",
          "name                     | null                    | form_param_nil",
          "subject                  | null                    | form_param_nil",
          "type            | null                    | form_param_nil",
          "name                     | 123                     | form_param_type_invalid",
          "name                     | [\"abc\"]               | form_param_type_invalid",
          "name                     | {\"a\":1}               | form_param_type_invalid",
          "name                     | true                    | form_param_type_invalid",
          "name                     | \"ab\"                  | form_param_min_length_exceeded",
          "name                     | \"\"                    | form_param_min_length_exceeded",
          "name                     | \" abc\"                | form_param_format_invalid",
          "name                     | \"abc\\n\"              | form_param_format_invalid",
          "name                     | \"\\u00a0abc\"          | form_param_format_invalid",
          "subject                  | \"user_1\"              | form_param_format_invalid",
          "subject                  | 7                       | form_param_type_invalid",
          "type            | \"ab\"                  | form_param_min_length_exceeded",
          "type            | \"aaaaaaaaaaaaaaaaaaaaaaaaaa\" | form_param_max_length_exceeded",
          "description              | 1                       | form_param_type_invalid",
          "claims                   | []                      | form_param_type_invalid",
          "claims                   | \"{}\"                  | form_param_type_invalid",
          "claims                   | 1                       | form_param_type_invalid",
          "scopes                   | null                    | form_param_type_invalid",
          "scopes                   | \"read\"                | form_param_type_invalid",
          "scopes                   | [1]                     | form_param_type_invalid",
          "scopes                   | [null]                  | form_param_type_invalid",
          "scopes                   | [\"\"]                  | form_param_format_invalid",
          "scopes                   | [\"a b\"]               | form_param_format_invalid",
          "scopes                   | [\"ä\"]                 | form_param_format_invalid",
          "created_by      | \"org_aaaaaaaaaaaaaaaaaaaaaaaaaaa\" | form_param_format_invalid",
          "seconds_until_expiration | -1                      | form_param_value_invalid",
          "seconds_until_expiration | -0.001                  | form_param_value_invalid",
          "seconds_until_expiration | 3153600000.001          | form_param_value_invalid",
          "seconds_until_expiration | 1e999999                | form_param_value_invalid",
          "seconds_until_expiration | \"60\"                  | form_param_type_invalid",
          "seconds_until_expiration | true                    | form_param_type_invalid",
          "secret                   | \"ak_mine\"             | form_param_unknown",
          "Name                     | \"abc\"                 | form_param_unknown",
        })
    void naming_the_member(String member, String value, String code) {
      String least = "\"name\":\"abc\",\"subject\":\"" + subject() + "\"";
      if (least.contains('"' + member + '"')) {
        least = least.replaceFirst(",?\"" + member + "\":\"[^\"]*\",?", "");
      }
      String body =
          value.equals("(none)")
              ? "{" + least + "}"
              : "{" + least + ",\"" + member + "\":" + value + "}";
      Answer answer = management.post("/api_keys", body);
      assertThat(answer.status()).as(answer.body()).isEqualTo(400);
      assertThat(answer.code()).isEqualTo(code);
      assertThat(answer.parameter()).isEqualTo(member);
      assertThat(answer.error().getString("long_message")).contains(member);
    }

    @Test
    void naming_what_is_too_large() {
      assertRefused(least().put("name", "n".repeat(256)), "form_param_max_length_exceeded");
      assertRefused(least().put("description", "d".repeat(256)), "form_param_max_length_exceeded");
      assertRefused(
          least().put("claims", new JsonObject().put("a", "x".repeat(16 * 1024))),
          "form_param_value_too_large");
      JsonArray scopes = new JsonArray();
      IntStream.rangeClosed(0, 100).forEach(i -> scopes.add("s" + i));
      assertRefused(least().put("scopes", scopes), "form_param_value_too_large");
      assertRefused(
          least().put("scopes", new JsonArray().add("s".repeat(256))), "form_param_format_invalid");
    }

    @Test
    void where_claims_nest_too_deep() {
      assertThat(nested(32).status()).isEqualTo(200);
      Answer answer = nested(33);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.code()).isEqualTo("form_param_value_invalid");
    }

    private Answer nested(int depth) {
      String claims = "{\"a\":" + "[".repeat(depth - 1) + "]".repeat(depth - 1) + "}";
      return management.post(
          "/api_keys", least().encode().replaceFirst("}$", ",\"claims\":" + claims + "}"));
    }

    private void assertRefused(JsonObject body, String code) {
      Answer answer = create(body);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.code()).isEqualTo(code);
      // A caller's own text comes back in the error, but not at any length.
      assertThat(answer.body()).hasSizeLessThan(1_000);
    }
  }

  @Nested
  class Answers409 {
    @Test
    void where_the_subject_has_a_live_key_of_that_name() {
      JsonObject body = least();
      create(body);
      Answer answer = create(body);
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.code()).isEqualTo("token_creation_conflict");
    }

    @Test
    void to_all_but_one_of_many_at_once() throws Exception {
      JsonObject body = least();
      List<Callable<Integer>> calls = new ArrayList<>();
      for (int i = 0; i < 32; i++) {
        calls.add(() -> create(body).status());
      }
      List<Integer> statuses = new ArrayList<>();
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (var answer : threads.invokeAll(calls)) {
          statuses.add(answer.get());
        }
      }
      assertThat(statuses).filteredOn(status -> status == 200).hasSize(1);
      assertThat(statuses).filteredOn(status -> status == 409).hasSize(31);
      assertThat(
              postgres.query(
                  "SELECT count(*) FROM tollgate.api_key WHERE subject = '%s'"
                      .formatted(body.getString("subject"))))
          .isEqualTo("1");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/api_keys", "/v1/api_keys"})
  void both_roots_create(String path) {
    assertThat(management.post(path, least()).status()).isEqualTo(200);
  }

  private static Answer create(JsonObject body) {
    return management.post("/api_keys", body);
  }

  private static JsonObject least() {
    return new JsonObject().put("name", "least").put("subject", subject());
  }

  private static JsonObject secretOf(JsonObject key) {
    return new JsonObject().put("secret", key.getString("secret"));
  }
}
