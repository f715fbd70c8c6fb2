package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose fault it is that an answer is late: the store's, or ours. */
class StoreLinkTest {
  private static final Duration DEADLINE = Duration.ofMillis(200);

  private TestPostgres postgres;
  private TestRedis redis;
  private StoredKeys stored;
  private Vertx vertx;
  private Context context;
  private PostgresRecords keys;

  @BeforeEach
  void start() throws Exception {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    stored = new StoredKeys(postgres, redis);
    vertx = Vertx.vertx();
    context = vertx.getOrCreateContext();
    var config = new PostgresConfig(postgres.url(), DEADLINE, PostgresConfig.CONNECT_DEADLINE);
    var metrics = new SimpleMeterRegistry();
    keys =
        onContext(
            () -> Future.succeededFuture(new PostgresRecords(vertx, config, 100, 1, metrics)));
  }

  @AfterEach
  void stop() throws Exception {
    onContext(() -> keys.close());
    vertx.close().await(10, TimeUnit.SECONDS);
    redis.close();
    postgres.close();
  }

  private <T> T onContext(Supplier<Future<T>> work) throws Exception {
    Promise<T> done = Promise.promise();
    context.runOnContext(unused -> work.get().onComplete(done));
    return done.future().await(20, TimeUnit.SECONDS);
  }

  /** The first connection and the first statement take what they take. */
  private void awaitAnswers(KeyDigest known) {
    Awaiting.until(
        "Postgres answers",
        () -> onContext(() -> keys.find(known).otherwise(Optional.empty())).isPresent());
  }

  private static void holdUp(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Test
  void an_answer_that_came_while_we_were_held_up_has_come_in_time() throws Exception {
    Secret secret = stored.inPostgresOnly("read");
    KeyDigest known = KeyDigest.of(secret);
    awaitAnswers(known);
    Optional<StoredRecord> found =
        onContext(
            () -> {
              Future<Optional<StoredRecord>> asked = keys.find(known);
              holdUp(DEADLINE.multipliedBy(4));
              return asked;
            });
    assertThat(found).isPresent();
  }

  @Test
  void an_answer_that_has_not_come_when_we_were_held_up_is_late() throws Exception {
    KeyDigest known = KeyDigest.of(stored.inPostgresOnly("read"));
    awaitAnswers(known);
    try (var lock = postgres.connect()) {
      lock.setAutoCommit(false);
      lock.createStatement().execute("LOCK TABLE tollgate.api_key_secret");
      Future<Optional<StoredRecord>> asked =
          onContext(
              () -> {
                Future<Optional<StoredRecord>> late = keys.find(known);
                holdUp(DEADLINE.multipliedBy(2));
                return Future.succeededFuture(late);
              });
      assertThat(asked.toCompletionStage().toCompletableFuture())
          .failsWithin(Duration.ofSeconds(10))
          .withThrowableOfType(ExecutionException.class)
          .withMessageContaining("missed its deadline");
      lock.rollback();
    }
  }
}
