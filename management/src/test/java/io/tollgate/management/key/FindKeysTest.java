package io.tollgate.management.key;

import static io.tollgate.management.TestManagement.subject;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyFormat;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.Awaiting;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** GET /api_keys, GET /api_keys/{id} and POST /api_keys/verify. */
class FindKeysTest {
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
  class ListAnswers200 {
    @Test
    void with_the_newest_first_and_without_secrets() {
      String subject = subject();
      List.of("first", "second", "third").forEach(name -> management.create(subject, name));
      JsonObject list = list(subject, "");
      assertThat(names(list)).containsExactly("third", "second", "first");
      assertThat(list.getInteger("total_count")).isEqualTo(3);
      assertThat(list.encode()).doesNotContain("secret");
    }

    @Test
    void page_by_page_with_the_total_of_all() {
      String subject = subject();
      for (int i = 0; i < 12; i++) {
        management.create(subject, "key" + i);
      }
      assertThat(names(list(subject, ""))).hasSize(10).startsWith("key11");
      assertThat(names(list(subject, "&limit=5&offset=10"))).containsExactly("key1", "key0");
      JsonObject beyond = list(subject, "&offset=1000");
      assertThat(beyond.getJsonArray("data")).isEmpty();
      assertThat(beyond.getInteger("total_count")).isEqualTo(12);
    }

    @Test
    void with_no_more_than_a_stranger_may_see() {
      management.create("another's");
      JsonObject list = list(subject(), "");
      assertThat(list.getJsonArray("data")).isEmpty();
      assertThat(list.getInteger("total_count")).isZero();
    }

    @Test
    void with_revoked_and_expired_keys_only_where_asked_for() {
      String subject = subject();
      management.create(subject, "valid");
      management.created(
          new JsonObject()
              .put("subject", subject)
              .put("name", "expired")
              .put("seconds_until_expiration", 0));
      String id = management.create(subject, "revoked").getString("id");
      management.post("/api_keys/" + id + "/revoke", "{}");
      assertThat(names(list(subject, ""))).containsExactly("valid");
      assertThat(names(list(subject, "&include_invalid=false"))).containsExactly("valid");
      assertThat(names(list(subject, "&include_invalid=true")))
          .containsExactly("revoked", "expired", "valid");
    }

    @Test
    void with_keys_of_the_type_asked_for() {
      String subject = subject();
      management.created(
          new JsonObject().put("subject", subject).put("name", "typed").put("type", "robot"));
      assertThat(names(list(subject, ""))).isEmpty();
      assertThat(names(list(subject, "&type=robot"))).containsExactly("typed");
    }

    @Test
    void with_names_that_hold_the_query_taken_literally() {
      String subject = subject();
      List.of("100% sure", "under_score", "back\\slash", "Plain")
          .forEach(name -> management.create(subject, name));
      assertThat(names(list(subject, query("%")))).containsExactly("100% sure");
      assertThat(names(list(subject, query("_")))).containsExactly("under_score");
      assertThat(names(list(subject, query("\\")))).containsExactly("back\\slash");
      assertThat(names(list(subject, query("pLAI")))).containsExactly("Plain");
      assertThat(names(list(subject, query("' OR 1=1 --")))).isEmpty();
      assertThat(names(list(subject, "&query="))).hasSize(4);
    }

    private JsonObject list(String subject, String more) {
      Answer answer = management.get("/api_keys?subject=" + subject + more);
      assertThat(answer.status()).as(answer.body()).isEqualTo(200);
      return answer.json();
    }

    private List<String> names(JsonObject list) {
      return list.getJsonArray("data").stream()
          .map(key -> ((JsonObject) key).getString("name"))
          .toList();
    }

    private String query(String text) {
      return "&query=" + URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
  }

  @Nested
  class ListAnswers400 {
    @ParameterizedTest
    @CsvSource({
      "'',                                   missing_query_parameter,       subject",
      "subject=me,                           form_param_format_invalid,     subject",
      "S&limit=0,                            form_param_format_invalid,     limit",
      "S&limit=101,                          form_param_format_invalid,     limit",
      "S&limit=ten,                          form_param_format_invalid,     limit",
      "S&limit=1e1,                          form_param_format_invalid,     limit",
      "S&limit=,                             form_param_format_invalid,     limit",
      "S&limit=99999999999,                  form_param_format_invalid,     limit",
      "S&limit=1&limit=2,                    form_param_duplicate,          limit",
      "S&offset=-1,                          form_param_format_invalid,     offset",
      "S&offset=1000001,                     form_param_format_invalid,     offset",
      "S&include_invalid=yes,                form_param_format_invalid,     include_invalid",
      "S&type=a,                             form_param_min_length_exceeded,type",
      "S&query=%00,                          malformed_request_parameters,  ",
      "S&query=%ff,                          malformed_request_parameters,  ",
    })
    void naming_the_parameter(String query, String code, String parameter) {
      Answer answer =
          management.get("/v1/api_keys?" + query.replaceFirst("^S", "subject=" + subject()));
      assertThat(answer.status()).as(answer.body()).isEqualTo(400);
      assertThat(answer.code()).isEqualTo(code);
      assertThat(answer.parameter()).isEqualTo(parameter);
    }
  }

