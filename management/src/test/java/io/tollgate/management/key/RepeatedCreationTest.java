package io.tollgate.management.key;

import static io.tollgate.management.TestManagement.subject;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** POST /api_keys with an Idempotency-Key. */
class RepeatedCreationTest {
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

  @Test
  void the_same_request_gives_the_same_key_and_secret() {
    JsonObject body = new JsonObject().put("subject", subject()).put("name", "repeated");
    Answer first = create("request 1", body);
    Answer second = create("request 1", body);
    assertThat(first.status()).as(first.body()).isEqualTo(200);
    assertThat(second.json()).isEqualTo(first.json());
    assertThat(verified(first.json())).isEqualTo(200);
  }

  @Test
  void many_at_once_create_one_key() {
    JsonObject body = new JsonObject().put("subject", subject()).put("name", "at once");
    List<CompletableFuture<Answer>> answers =
        IntStream.range(0, 8)
            .mapToObj(i -> CompletableFuture.supplyAsync(() -> create("request 2", body)))
            .toList();
    JsonObject one = answers.get(0).join().json();
    answers.forEach(answer -> assertThat(answer.join().json()).isEqualTo(one));
  }

  @Test
  void another_request_of_the_same_name_is_refused() {
    JsonObject body = new JsonObject().put("subject", subject()).put("name", "one thing");
    create("request 3", body);
    Answer answer = create("request 3", body.copy().put("name", "another thing"));
    assertThat(answer.status()).isEqualTo(422);
    assertThat(answer.code()).isEqualTo("idempotency_key_reused");
  }

  @Test
  void what_failed_may_be_tried_again_under_its_name() {
    String subject = subject();
    management.create(subject, "taken");
    JsonObject body = new JsonObject().put("subject", subject).put("name", "taken");
    assertThat(create("request 4", body).status()).isEqualTo(409);
    assertThat(create("request 4", body.copy().put("name", "free")).status()).isEqualTo(200);
  }

  @Test
  void a_key_that_was_rotated_since_is_not_told_anew() {
    JsonObject body = new JsonObject().put("subject", subject()).put("name", "since rotated");
    JsonObject key = create("request 5", body).json();
    management.post(path(key) + "/rotate", "{}");
    Answer answer = create("request 5", body);
    assertThat(answer.status()).isEqualTo(409);
    assertThat(answer.code()).isEqualTo("idempotent_creation_superseded");
  }

  private static Answer create(String name, JsonObject body) {
    return management.send(
        management
            .request("/api_keys")
            .header("Idempotency-Key", name)
            .POST(BodyPublishers.ofString(body.encode())));
  }
}
