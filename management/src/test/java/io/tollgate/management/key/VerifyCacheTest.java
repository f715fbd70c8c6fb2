package io.tollgate.management.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.Secret;
import io.tollgate.management.TestManagement;
import io.tollgate.management.audit.Transactions;
import io.tollgate.ring.Clocks;
import io.tollgate.store.Awaiting;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import io.vertx.pgclient.PgException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What is remembered of keys, and for how long, on a real Postgres and a clock that is set. */
class VerifyCacheTest {
  private static final long LIFETIME = Duration.ofSeconds(1).toNanos();
  private static final int BYTES_MAX = 100_000;

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;
  private static Vertx vertx;
  private static KeyRegistry keys;

  /** Close to where the monotonic clock overflows, which it may. */
  private final AtomicLong nowNanos = new AtomicLong(Long.MAX_VALUE - LIFETIME / 2);

  private final AtomicLong nowMillis = new AtomicLong();

  private final Clocks clocks =
      new Clocks() {
        @Override
        public long nanos() {
          return nowNanos.get();
        }

        @Override
        public long millis() {
          return nowMillis.get();
        }
      };

  private final AtomicInteger asked = new AtomicInteger();
  private SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private VerifyCache cache = cache(BYTES_MAX);

  /** Postgres, unless a test puts something between. */
  private volatile Function<KeyDigest, Optional<ApiKey>> source = digest -> keys.find(digest);

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
    vertx = Vertx.vertx();
    keys = new KeyRegistry(new Transactions(vertx, postgres.config(), 4));
  }

  @AfterAll
  static void stop() {
    TestManagement.await(vertx.close());
    management.close();
    redis.close();
    postgres.close();
  }

  private VerifyCache cache(int bytesMax) {
    metrics = new SimpleMeterRegistry();
    return new VerifyCache(this::ask, Duration.ofNanos(LIFETIME), bytesMax, clocks, metrics);
  }

  private Optional<ApiKey> ask(KeyDigest digest) {
    asked.incrementAndGet();
    return source.apply(digest);
  }

  private static KeyDigest created(String name) {
    return digest(management.create(name));
  }

  private static KeyDigest digest(JsonObject key) {
    return KeyDigest.of(new Secret(key.getString("secret")));
  }

  private Asking asking(KeyDigest digest) {
    var answer = new CompletableFuture<Optional<ApiKey>>();
    Thread thread =
        Thread.startVirtualThread(
            () -> {
              try {
                answer.complete(cache.find(digest));
              } catch (Throwable e) {
                answer.completeExceptionally(e);
              }
            });
    return new Asking(thread, answer);
  }

  /** A question that is under way. */
  private record Asking(Thread thread, CompletableFuture<Optional<ApiKey>> answer) {
    Optional<ApiKey> join() {
      return answer.join();
    }

    /** Returns when it waits for an answer, its own or another's. */
    void awaitWaiting() {
      Awaiting.until("it waits", () -> thread.getState() == Thread.State.WAITING);
    }
  }

  private Optional<ApiKey> find(KeyDigest digest) {
    return asking(digest).join();
  }

  private void pass(long nanos) {
    nowNanos.addAndGet(nanos);
  }

  /** Lets Postgres answer only after that. */
  private void beforeAnswers(Runnable step) {
    source =
        digest -> {
          Optional<ApiKey> found = keys.find(digest);
          step.run();
          return found;
        };
  }

  private static void await(CountDownLatch over) {
    try {
      over.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  private double meter(String name) {
    return metrics.get(name).meter().measure().iterator().next().getValue();
  }

  @Test
  void within_its_lifetime_an_answer_is_repeated_without_postgres() {
    KeyDigest digest = created("kept");
    Optional<ApiKey> first = find(digest);
    postgres.execute("ALTER TABLE tollgate.api_key_secret RENAME TO hidden");
    try {
      pass(LIFETIME - 1);
      assertThat(find(digest)).isEqualTo(first).map(ApiKey::name).contains("kept");
      assertThat(meter("tollgate.verify.cache.hits")).isEqualTo(1);
      pass(1);
      // Postgres is asked again, and can't answer now.
      assertThatThrownBy(() -> find(digest)).hasCauseInstanceOf(PgException.class);
      assertThat(meter("tollgate.verify.cache.misses")).isEqualTo(2);
    } finally {
      postgres.execute("ALTER TABLE tollgate.hidden RENAME TO api_key_secret");
    }
    // A failure is not remembered.
    assertThat(find(digest)).map(ApiKey::name).contains("kept");
  }

  @Test
  void the_lifetime_counts_from_the_sending_of_the_question() {
    KeyDigest digest = created("slow");
    beforeAnswers(() -> pass(LIFETIME - 10));
    find(digest);
    pass(9);
    find(digest);
    assertThat(asked).hasValue(1);
    pass(1);
    find(digest);
    assertThat(asked).hasValue(2);
  }

  @Test
  void an_answer_that_took_its_whole_lifetime_is_not_kept() {
    KeyDigest digest = created("too slow");
    beforeAnswers(() -> pass(LIFETIME));
    find(digest);
    find(digest);
    assertThat(asked).hasValue(2);
  }

  @Test
  void a_hit_prolongs_nothing() {
    KeyDigest digest = created("hit");
    for (int i = 0; i < 10; i++) {
      find(digest);
      pass(LIFETIME / 10);
    }
    assertThat(asked).hasValue(1);
    find(digest);
    assertThat(asked).hasValue(2);
  }

  @Test
  void an_answer_ends_by_the_wall_clock_too_since_the_other_may_have_stood_still() {
    KeyDigest digest = created("suspended");
    find(digest);
    nowMillis.addAndGet(Duration.ofNanos(LIFETIME).toMillis() - 1);
    find(digest);
    assertThat(asked).hasValue(1);
    nowMillis.incrementAndGet();
    find(digest);
    assertThat(asked).hasValue(2);
  }

  @Test
  void an_answer_ends_with_its_key() {
    source = digest -> keys.find(digest).map(key -> expiringIn(key, 300));
    KeyDigest digest = created("mortal");
    find(digest);
    pass(Duration.ofMillis(299).toNanos() - 1);
    find(digest);
    assertThat(asked).hasValue(1);
    pass(1);
    find(digest);
    assertThat(asked).hasValue(2);
  }

  private static ApiKey expiringIn(ApiKey key, long millis) {
    return new ApiKey(
        key.id(),
        key.type(),
        key.subject(),
        key.name(),
        key.description(),
        key.claims(),
        key.scopes(),
        key.createdBy(),
        key.createdAtMillis(),
        key.updatedAtMillis(),
        key.readAtMillis() + millis,
        key.readAtMillis(),
        key.lastUsedAtMillis(),
        key.revoked(),
        key.revocationReason(),
        key.number());
  }

  @Test
  void an_expired_key_is_asked_about_each_time() {
    KeyDigest digest =
        digest(
            management.created(
                new JsonObject()
                    .put("subject", TestManagement.subject())
                    .put("name", "expired")
                    .put("seconds_until_expiration", 0)));
    assertThat(find(digest)).map(ApiKey::isValid).contains(false);
    find(digest);
    assertThat(asked).hasValue(2);
  }

  @Test
  void an_unknown_secret_is_found_as_soon_as_it_is_known() {
    KeyDigest digest = stranger();
    assertThat(find(digest)).isEmpty();
    String id = management.create("imported").getString("id");
    postgres.execute(
        "UPDATE tollgate.api_key_secret SET digest = '\\x%s' WHERE key_id = '%s'"
            .formatted(HexFormat.of().formatHex(digest.toBytes()), id));
    assertThat(find(digest)).map(ApiKey::id).contains(id);
  }

  @Test
  void one_question_is_under_way_for_all_who_wait() {
    KeyDigest digest = created("crowded");
    var answered = new CountDownLatch(1);
    beforeAnswers(() -> await(answered));
    Asking first = asking(digest);
    Awaiting.until("Postgres is asked", () -> asked.get() == 1);
    pass(LIFETIME - 1);
    List<Asking> others = List.of(asking(digest), asking(digest));
    others.forEach(Asking::awaitWaiting);
    answered.countDown();
    for (Asking other : others) {
      assertThat(other.join()).isEqualTo(first.join()).isPresent();
    }
    assertThat(asked).hasValue(1);
  }

  @Test
  void nobody_joins_a_question_whose_answer_could_not_be_kept() {
    KeyDigest digest = created("aged");
    var answered = new CountDownLatch(1);
    beforeAnswers(() -> await(answered));
    Asking first = asking(digest);
    Awaiting.until("Postgres is asked", () -> asked.get() == 1);
    pass(LIFETIME);
    Asking second = asking(digest);
    Awaiting.until("Postgres is asked again", () -> asked.get() == 2);
    answered.countDown();
    assertThat(second.join()).map(ApiKey::name).isEqualTo(first.join().map(ApiKey::name));
  }

  @Test
  void a_failure_reaches_all_who_wait() {
    KeyDigest digest = created("failed");
    var answered = new CountDownLatch(1);
    beforeAnswers(
        () -> {
          await(answered);
          throw new IllegalStateException("out of reach");
        });
    List<Asking> all = List.of(asking(digest), asking(digest));
    all.forEach(Asking::awaitWaiting);
    answered.countDown();
    for (Asking each : all) {
      assertThatThrownBy(each::join)
          .isInstanceOf(CompletionException.class)
          .hasRootCauseMessage("out of reach");
    }
    beforeAnswers(() -> {});
    assertThat(find(digest)).isPresent();
  }

  @Test
  void no_more_bytes_are_held_than_allowed() {
    var body =
        new JsonObject()
            .put("subject", TestManagement.subject())
            .put("name", "large")
            .put("claims", new JsonObject().put("team", "t".repeat(4_000)));
    ApiKey large = find(digest(management.created(body))).orElseThrow();
    assertThat(EntrySize.bytes(large)).isBetween(4_000, 5_000);
    assertThat(meter("tollgate.verify.cache.bytes")).isEqualTo(EntrySize.bytes(large));
    source = any -> Optional.of(large);
    for (int i = 0; i < 200; i++) {
      find(stranger());
      assertThat(meter("tollgate.verify.cache.bytes"))
          .isBetween((double) EntrySize.bytes(large), (double) BYTES_MAX);
    }
  }

  private static KeyDigest stranger() {
    return KeyDigest.of(new KeyFormat(TestManagement.PEPPER).mint(new SecureRandom()));
  }

  @Test
  void nothing_is_held_where_nothing_may_be() {
    cache = cache(0);
    KeyDigest digest = created("forgotten");
    assertThat(find(digest)).isPresent();
    assertThat(find(digest)).isPresent();
    assertThat(asked).hasValue(2);
  }

  @Test
  void a_text_beyond_latin_1_counts_double() {
    ApiKey plain = find(created("a".repeat(200))).orElseThrow();
    ApiKey greek = find(created("a".repeat(199) + "ω")).orElseThrow();
    assertThat(EntrySize.bytes(greek) - EntrySize.bytes(plain)).isEqualTo(200);
  }
}
