package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.sql.Connection;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What Postgres is asked at once when everybody asks. */
class PostgresRecordsTest {
  private static final int STATEMENTS_MAX = 3;
  private static final int WAITING_MAX = 500;

  /** Who comes one by one fills a statement each, and then the queue. */
  private static final int TAKEN_MAX = STATEMENTS_MAX + WAITING_MAX;

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
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
    var config =
        new PostgresConfig(postgres.url(), Duration.ofSeconds(9), PostgresConfig.CONNECT_DEADLINE);
    keys =
        onContext(
            () ->
                Future.succeededFuture(
                    new PostgresRecords(vertx, config, WAITING_MAX, STATEMENTS_MAX, metrics)));
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

  private List<Future<Optional<StoredRecord>>> findAll(List<Secret> secrets) throws Exception {
    return onContext(
        () -> {
          List<Future<Optional<StoredRecord>>> found = new ArrayList<>();
          secrets.forEach(secret -> found.add(keys.find(KeyDigest.of(secret))));
          return Future.succeededFuture(found);
        });
  }

  private List<Secret> minted(int count) {
    List<Secret> secrets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      secrets.add(stored.mint());
    }
    return secrets;
  }

  private double statements() {
    return metrics.get("tollgate.postgres.statements").gauge().value();
  }

  /** Keeps everybody from reading keys until it is closed. */
  private Connection lock() throws Exception {
    Connection lock = postgres.connect();
    lock.setAutoCommit(false);
    lock.createStatement().execute("LOCK TABLE tollgate.api_key_secret");
    return lock;
  }

  @Test
  void a_herd_is_answered_by_a_few_statements_at_a_time() throws Exception {
    Secret known = stored.inPostgresOnly("read");
    List<Secret> herd = minted(WAITING_MAX - 1);
    herd.add(known);
    List<Future<Optional<StoredRecord>>> found;
    try (Connection lock = lock()) {
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
    try (Connection lock = lock()) {
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