  @Nested
  class GetAnswers {
    @Test
    void a_key_by_its_id_in_either_case_of_digits() {
      JsonObject key = management.create("found");
      String id = key.getString("id");
      key.remove("secret");
      assertThat(management.get("/api_keys/" + id).json()).isEqualTo(key);
      assertThat(
              management
                  .get("/v1/api_keys/ak_" + id.substring(3).toUpperCase(java.util.Locale.ROOT))
                  .json())
          .isEqualTo(key);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {"ak_00000000000000000000000000000000", "verify", "ak_", "%20", "ak_%ff%00"})
    void not_found_where_no_key_has_the_id(String id) {
      Answer answer = management.get("/api_keys/" + id);
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.code()).isEqualTo("resource_not_found");
    }
  }

  @Nested
  class VerifyAnswers {
    @Test
    void the_key_of_a_valid_secret_without_it() {
      JsonObject key = management.create("verified");
      Answer answer = verify(key.getString("secret"));
      key.remove("secret");
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json()).isEqualTo(key);
    }

    @Test
    void not_found_alike_for_all_that_is_not_a_valid_secret() {
      JsonObject revoked = management.create("revoked");
      management.post("/api_keys/" + revoked.getString("id") + "/revoke", "{}");
      String secret = management.create("valid").getString("secret");
      var stranger = new KeyFormat(new Pepper(List.of(new Secret("y".repeat(32)))));
      var ours = new KeyFormat(TestManagement.PEPPER);
      for (String wrong :
          List.of(
              "",
              "ak_",
              revoked.getString("id"),
              revoked.getString("secret"),
              secret + "0",
              secret.substring(1),
              stranger.mint(new SecureRandom()).reveal(),
              ours.mint(new SecureRandom()).reveal())) {
        Answer answer = verify(wrong);
        assertThat(answer.status()).isEqualTo(404);
        assertThat(answer.code()).isEqualTo("resource_not_found");
        assertThat(answer.error().getString("long_message"))
            .isEqualTo("No valid API key has this secret.");
      }
    }

    @Test
    void from_memory_where_it_was_asked_just_now() {
      String secret = management.create("asked twice").getString("secret");
      Awaiting.until(
          "two questions come within the lifetime of an answer",
          () -> {
            assertThat(verify(secret).status()).isEqualTo(200);
            return management.metrics().get("tollgate.verify.cache.hits").counter().count() > 0;
          });
      assertThat(management.metrics().get("tollgate.verify.cache.bytes").gauge().value())
          .isPositive();
    }

    @Test
    void the_key_to_all_who_ask_at_once() throws Exception {
      String secret = management.create("asked by many").getString("secret");
      List<Callable<Integer>> questions = Collections.nCopies(64, () -> verify(secret).status());
      try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
        for (var status : threads.invokeAll(questions)) {
          assertThat(status.get()).isEqualTo(200);
        }
      }
    }

    @Test
    void not_found_from_the_moment_on_at_which_the_key_expires() {
      JsonObject key =
          management.created(
              new JsonObject()
                  .put("subject", subject())
                  .put("name", "short")
                  .put("seconds_until_expiration", 0.5));
      Awaiting.until(
          "the key expires",
          () -> {
            long askedAtMillis = System.currentTimeMillis();
            boolean valid = verify(key.getString("secret")).status() == 200;
            // Postgres runs on this machine, so by one clock.
            assertThat(valid && askedAtMillis >= key.getLong("expiration")).isFalse();
            return !valid;
          });
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "{}",
          "{\"secret\":null}",
          "{\"secret\":1}",
          "{\"secret\":[\"ak_\"]}",
          "{\"token\":\"ak_\"}",
          "{\"secret\":\"ak_\",\"more\":1}"
        })
    void bad_request_to_another_body_and_repeats_no_value(String body) {
      Answer answer = management.post("/api_keys/verify", body);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.body()).doesNotContain("ak_");
    }

    @Test
    void a_forged_secret_without_asking_postgres() {
      var stranger = new KeyFormat(new Pepper(List.of(new Secret("y".repeat(32)))));
      postgres.execute("ALTER TABLE tollgate.api_key_secret RENAME TO hidden");
      try {
        // Postgres would refuse the question if it came: a genuine secret's does.
        assertThat(verify(stranger.mint(new SecureRandom()).reveal()).status()).isEqualTo(404);
        var ours = new KeyFormat(TestManagement.PEPPER);
        assertThat(verify(ours.mint(new SecureRandom()).reveal()).status()).isEqualTo(503);
      } finally {
        postgres.execute("ALTER TABLE tollgate.hidden RENAME TO api_key_secret");
      }
    }

    @Test
    void and_notes_when_the_key_was_used() {
      JsonObject key = management.create("used");
      assertThat(management.get("/api_keys/" + key.getString("id")).json().getValue("last_used_at"))
          .isNull();
      long before = System.currentTimeMillis();
      assertThat(verify(key.getString("secret")).status()).isEqualTo(200);
      Awaiting.until(
          "the use is noted",
          () ->
              management.get("/api_keys/" + key.getString("id")).json().getLong("last_used_at", 0L)
                  >= before - 1);
    }

    private Answer verify(String secret) {
      return management.post("/api_keys/verify", new JsonObject().put("secret", secret));
    }
  }
}
