package io.tollgate.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.key.Secret;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.Awaiting;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RedisConfig;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.Vertx;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Starting, being ready, outliving the stores, and stopping. */
class ManagementTest {
  private static final RedisConfig NO_REDIS = redis("redis://127.0.0.1:1");

  private final Vertx vertx = Vertx.vertx();

  @AfterEach
  void stop() {
    TestManagement.await(vertx.close());
  }

  @Test
  void a_taken_port_is_told_to_the_operator() throws Exception {
    try (TestPostgres postgres = TestPostgres.database();
        var taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      assertRefused(
          TestManagement.config(taken.getLocalPort(), postgres.config(), NO_REDIS),
          "can't listen on 127.0.0.1:" + taken.getLocalPort());
    }
  }

  @Test
  void a_missing_schema_is_told_to_the_operator() {
    try (TestPostgres postgres = TestPostgres.emptyDatabase()) {
      assertRefused(
          TestManagement.config(0, postgres.config(), NO_REDIS), "run deploy/tollgate migrate");
    }
  }

  @Test
  void an_unreachable_postgres_is_told_to_the_operator_after_the_deadline() {
    long startNanos = System.nanoTime();
    assertRefused(
        TestManagement.config(0, postgres("postgresql://u:hidden@127.0.0.1:1/db"), NO_REDIS),
        "Postgres gave no answer within 10 seconds");
    assertThat(Duration.ofNanos(System.nanoTime() - startNanos))
        .isBetween(Duration.ofSeconds(9), Duration.ofSeconds(15));
  }

  @Test
  void a_database_that_is_not_there_is_told_to_the_operator_at_once() {
    try (TestPostgres postgres = TestPostgres.database()) {
      String url = postgres.url().reveal();
      assertRefused(
          TestManagement.config(0, postgres(url.replaceFirst("/[^/]*$", "/nowhere")), NO_REDIS),
          "Postgres refuses management's log-in or question");
    }
  }

  @Test
  void without_redis_it_starts_and_creates_keys_that_are_carried_later() {
    try (TestPostgres postgres = TestPostgres.database();
        TestRedis redis = TestRedis.start()) {
      redis.kill9();
      try (TestManagement management = new TestManagement(postgres, redis)) {
        TestManagement.await(management.management().ready());
        management.create("early");
        redis.restart();
        // The key, its subject, the instance, two roles, and how far the log was read.
        Awaiting.until("the key is carried", () -> "6".equals(redis.command("DBSIZE")));
      }
    }
  }

  @Test
  void without_postgres_it_answers_503_and_recovers_by_itself() {
    try (TestPostgres postgres = TestPostgres.dedicated();
        TestRedis redis = TestRedis.start();
        TestManagement management = new TestManagement(postgres, redis)) {
      String id = management.create("before").getString("id");
      postgres.freeze();
      assertUnreachable(management.get("/api_keys/" + id));
      postgres.thaw();
      Awaiting.until("it recovers", () -> management.get("/api_keys/" + id).status() == 200);
      postgres.kill9();
      assertUnreachable(management.get("/api_keys/" + id));
      assertThatThrownBy(() -> TestManagement.await(management.management().ready()));
      postgres.restart();
      Awaiting.until("it recovers", () -> management.get("/api_keys/" + id).status() == 200);
      management.create("after");
    }
  }

  @Test
  void a_revocation_under_way_comes_to_its_end_when_it_stops() {
    try (TestPostgres postgres = TestPostgres.database();
        TestRedis redis = TestRedis.start();
        TestManagement management = new TestManagement(postgres, redis)) {
      String id = management.create("last").getString("id");
      var revoked =
          CompletableFuture.supplyAsync(
              () -> management.post("/api_keys/" + id + "/revoke", "{}").status());
      Awaiting.until(
          "the revocation has begun",
          () -> postgres.query("SELECT number FROM tollgate.change_counter").equals("2"));
      TestManagement.await(management.management().stop());
      assertThat(revoked.join()).isEqualTo(200);
    }
  }

  private static void assertUnreachable(Answer answer) {
    assertThat(answer.status()).isEqualTo(503);
    assertThat(answer.code()).isEqualTo("store_unreachable");
    assertThat(answer.header("Retry-After")).isEqualTo("1");
  }

  private void assertRefused(ManagementConfig config, String sentence) {
    assertThatThrownBy(
            () -> TestManagement.await(Management.start(vertx, config, new SimpleMeterRegistry())))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(sentence)
        .hasMessageNotContaining("hidden");
  }

  private static PostgresConfig postgres(String url) {
    return new PostgresConfig(
        new Secret(url), PostgresConfig.DEADLINE, PostgresConfig.CONNECT_DEADLINE);
  }

  private static RedisConfig redis(String url) {
    return new RedisConfig(new Secret(url), RedisConfig.DEADLINE, RedisConfig.CONNECT_DEADLINE);
  }
}
