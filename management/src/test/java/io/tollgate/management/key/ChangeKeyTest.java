package io.tollgate.management.key;

import static io.tollgate.management.TestManagement.subject;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.Awaiting;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What may be done to a key that is there; revoking by id has a test of its own. */
class ChangeKeyTest {
  private static final String UNKNOWN = "/api_keys/ak_00000000000000000000000000000000";

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

  private static String path(JsonObject key) {
    return "/api_keys/" + key.getString("id");
  }

  private static int verified(JsonObject key) {
    return management.verify(key.getString("secret")).status();
  }

  @Nested
  class Patch {
    @Test
    void changes_what_is_named_and_nothing_else_and_verify_says_so_when_it_returns() {
      JsonObject key =
          management.created(
              new JsonObject()
                  .put("subject", subject())
                  .put("name", "patched")
                  .put("description", "before")
                  .put("claims", new JsonObject().put("a", 1))
                  .put("scopes", new JsonArray().add("read").add("write")));
      assertThat(verified(key)).isEqualTo(200);
      JsonObject patch = new JsonObject().put("scopes", new JsonArray().add("read"));
      JsonObject after = management.patch(path(key), patch).json();
      assertThat(after.getJsonArray("scopes")).containsExactly("read");
      assertThat(after.getString("description")).isEqualTo("before");
      assertThat(after.getJsonObject("claims")).isEqualTo(new JsonObject().put("a", 1));
      assertThat(after.containsKey("secret")).isFalse();
      Answer verified = management.verify(key.getString("secret"));
      assertThat(verified.json().getJsonArray("scopes")).containsExactly("read");
    }

    @Test
    void of_null_takes_away() {
      JsonObject key =
          management.created(
              new JsonObject()
                  .put("subject", subject())
                  .put("name", "emptied")
                  .put("description", "before")
                  .put("claims", new JsonObject())
                  .put("seconds_until_expiration", 60));
      JsonObject after =
          management
              .patch(
                  path(key),
                  new JsonObject()
                      .putNull("description")
                      .putNull("claims")
                      .putNull("seconds_until_expiration"))
              .json();
      assertThat(after.getValue("description")).isNull();
      assertThat(after.getValue("claims")).isNull();
      assertThat(after.getValue("expiration")).isNull();
    }

    @Test
    void may_end_a_key_at_once_and_bring_it_back() {
      JsonObject key = management.create("ended");
      JsonObject now = new JsonObject().put("seconds_until_expiration", 0);
      assertThat(management.patch(path(key), now).json().getBoolean("expired")).isTrue();
      assertThat(verified(key)).isEqualTo(404);
      JsonObject later = new JsonObject().put("seconds_until_expiration", 3_600);
      assertThat(management.patch(path(key), later).json().getBoolean("expired")).isFalse();
      assertThat(verified(key)).isEqualTo(200);
    }

    @Test
    void may_give_a_key_to_another_subject() {
      JsonObject key = management.create("given");
      String heir = subject();
      JsonObject after = management.patch(path(key), new JsonObject().put("subject", heir)).json();
      assertThat(after.getString("subject")).isEqualTo(heir);
      assertThat(management.verify(key.getString("secret")).json().getString("subject"))
          .isEqualTo(heir);
    }

