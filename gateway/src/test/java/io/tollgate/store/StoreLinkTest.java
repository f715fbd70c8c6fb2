package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.vertx.core.Future;
import java.sql.Connection;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whose fault it is that an answer is late: the store's, or ours. */
class StoreLinkTest {
  private static final Duration DEADLINE = Duration.ofMillis(200);

  private OpenPostgresRecords open;

  @BeforeEach
  void start() throws Exception {
    open = new OpenPostgresRecords(DEADLINE, 100, 1);
  }

  @AfterEach
  void stop() throws Exception {
    open.close();
  }

  /** The first connection and the first statement take what they take. */
  private void awaitAnswers(KeyDigest known) {
    Awaiting.until(
        "Postgres answers",
        () -> open.onContext(() -> open.keys.find(known).otherwise(Optional.empty())).isPresent());
  }

  private static void holdUp(Duration time) {
    long end = System.nanoTime() + time.toNanos();
    while (System.nanoTime() < end) {
      Thread.onSpinWait();
    }
  }

  @Test
  void an_answer_that_came_while_we_were_held_up_has_come_in_time() throws Exception {
    Secret secret = open.stored.inPostgresOnly("read");
    KeyDigest known = KeyDigest.of(secret);
    awaitAnswers(known);
    Optional<StoredRecord> found =
        open.onContext(
            () -> {
              Future<Optional<StoredRecord>> asked = open.keys.find(known);
              holdUp(DEADLINE.multipliedBy(4));
              return asked;
            });
    assertThat(found).isPresent();
  }

  @Test
  void an_answer_that_has_not_come_when_we_were_held_up_is_late() throws Exception {
    KeyDigest known = KeyDigest.of(open.stored.inPostgresOnly("read"));
    awaitAnswers(known);
    try (Connection lock = open.lock()) {
      Future<Optional<StoredRecord>> asked =
          open.onContext(
              () -> {
                Future<Optional<StoredRecord>> late = open.keys.find(known);
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
