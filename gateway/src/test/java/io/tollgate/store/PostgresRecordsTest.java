package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.vertx.core.Future;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Postgres is asked at once when everybody asks. */
class PostgresRecordsTest {
  private static final int STATEMENTS_MAX = 3;
  private static final int WAITING_MAX = 500;

  /** Who comes one by one fills a statement each, and then the queue. */
  private static final int TAKEN_MAX = STATEMENTS_MAX + WAITING_MAX;

  private OpenPostgresRecords open;

  @BeforeEach
  void start() throws Exception {
    open = new OpenPostgresRecords(Duration.ofSeconds(9), WAITING_MAX, STATEMENTS_MAX);
  }

  @AfterEach
  void stop() throws Exception {
    open.close();
  }

  private List<Future<Optional<StoredRecord>>> findAll(List<Secret> secrets) throws Exception {
    return open.onContext(
        () -> {
          List<Future<Optional<StoredRecord>>> found = new ArrayList<>();
          secrets.forEach(secret -> found.add(open.keys.find(KeyDigest.of(secret))));
          return Future.succeededFuture(found);
        });
  }

  private List<Secret> minted(int count) {
    List<Secret> secrets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      secrets.add(open.stored.mint());
    }
    return secrets;
  }

  private double statements() {
    return open.metrics.get("tollgate.postgres.statements").gauge().value();
  }

  @Test
  void a_herd_is_answered_by_a_few_statements_at_a_time() throws Exception {
    Secret known = open.stored.inPostgresOnly("read");
    List<Secret> herd = minted(WAITING_MAX - 1);
    herd.add(known);
    List<Future<Optional<StoredRecord>>> found;
    try (Connection lock = open.lock()) {
      found = findAll(herd);
      assertThat(statements()).isEqualTo(STATEMENTS_MAX);
      lock.rollback();
    }
    for (Future<Optional<StoredRecord>> answer : found.subList(0, herd.size() - 1)) {
      assertThat(answer.await(10, TimeUnit.SECONDS)).isEmpty();
    }
    assertThat(found.get(herd.size() - 1).await(10, TimeUnit.SECONDS)).isPresent();
    assertThat(statements()).isZero();
  }

  @Test
  void who_finds_the_queue_full_is_refused_at_once_and_the_others_are_answered() throws Exception {
    List<Future<Optional<StoredRecord>>> found;
    try (Connection lock = open.lock()) {
      found = findAll(minted(TAKEN_MAX + 50));
      for (Future<Optional<StoredRecord>> refused : found.subList(TAKEN_MAX, found.size())) {
        assertThat(refused.cause())
            .isInstanceOf(StoreUnreachable.class)
            .hasMessage("too many look-ups wait for Postgres");
      }
      lock.rollback();
    }
    for (Future<Optional<StoredRecord>> answer : found.subList(0, TAKEN_MAX)) {
      assertThat(answer.await(10, TimeUnit.SECONDS)).isEmpty();
    }
  }
}