    @Test
    void to_a_subject_that_has_a_key_of_that_name_is_a_conflict() {
      String heir = subject();
      management.create(heir, "twice");
      JsonObject key = management.create("twice");
      Answer answer = management.patch(path(key), new JsonObject().put("subject", heir));
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.code()).isEqualTo("token_creation_conflict");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            name              | "another"        | form_param_unknown
            scopes            | ["a b"]          | form_param_format_invalid
            scopes            | null             | form_param_type_invalid
            claims            | []               | form_param_type_invalid
            subject           | "nobody"         | form_param_format_invalid
            subject           | null             | form_param_nil
            allowed_ip_ranges | ["10.0.0.1/8"]   | form_param_format_invalid
            allowed_ip_ranges | ["example.com"]  | form_param_format_invalid
            metadata          | 1                | form_param_type_invalid
            """)
    void of_what_can_not_be_is_refused_by_name(String member, String value, String code) {
      JsonObject key = management.create("unpatched " + member + value.length());
      String body = "{\"" + member + "\":" + value + "}";
      Answer answer =
          management.send(
              management.request(path(key)).method("PATCH", BodyPublishers.ofString(body)));
      assertThat(answer.status()).as(answer.body()).isEqualTo(400);
      assertThat(answer.code()).isEqualTo(code);
      assertThat(answer.parameter()).isEqualTo(member);
      assertThat(management.get(path(key)).json()).isEqualTo(without(key, "secret"));
    }

    @Test
    void of_two_at_once_none_is_lost() {
      JsonObject key = management.create("contended");
      List<CompletableFuture<Answer>> patches = new ArrayList<>();
      patches.add(
          CompletableFuture.supplyAsync(
              () -> management.patch(path(key), new JsonObject().put("description", "one"))));
      patches.add(
          CompletableFuture.supplyAsync(
              () ->
                  management.patch(
                      path(key), new JsonObject().put("scopes", new JsonArray().add("two")))));
      patches.forEach(patch -> assertThat(patch.join().status()).isEqualTo(200));
      JsonObject after = management.get(path(key)).json();
      assertThat(after.getString("description")).isEqualTo("one");
      assertThat(after.getJsonArray("scopes")).containsExactly("two");
    }
  }

  private static JsonObject without(JsonObject object, String member) {
    JsonObject copy = object.copy();
    copy.remove(member);
    return copy;
  }

  @Nested
  class EnableAndDisable {
    @Test
    void a_key_that_is_switched_off_fails_until_it_is_switched_on_again() {
      JsonObject key = management.create("switched");
      assertThat(verified(key)).isEqualTo(200);
      JsonObject off = management.post(path(key) + "/disable", "{}").json();
      assertThat(off.getBoolean("enabled")).isFalse();
      assertThat(off.getBoolean("revoked")).isFalse();
      assertThat(verified(key)).isEqualTo(404);
      assertThat(management.post(path(key) + "/enable", "").json().getBoolean("enabled")).isTrue();
      assertThat(verified(key)).isEqualTo(200);
    }
  }

  @Nested
  class Addresses {
    @Test
    void a_key_with_allowed_ranges_is_valid_from_there_alone() {
      JsonObject key = management.create("at home");
      management.patch(
          path(key),
          new JsonObject()
              .put("allowed_ip_ranges", new JsonArray().add("10.0.0.0/8").add("2001:db8::/32")));
      assertThat(from(key, "10.1.2.3")).isEqualTo(200);
      assertThat(from(key, "2001:db8::1")).isEqualTo(200);
      assertThat(from(key, "11.1.2.3")).isEqualTo(404);
      assertThat(verified(key)).isEqualTo(404);
      Answer unreadable =
          management.post(
              "/api_keys/verify",
              new JsonObject().put("secret", key.getString("secret")).put("ip_address", "here"));
      assertThat(unreadable.parameter()).isEqualTo("ip_address");
    }

    private static int from(JsonObject key, String address) {
      return management
          .post(
              "/api_keys/verify",
              new JsonObject().put("secret", key.getString("secret")).put("ip_address", address))
          .status();
    }
  }

  @Nested
  class Rotate {
    @Test
    void gives_the_same_key_another_secret_and_ends_the_old_one_at_once() {
      JsonObject key = management.create("rotated");
      assertThat(verified(key)).isEqualTo(200);
      JsonObject rotated = management.post(path(key) + "/rotate", "{}").json();
      assertThat(rotated.getString("id")).isEqualTo(key.getString("id"));
      assertThat(rotated.getString("secret")).isNotEqualTo(key.getString("secret"));
      assertThat(verified(key)).isEqualTo(404);
      assertThat(verified(rotated)).isEqualTo(200);
    }

    @Test
    void lets_the_old_secret_work_for_the_overlap_and_a_revocation_ends_both() {
      JsonObject key = management.create("overlapping");
      JsonObject rotated =
          management.post(path(key) + "/rotate", "{\"overlap_seconds\":3600}").json();
      assertThat(verified(key)).isEqualTo(200);
      assertThat(verified(rotated)).isEqualTo(200);
      management.post(path(key) + "/revoke", "{}");
      assertThat(verified(key)).isEqualTo(404);
      assertThat(verified(rotated)).isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "2592001", "\"1\"", "true"})
    void takes_no_overlap_of_more_than_thirty_days(String overlap) {
      JsonObject key = management.create("held " + overlap.length());
      Answer answer =
          management.post(path(key) + "/rotate", "{\"overlap_seconds\":" + overlap + "}");
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.parameter()).isEqualTo("overlap_seconds");
      assertThat(verified(key)).isEqualTo(200);
    }

    @Test
    void keeps_no_more_than_a_few_secrets_alive() {
      JsonObject key = management.create("hoarded");
      for (int i = 1; i < KeyChanges.SECRETS_MAX; i++) {
        management.post(path(key) + "/rotate", "{\"overlap_seconds\":3600}");
      }
      Answer answer = management.post(path(key) + "/rotate", "{\"overlap_seconds\":3600}");
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.code()).isEqualTo("api_key_secrets_exceeded");
      assertThat(verified(key)).isEqualTo(200);
      // Where all of them have to end at once, their number is no reason to refuse.
      assertThat(management.post(path(key) + "/rotate", "{}").status()).isEqualTo(200);
      assertThat(verified(key)).isEqualTo(404);
    }

    @Test
    void revives_no_revoked_key() {
      JsonObject key = management.create("dead");
      management.post(path(key) + "/revoke", "{}");
      Answer answer = management.post(path(key) + "/rotate", "{}");
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.code()).isEqualTo("api_key_revoked");
    }
  }

  @Nested
  class Delete {
    @Test
    void removes_the_key_and_says_what_is_gone() {
      JsonObject key = management.create("deleted");
      assertThat(verified(key)).isEqualTo(200);
      Answer answer = management.delete(path(key));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json())
          .isEqualTo(
              new JsonObject()
                  .put("object", "api_key")
                  .put("id", key.getString("id"))
                  .put("deleted", true));
      assertThat(verified(key)).isEqualTo(404);
      assertThat(management.get(path(key)).status()).isEqualTo(404);
      assertThat(management.delete(path(key)).status()).isEqualTo(404);
    }
  }

  @Nested
  class RevokeBySecret {
    @Test
    void ends_the_key_whose_secret_was_found_somewhere() {
      JsonObject key = management.create("leaked");
      Answer answer =
          management.post(
              "/api_keys/revoke_secret",
              new JsonObject()
                  .put("secret", key.getString("secret"))
                  .put("revocation_reason", "found in a repository"));
      assertThat(answer.status()).isEqualTo(200);
      assertThat(answer.json().getString("id")).isEqualTo(key.getString("id"));
      assertThat(answer.json().getString("revocation_reason")).isEqualTo("found in a repository");
      assertThat(answer.body()).doesNotContain(key.getString("secret"));
      assertThat(verified(key)).isEqualTo(404);
    }

    @Test
    void of_nobodys_secret_is_404_which_does_not_repeat_it() {
      Answer answer =
          management.post("/api_keys/revoke_secret", new JsonObject().put("secret", "ak_guess"));
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.body()).doesNotContain("ak_guess");
    }
  }

  @Nested
  class Secrets {
    @Test
    void are_told_of_by_when_they_came_end_and_were_used() {
      JsonObject key = management.create("watched");
      assertThat(verified(key)).isEqualTo(200);
      JsonObject rotated =
          management.post(path(key) + "/rotate", "{\"overlap_seconds\":3600}").json();
      Awaiting.until(
          "the first one's use is noted", () -> secret(key, 1).getLong("last_used_at") != null);
      Answer answer = management.get(path(key) + "/secrets");
      assertThat(answer.json().getInteger("total_count")).isEqualTo(2);
      assertThat(answer.body())
          .doesNotContain(key.getString("secret"))
          .doesNotContain(rotated.getString("secret"));
      assertThat(secret(key, 0).getValue("expiration")).isNull();
      assertThat(secret(key, 0).getValue("last_used_at")).isNull();
      assertThat(secret(key, 1).getLong("expiration") - secret(key, 0).getLong("created_at"))
          .isEqualTo(3_600_000);
      assertThat(secret(key, 1).getBoolean("expired")).isFalse();
    }

    @Test
    void of_no_key_are_404() {
      assertThat(management.get(UNKNOWN + "/secrets").status()).isEqualTo(404);
    }

    private static JsonObject secret(JsonObject key, int place) {
      return management
          .get(path(key) + "/secrets")
          .json()
          .getJsonArray("data")
          .getJsonObject(place);
    }
  }

  @Nested
  class Secret {
    @Test
    void can_not_be_shown_again() {
      Answer answer = management.get(path(management.create("shown once")) + "/secret");
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.code()).isEqualTo("api_key_secret_not_recoverable");
      assertThat(management.get(UNKNOWN + "/secret").status()).isEqualTo(404);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"/enable", "/disable", "/rotate", "/revoke"})
  void of_no_key_is_404(String what) {
    Answer answer = management.post(UNKNOWN + what, "{}");
    assertThat(answer.status()).isEqualTo(404);
    assertThat(answer.code()).isEqualTo("resource_not_found");
  }
}
