package io.tollgate.management.instance;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The switch that all API keys hang on. */
class KeySwitchTest {
  private static final String SWITCH = "/instance/api_keys";
  private static final JsonObject ON = new JsonObject().put("enabled", true);
  private static final JsonObject OFF = new JsonObject().put("enabled", false);
  private static final String BODY = "SELECT body FROM tollgate.record WHERE name = 'instance:'";

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

  @AfterEach
  void switch_on() {
    assertThat(management.patch(SWITCH, ON).status()).isEqualTo(200);
  }

  @AfterAll
  static void stop() {
    other.close();
    management.close();
    redis.close();
    postgres.close();
  }

  private static boolean isOn() {
    Answer answer = management.get(SWITCH);
    assertThat(answer.json().getString("object")).isEqualTo("instance_api_keys");
    return answer.json().getBoolean("enabled");
  }

  @Test
  void off_ends_every_key_everywhere_and_on_brings_each_back_as_it_was() {
    List<JsonObject> keys = List.of(management.create("one"), management.create("two"));
    JsonObject revoked = management.create("revoked");
    management.post("/api_keys/" + revoked.getString("id") + "/revoke", "");
    keys.forEach(key -> assertThat(verified(key)).isEqualTo(200));
    assertThat(management.patch(SWITCH, OFF).json().getBoolean("enabled")).isFalse();
    keys.forEach(key -> assertThat(verified(key)).isEqualTo(404));
    assertThat(isOn()).isFalse();
    for (JsonObject key : keys) {
      Answer found = management.get("/api_keys/" + key.getString("id"));
      assertThat(found.json().getBoolean("revoked")).isFalse();
    }
    assertThat(management.patch(SWITCH, ON).json().getBoolean("enabled")).isTrue();
    keys.forEach(key -> assertThat(verified(key)).isEqualTo(200));
    assertThat(verified(revoked)).isEqualTo(404);
    assertThat(isOn()).isTrue();
  }

  private static int verified(JsonObject key) {
    int here = management.verify(key.getString("secret")).status();
    assertThat(other.verify(key.getString("secret")).status()).isEqualTo(here);
    return here;
  }

  @Test
  void secret_keys_work_on_while_it_is_off() {
    JsonObject wanted = new JsonObject("{\"name\":\"rescuer\",\"areas\":[\"instance\"]}");
    String secret = management.post("/instance/secret_keys", wanted).json().getString("secret");
    management.patch(SWITCH, OFF);
    Answer answer =
        other.send(other.request(SWITCH).setHeader("Authorization", "Bearer " + secret).GET());
    assertThat(answer.status()).isEqualTo(200);
  }

  @Test
  void what_else_the_instance_says_stays_as_it_is() {
    takeHashes(true);
    management.patch(SWITCH, OFF);
    assertThat(postgres.query(BODY))
        .contains("\"sha256\":true,\"sha512\":true")
        .contains("\"keys_enabled\":false");
    takeHashes(false);
  }

  private static void takeHashes(boolean taken) {
    postgres.execute(
        "UPDATE tollgate.record SET body = regexp_replace(body, '(sha[0-9]+\":)[a-z]+', '\\1"
            + taken
            + "', 'g') WHERE name = 'instance:'");
  }

  @Test
  void of_many_changes_at_once_each_is_of_what_the_one_before_left() {
    List<CompletableFuture<Answer>> changes = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      JsonObject wanted = i % 2 == 0 ? OFF : ON;
      changes.add(CompletableFuture.supplyAsync(() -> management.patch(SWITCH, wanted)));
    }
    changes.forEach(change -> assertThat(change.join().status()).isEqualTo(200));
    assertThat(
            postgres.query(
                """
                SELECT count(*) FROM (
                  SELECT before::text, lag(after::text) OVER (ORDER BY number) AS left_by
                  FROM tollgate.audit WHERE object = 'instance'
                ) changes WHERE before <> left_by
                """))
        .isEqualTo("0");
  }

  @Test
  void what_stands_so_already_is_no_change() {
    String count = "SELECT count(*) FROM tollgate.audit";
    String before = postgres.query(count);
    assertThat(management.patch(SWITCH, ON).status()).isEqualTo(200);
    assertThat(postgres.query(count)).isEqualTo(before);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {}                             | form_param_missing      | enabled
          {"enabled":null}               | form_param_type_invalid | enabled
          {"enabled":"true"}             | form_param_type_invalid | enabled
          {"enabled":false,"sha256":true}| form_param_unknown      | sha256
          """)
  void what_is_no_position_of_a_switch_is_400(String body, String code, String parameter) {
    Answer answer = management.patch(SWITCH, new JsonObject(body));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.code()).isEqualTo(code);
    assertThat(answer.parameter()).isEqualTo(parameter);
    assertThat(isOn()).isTrue();
  }
}
