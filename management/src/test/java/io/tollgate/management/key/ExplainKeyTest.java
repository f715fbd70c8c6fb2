package io.tollgate.management.key;

import static io.tollgate.management.TestManagement.subject;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** POST /api_keys/explain says which step decided; POST /api_keys/revoke_subject ends all keys. */
class ExplainKeyTest {
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

  private static JsonObject explain(JsonObject key, String member, @Nullable Object value) {
    Answer answer =
        management.post(
            "/api_keys/explain",
            new JsonObject().put("secret", key.getString("secret")).put(member, value));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    assertThat(answer.body()).doesNotContain(key.getString("secret"));
    return answer.json();
  }

  private static String decidedBy(JsonObject key) {
    return String.valueOf(explain(key, "ip_address", null).getValue("decided_by"));
  }

  private static String path(JsonObject key) {
    return "/api_keys/" + key.getString("id");
  }

  @Test
  void a_valid_key_passes_every_step() {
    JsonObject key =
        management.created(
            new JsonObject()
                .put("subject", subject())
                .put("name", "fine")
                .put("scopes", new JsonArray().add("read")));
    JsonObject explained = explain(key, "scopes", new JsonArray().add("read"));
    assertThat(explained.getBoolean("valid")).isTrue();
    assertThat(explained.getValue("decided_by")).isNull();
    List<JsonObject> steps =
        explained.getJsonArray("steps").stream().map(JsonObject.class::cast).toList();
    assertThat(steps)
        .allSatisfy(step -> assertThat(step.getString("outcome")).isEqualTo("passed"))
        .allSatisfy(step -> assertThat(step.getLong("microseconds")).isNotNegative());
    assertThat(steps.stream().map(step -> step.getString("step")))
        .contains("format", "secret", "revoked", "subject", "scopes");
  }

  @Test
  void the_first_step_that_fails_decides_and_those_after_it_are_skipped() {
    JsonObject key = management.create("failing");
    assertThat(explain(key, "scopes", new JsonArray().add("write")).getString("decided_by"))
        .isEqualTo("scopes");
    management.patch(
        path(key), new JsonObject().put("allowed_ip_ranges", new JsonArray().add("10.0.0.0/8")));
    assertThat(explain(key, "ip_address", "11.0.0.1").getString("decided_by"))
        .isEqualTo("ip_address");
    management.patch(path(key), new JsonObject().put("seconds_until_expiration", 0));
    assertThat(decidedBy(key)).isEqualTo("expiration");
    management.post(path(key) + "/disable", "{}");
    assertThat(decidedBy(key)).isEqualTo("enabled");
    management.post(path(key) + "/revoke", "{}");
    JsonObject explained = explain(key, "ip_address", null);
    assertThat(explained.getString("decided_by")).isEqualTo("revoked");
    JsonArray steps = explained.getJsonArray("steps");
    assertThat(steps.getJsonObject(steps.size() - 1).getString("outcome")).isEqualTo("skipped");
  }

  @Test
  void a_made_up_secret_fails_by_its_form() {
    assertThat(decidedBy(new JsonObject().put("secret", "ak_made_up"))).isEqualTo("format");
  }

  @Test
  void all_keys_of_a_subject_end_in_one_call_and_a_later_one_works() {
    String subject = subject();
    JsonObject one = management.create(subject, "one");
    JsonObject two = management.create(subject, "two");
    JsonObject other = management.create("of another");
    assertThat(management.verify(one.getString("secret")).status()).isEqualTo(200);
    Answer answer =
        management.post(
            "/api_keys/revoke_subject",
            new JsonObject().put("subject", subject).put("revocation_reason", "has left"));
    assertThat(answer.json().getInteger("revoked_count")).isEqualTo(2);
    assertThat(management.verify(one.getString("secret")).status()).isEqualTo(404);
    assertThat(management.verify(two.getString("secret")).status()).isEqualTo(404);
    assertThat(management.verify(other.getString("secret")).status()).isEqualTo(200);
    assertThat(management.get(path(one)).json().getString("revocation_reason"))
        .isEqualTo("has left");
    JsonObject later = management.create(subject, "one");
    assertThat(management.verify(later.getString("secret")).status()).isEqualTo(200);
  }

  @Test
  void a_key_that_comes_to_a_subject_whose_keys_were_ended_works_there() {
    String subject = subject();
    management.create(subject, "ended");
    JsonObject key = management.create("coming");
    management.post("/api_keys/revoke_subject", new JsonObject().put("subject", subject));
    assertThat(management.patch(path(key), new JsonObject().put("subject", subject)).status())
        .isEqualTo(200);
    assertThat(management.verify(key.getString("secret")).status()).isEqualTo(200);
  }

  @Test
  void a_subject_without_any_key_may_be_ended_before_its_first() {
    String subject = subject();
    JsonObject ended =
        management
            .post("/api_keys/revoke_subject", new JsonObject().put("subject", subject))
            .json();
    assertThat(ended.getInteger("revoked_count")).isZero();
    JsonObject key = management.create(subject, "the first");
    assertThat(management.verify(key.getString("secret")).status()).isEqualTo(200);
  }

  @Test
  void ending_the_keys_of_nobody_is_refused_by_name() {
    Answer answer =
        management.post("/api_keys/revoke_subject", new JsonObject().put("subject", "nobody"));
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.parameter()).isEqualTo("subject");
  }
}
