package io.tollgate.management.instance;

import static io.tollgate.management.TestManagement.subject;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The life of a secret key: made, listed, rotated, revoked, and limited to what it opens. */
class SecretKeyTest {
  private static final String KEYS = "/instance/secret_keys";
  private static final String UNKNOWN = KEYS + "/isk_00000000000000000000000000000000";

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;
  private static TestManagement other;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
    other = new TestManagement(postgres, redis);
  }

  @AfterAll
  static void stop() {
    other.close();
    management.close();
    redis.close();
    postgres.close();
  }

  private static JsonObject body(String name, String... areas) {
    return new JsonObject().put("name", name).put("areas", new JsonArray(List.of(areas)));
  }

  private static JsonObject created(String name, String... areas) {
    Answer answer = management.post(KEYS, body(name, areas));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  private static String path(JsonObject key) {
    return KEYS + "/" + key.getString("id");
  }

  private static Answer asked(
      TestManagement where, JsonObject key, String method, String path, String body) {
    HttpRequest.Builder request =
        where
            .request(path)
            .setHeader("Authorization", "Bearer " + key.getString("secret"))
            .method(method, BodyPublishers.ofString(body));
    return where.send(request);
  }

  /** Whether the key opens the door of both services; where one does, the other must. */
  private static int opens(JsonObject key) {
    int here = asked(management, key, "GET", KEYS, "").status();
    assertThat(asked(other, key, "GET", KEYS, "").status()).isEqualTo(here);
    return here;
  }

  private static JsonObject without(JsonObject object, String member) {
    JsonObject copy = object.copy();
    copy.remove(member);
    return copy;
  }

  @Nested
  class Create {
    @Test
    void gives_a_key_that_opens_its_areas_at_once_and_shows_its_secret_once() {
      JsonObject key = created("deployer", "instance", "keys");
      assertThat(key.getString("object")).isEqualTo("secret_key");
      assertThat(key.getString("id")).matches("isk_[0-9a-f]{32}");
      assertThat(key.getString("secret")).startsWith("sk_live_");
      assertThat(key.getString("name")).isEqualTo("deployer");
      assertThat(key.getJsonArray("areas")).containsExactly("instance", "keys");
      assertThat(key.getBoolean("revoked")).isFalse();
      assertThat(key.getValue("revoked_at")).isNull();
      assertThat(key.getValue("expiration")).isNull();
      assertThat(opens(key)).isEqualTo(200);
      assertThat(management.get(path(key)).json()).isEqualTo(without(key, "secret"));
    }

    @Test
    void of_a_key_that_ends_makes_one_that_ends() {
      JsonObject body = body("brief", "instance");
      JsonObject late = management.post(KEYS, body.put("seconds_until_expiration", 3600)).json();
      assertThat(late.getLong("expiration")).isEqualTo(late.getLong("created_at") + 3_600_000);
      assertThat(opens(late)).isEqualTo(200);
      JsonObject over = management.post(KEYS, body.put("seconds_until_expiration", 0)).json();
      assertThat(opens(over)).isEqualTo(401);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            name                     | ""                      | form_param_min_length_exceeded
            name                     | "  "                    | form_param_format_invalid
            name                     | null                    | form_param_nil
            name                     | 7                       | form_param_type_invalid
            areas                    | []                      | form_param_value_invalid
            areas                    | ["read_only"]           | form_param_value_invalid
            areas                    | ["keys","everything"]   | form_param_format_invalid
            areas                    | "keys"                  | form_param_type_invalid
            areas                    | null                    | form_param_type_invalid
            seconds_until_expiration | -1                      | form_param_value_invalid
            seconds_until_expiration | "1"                     | form_param_type_invalid
            scopes                   | []                      | form_param_unknown
            """)
    void of_what_can_not_be_is_400_by_name(String member, String value, String code) {
      String text = body("no key", "keys").putNull(member).encode();
      Answer answer = management.post(KEYS, text.replace(":null", ":" + value));
      assertThat(answer.status()).as(answer.body()).isEqualTo(400);
      assertThat(answer.code()).isEqualTo(code);
      assertThat(answer.parameter()).isEqualTo(member);
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "areas"})
    void without_what_it_needs_is_400(String member) {
      Answer answer = management.post(KEYS, without(body("no key", "keys"), member));
      assertThat(answer.code()).isEqualTo("form_param_missing");
      assertThat(answer.parameter()).isEqualTo(member);
    }

    @Test
    void takes_a_name_of_a_hundred_characters_and_no_longer() {
      assertThat(management.post(KEYS, body("🙂".repeat(100), "keys")).status()).isEqualTo(200);
      assertThat(management.post(KEYS, body("n".repeat(101), "keys")).parameter())
          .isEqualTo("name");
    }
  }

  @Nested
  class Areas {
    @Test
    void that_a_key_does_not_name_are_closed_to_it() {
      JsonObject billing = created("billing", "billing");
      Answer refused = asked(management, billing, "GET", KEYS, "");
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.code()).isEqualTo("authorization_invalid");
      String list = "/api_keys?subject=" + subject();
      assertThat(asked(management, billing, "GET", list, "").status()).isEqualTo(403);
      assertThat(asked(management, created("k", "keys"), "GET", list, "").status()).isEqualTo(200);
    }

    @Test
    void of_a_read_only_key_can_be_read_and_verified_and_not_changed() {
      JsonObject key = created("reader", "keys", "instance", "read_only");
      String secret = management.create("looked at").getString("secret");
      String verify = new JsonObject().put("secret", secret).encode();
      assertThat(opens(key)).isEqualTo(200);
      assertThat(asked(management, key, "POST", "/api_keys/verify", verify).status())
          .isEqualTo(200);
      String wanted = new JsonObject().put("subject", subject()).put("name", "wanted").encode();
      for (String change : List.of("/api_keys", KEYS, path(key) + "/revoke")) {
        Answer answer = asked(management, key, "POST", change, wanted);
        assertThat(answer.status()).as(change).isEqualTo(403);
        assertThat(answer.code()).isEqualTo("authorization_invalid");
      }
    }

    @Test
    void can_not_be_handed_on_by_whom_they_are_closed_to() {
      JsonObject key = created("delegate", "instance", "keys");
      String more = body("more", "instance", "billing").encode();
      Answer refused = asked(management, key, "POST", KEYS, more);
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.code()).isEqualTo("authorization_invalid");
      String less = body("less", "keys", "read_only").encode();
      assertThat(asked(management, key, "POST", KEYS, less).status()).isEqualTo(200);
    }

    @Test
    void can_not_be_handed_on_for_longer_than_they_are_open() {
      JsonObject wanted = body("for an hour", "instance").put("seconds_until_expiration", 3_600);
      JsonObject key = management.post(KEYS, wanted).json();
      Answer refused = asked(management, key, "POST", KEYS, body("for ever", "instance").encode());
      assertThat(refused.status()).isEqualTo(403);
      assertThat(refused.code()).isEqualTo("authorization_invalid");
      String shorter = body("shorter", "instance").put("seconds_until_expiration", 60).encode();
      assertThat(asked(management, key, "POST", KEYS, shorter).status()).isEqualTo(200);
      String path = path(created("lasting", "instance")) + "/rotate";
      assertThat(asked(management, key, "POST", path, "{}").status()).isEqualTo(403);
    }

    @Test
    void can_not_be_had_by_rotating_a_key_that_opens_more() {
      JsonObject key = created("rotator", "instance");
      JsonObject more = created("bigger", "instance", "billing");
      assertThat(asked(management, key, "POST", path(more) + "/rotate", "").status())
          .isEqualTo(403);
      assertThat(opens(more)).isEqualTo(200);
      assertThat(asked(management, key, "POST", path(key) + "/rotate", "").status()).isEqualTo(200);
    }
  }

  @Nested
  class Page {
    @Test
    void tells_the_newest_first_and_how_many_there_are_and_no_secret() {
      List<String> made =
          IntStream.range(0, 3)
              .mapToObj(i -> created("listed " + i, "keys").getString("id"))
              .toList();
      JsonObject page = management.get(KEYS + "?limit=2&offset=1").json();
      assertThat(page.getJsonArray("data").stream().map(key -> ((JsonObject) key).getString("id")))
          .containsExactly(made.get(1), made.get(0));
      assertThat(page.getInteger("total_count"))
          .isEqualTo(management.get(KEYS).json().getInteger("total_count"));
      assertThat(page.encode()).doesNotContain("sk_live_");
      JsonObject beyond = management.get(KEYS + "?offset=1000").json();
      assertThat(beyond.getJsonArray("data")).isEmpty();
      assertThat(beyond.getInteger("total_count")).isGreaterThanOrEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=101", "offset=-1", "offset=x"})
    void of_no_page_is_400(String query) {
      Answer answer = management.get(KEYS + "?" + query);
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.parameter()).isEqualTo(query.split("=", 2)[0]);
    }
  }

  @Nested
  class Rotate {
    @Test
    void gives_the_same_key_another_secret_and_ends_the_old_one_everywhere() {
      JsonObject key = created("rotated", "instance");
      assertThat(opens(key)).isEqualTo(200);
      JsonObject rotated = management.post(path(key) + "/rotate", "").json();
      assertThat(without(rotated, "secret")).isEqualTo(without(key, "secret"));
      assertThat(opens(key)).isEqualTo(401);
      assertThat(opens(rotated)).isEqualTo(200);
    }

    @Test
    void lets_the_old_secret_work_for_the_overlap_and_a_revocation_ends_both() {
      JsonObject key = created("overlapping", "instance");
      JsonObject rotated =
          management.post(path(key) + "/rotate", "{\"overlap_seconds\":3600}").json();
      assertThat(opens(key)).isEqualTo(200);
      assertThat(opens(rotated)).isEqualTo(200);
      management.post(path(key) + "/revoke", "");
      assertThat(opens(key)).isEqualTo(401);
      assertThat(opens(rotated)).isEqualTo(401);
    }

    @Test
    void lets_the_old_secret_work_no_longer_than_the_key() {
      JsonObject body = body("short of breath", "instance").put("seconds_until_expiration", 60);
      JsonObject key = management.post(KEYS, body).json();
      management.post(path(key) + "/rotate", "{\"overlap_seconds\":3600}");
      assertThat(
              postgres.query(
                  "SELECT count(*) FROM tollgate.record WHERE body LIKE '%"
                      + key.getString("id")
                      + "%' AND (body::json->>'expires_at')::bigint = "
                      + key.getLong("expiration")))
          .isEqualTo("2");
    }

    @Test
    void keeps_no_more_than_a_few_secrets_alive() {
      JsonObject key = created("hoarded", "instance");
      for (int i = 1; i < SecretKeyRegistry.SECRETS_MAX; i++) {
        management.post(path(key) + "/rotate", "{\"overlap_seconds\":3600}");
      }
      Answer answer = management.post(path(key) + "/rotate", "{\"overlap_seconds\":3600}");
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.code()).isEqualTo("secret_key_secrets_exceeded");
      assertThat(opens(key)).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"-1", "2592001", "\"1\"", "true"})
    void takes_no_overlap_of_more_than_thirty_days(String overlap) {
      JsonObject key = created("held", "instance");
      Answer answer =
          management.post(path(key) + "/rotate", "{\"overlap_seconds\":" + overlap + "}");
      assertThat(answer.status()).isEqualTo(400);
      assertThat(answer.parameter()).isEqualTo("overlap_seconds");
      assertThat(opens(key)).isEqualTo(200);
    }

    @Test
    void revives_no_revoked_key() {
      JsonObject key = created("dead", "instance");
      management.post(path(key) + "/revoke", "");
      Answer answer = management.post(path(key) + "/rotate", "");
      assertThat(answer.status()).isEqualTo(409);
      assertThat(answer.code()).isEqualTo("secret_key_revoked");
    }
  }

  @Nested
  class Revoke {
    @Test
    void closes_every_door_before_it_returns_and_may_be_repeated() {
      JsonObject key = created("revoked", "instance");
      assertThat(opens(key)).isEqualTo(200);
      Answer revoked = management.post(path(key) + "/revoke", "{}");
      assertThat(revoked.status()).isEqualTo(200);
      assertThat(opens(key)).isEqualTo(401);
      assertThat(revoked.json().getBoolean("revoked")).isTrue();
      assertThat(revoked.json().getLong("revoked_at")).isPositive();
      assertThat(management.post(path(key) + "/revoke", "").json()).isEqualTo(revoked.json());
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET ", "POST /rotate", "POST /revoke"})
  void of_no_key_is_404(String what) {
    String[] parts = what.split(" ", 2);
    for (String key : List.of(UNKNOWN, KEYS + "/instance", KEYS + "/isk_0")) {
      Answer answer =
          management.send(
              management.request(key + parts[1]).method(parts[0], BodyPublishers.noBody()));
      assertThat(answer.status()).isEqualTo(404);
      assertThat(answer.code()).isEqualTo("resource_not_found");
    }
  }

  @Test
  void who_changes_what_stands_in_the_audit_by_the_keys_id_and_without_any_secret() {
    JsonObject key = created("audited", "instance", "keys");
    String wanted = new JsonObject().put("subject", subject()).put("name", "theirs").encode();
    JsonObject theirs = asked(management, key, "POST", "/api_keys", wanted).json();
    JsonObject rotated = management.post(path(key) + "/rotate", "").json();
    assertThat(
            postgres.query(
                "SELECT actor FROM tollgate.audit WHERE object = '" + theirs.getString("id") + "'"))
        .isEqualTo("secret_key:" + key.getString("id"));
    String audit =
        postgres.query("SELECT string_agg(t::text, ' ' ORDER BY number) FROM tollgate.audit t");
    assertThat(audit).contains("secret_key.create").contains("secret_key.rotate");
    for (JsonObject shown : List.of(key, rotated, theirs)) {
      KeyDigest digest = KeyDigest.of(new Secret(shown.getString("secret")));
      assertThat(audit)
          .doesNotContain(shown.getString("secret"))
          .doesNotContain(HexFormat.of().formatHex(digest.toBytes()))
          .doesNotContain(digest.toBase64());
    }
  }
}
