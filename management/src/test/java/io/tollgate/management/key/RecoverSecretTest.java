package io.tollgate.management.key;

import static io.tollgate.management.TestManagement.subject;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** GET /api_keys/{id}/secret, where the operator has given a recovery key. */
class RecoverSecretTest {
  private static final String KEY = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=";
  private static final String OTHER_KEY =
      "00112233445566778899aabbccddeeff00112233445566778899aabbccddeeff";

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;
  private static TestManagement under;
  private static TestManagement without;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = TestManagement.recovering(postgres, redis, KEY);
    under = TestManagement.recovering(postgres, redis, OTHER_KEY);
    without = new TestManagement(postgres, redis);
  }

  @AfterAll
  static void stop() {
    without.close();
    under.close();
    management.close();
    redis.close();
    postgres.close();
  }

  private static String path(JsonObject key) {
    return "/api_keys/" + key.getString("id");
  }

  private static Answer shown(TestManagement where, JsonObject key) {
    return where.get(path(key) + "/secret");
  }

  private static void assertShown(JsonObject key, String secret) {
    Answer answer = shown(management, key);
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.json()).isEqualTo(new JsonObject().put("secret", secret));
  }

  private static void assertNotRecoverable(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo("api_key_secret_not_recoverable");
    assertThat(answer.body()).doesNotContain(KEY, OTHER_KEY);
  }

  private static void alter(JsonObject key, String change) {
    postgres.execute(
        "UPDATE tollgate.api_key_secret SET "
            + change
            + " WHERE key_id = '"
            + key.getString("id")
            + "'");
  }

  @Nested
  class Shows {
    @Test
    void the_secret_that_a_key_was_created_with() {
      JsonObject key = management.create("created");
      assertShown(key, key.getString("secret"));
      assertShown(key, key.getString("secret"));
    }

    @Test
    void the_newest_secret_of_a_key_that_was_rotated() {
      JsonObject key = management.create("rotated");
      JsonObject rotated =
          management.post(path(key) + "/rotate", "{\"overlap_seconds\":3600}").json();
      assertShown(key, rotated.getString("secret"));
    }

    @Test
    void no_more_than_the_newest_and_none_of_a_key_that_ended_is_kept() {
      String subject = subject();
      JsonObject rotated = management.create(subject, "kept once");
      management.post(path(rotated) + "/rotate", "{\"overlap_seconds\":3600}");
      assertThat(kept(rotated)).isEqualTo("1");
      management.post(path(rotated) + "/revoke", "{}");
      assertThat(kept(rotated)).isEqualTo("0");
      JsonObject other = management.create(subject, "ended with all");
      assertThat(kept(other)).isEqualTo("1");
      management.post("/api_keys/revoke_subject", new JsonObject().put("subject", subject));
      assertThat(kept(other)).isEqualTo("0");
    }

    private static String kept(JsonObject key) {
      return postgres.query(
          "SELECT count(sealed) FROM tollgate.api_key_secret WHERE key_id = '"
              + key.getString("id")
              + "'");
    }

    @Test
    void the_derived_secret_of_a_creation_that_may_be_repeated() {
      var wanted = new JsonObject().put("subject", subject()).put("name", "derived");
      JsonObject key =
          management
              .send(
                  management
                      .request("/api_keys")
                      .header("Idempotency-Key", "recovered")
                      .POST(HttpRequest.BodyPublishers.ofString(wanted.encode())))
              .json();
      assertShown(key, key.getString("secret"));
    }

    @Test
    void the_secret_of_a_key_that_is_switched_off_or_whose_time_is_up() {
      JsonObject key = management.create("off");
      management.post(path(key) + "/disable", "{}");
      management.patch(path(key), new JsonObject().put("seconds_until_expiration", 0));
      assertShown(key, key.getString("secret"));
    }

    @Test
    void each_time_with_a_line_of_the_audit_that_does_not_hold_it() {
      JsonObject key = management.create("audited");
      assertShown(key, key.getString("secret"));
      assertNotRecoverable(shown(under, key));
      assertThat(
              postgres.query(
                  "SELECT string_agg(actor || ' ' || action || coalesce(after::text, '-'), ', '"
                      + " ORDER BY number) FROM tollgate.audit WHERE object = '"
                      + key.getString("id")
                      + "' AND action <> 'api_key.create'"))
          .isEqualTo("secret_key:instance api_key.reveal-");
      assertThat(management.get("/audit/verification").json().getBoolean("valid")).isTrue();
    }
  }

  @Nested
  class DoesNotShow {
    @Test
    void a_secret_that_was_made_without_a_recovery_key_or_under_another() {
      assertNotRecoverable(shown(management, without.create("before")));
      JsonObject key = under.create("under another");
      assertNotRecoverable(shown(management, key));
      assertNotRecoverable(shown(without, key));
      assertThat(shown(under, key).status()).isEqualTo(200);
    }

    @Test
    void an_older_secret_where_the_newest_was_not_kept() {
      JsonObject key = management.create("kept once");
      without.post(path(key) + "/rotate", "{\"overlap_seconds\":3600}");
      assertNotRecoverable(shown(management, key));
    }

    @Test
    void the_secret_of_a_revoked_key_or_of_none() {
      JsonObject key = management.create("revoked");
      management.post(path(key) + "/revoke", "{}");
      assertNotRecoverable(shown(management, key));
      management.delete(path(key));
      assertThat(shown(management, key).status()).isEqualTo(404);
      assertThat(management.get("/api_keys/ak_1/secret").status()).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 7, 8, 19, 20, 40, 80})
    void what_was_altered_at_any_place(int place) {
      JsonObject key = management.create("altered");
      alter(key, "sealed = set_byte(sealed, %1$d, get_byte(sealed, %1$d) # 1)".formatted(place));
      assertNotRecoverable(shown(management, key));
    }

    @Test
    void what_was_cut_short_or_comes_from_another_key() {
      JsonObject key = management.create("cut");
      alter(key, "sealed = substr(sealed, 1, 37)");
      assertNotRecoverable(shown(management, key));
      JsonObject other = management.create("other");
      String sealed =
          postgres.query(
              "SELECT encode(sealed, 'hex') FROM tollgate.api_key_secret WHERE key_id = '"
                  + other.getString("id")
                  + "'");
      alter(key, "sealed = decode('" + sealed + "', 'hex')");
      assertNotRecoverable(shown(management, key));
    }

    @ParameterizedTest
    @ValueSource(strings = {"keys;read_only", "billing;instance"})
    void anything_to_a_key_that_may_not(String areas) {
      JsonObject key = management.create("guarded");
      var wanted =
          new JsonObject()
              .put("name", "reader")
              .put("areas", new JsonArray(List.of(areas.split(";", -1))));
      String secret = management.post("/instance/secret_keys", wanted).json().getString("secret");
      Answer answer =
          management.send(
              management
                  .request(path(key) + "/secret")
                  .setHeader("Authorization", "Bearer " + secret)
                  .GET());
      assertThat(answer.status()).isEqualTo(403);
      assertThat(answer.code()).isEqualTo("authorization_invalid");
      assertThat(answer.body()).doesNotContain(key.getString("secret"));
    }
  }

  @Test
  void no_table_holds_what_it_shows() {
    JsonObject key = management.create("sealed");
    assertShown(key, key.getString("secret"));
    String rows =
        postgres.query("SELECT string_agg(t::text, ' ') FROM tollgate.api_key_secret t")
            + postgres.query("SELECT string_agg(t::text, ' ') FROM tollgate.audit t");
    String hex =
        HexFormat.of().formatHex(key.getString("secret").getBytes(StandardCharsets.US_ASCII));
    assertThat(rows).doesNotContain(key.getString("secret"), hex);
    assertThat(rows).contains(key.getString("id"));
  }
}
