package io.tollgate.management.projector;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.tollgate.management.TestManagement;
import io.tollgate.store.ProjectionFeed;
import io.tollgate.store.RedisFeed;
import io.tollgate.store.RedisNames;
import io.tollgate.store.TestRedis;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The script: it writes all or nothing, and only upon what its caller has seen. */
class RedisSessionTest {
  private final Vertx vertx = Vertx.vertx();
  private TestRedis redis;

  @BeforeEach
  void start() {
    redis = TestRedis.start();
  }

  @AfterEach
  void stop() {
    TestManagement.await(vertx.close());
    redis.close();
  }

  @Test
  void a_stale_expectation_writes_nothing() {
    redis.command("SET", RedisNames.APPLIED, "newer");
    inSession(
        session -> {
          assertThat(session.write("older", "next", List.of(new Write("a", "b")))).isFalse();
          assertThat(session.write("", "next", List.of(new Write("a", "b")))).isFalse();
        });
    assertThat(redis.command("GET", RedisNames.APPLIED)).isEqualTo("newer");
    assertThat(redis.command("EXISTS", "a")).isEqualTo("0");
  }

  @Test
  void a_true_expectation_writes_documents_removals_and_the_next_text_in_one() {
    redis.command("SET", RedisNames.APPLIED, "seen");
    redis.command("SET", "gone", "x");
    inSession(
        session ->
            assertThat(
                    session.write(
                        "seen", "next", List.of(new Write("a", "b"), Write.removal("gone"))))
                .isTrue());
    assertThat(redis.command("MGET", RedisNames.APPLIED, "a", "gone")).isEqualTo("next\nb\nnull");
  }

  /** A gateway may have found it in Postgres, before the projector came to it. */
  @Test
  void the_removal_of_what_was_never_there_is_announced() throws Exception {
    KeyDigest digest = KeyDigest.of(new Secret("never there"));
    var listening = new Listening();
    vertx.runOnContext(unused -> feed().open(listening));
    listening.connected.get(10, SECONDS);
    Write removal = Write.removal(RedisNames.record(digest));
    inSession(session -> assertThat(session.write("", "next", List.of(removal))).isTrue());
    assertThat(listening.changed.get(10, SECONDS)).containsExactly(digest);
    assertThat(redis.command("EXISTS", RedisNames.record(digest))).isEqualTo("0");
  }

  private RedisFeed feed() {
    return new RedisFeed(
        vertx, redis.config(), TestManagement.PEPPER, false, new SimpleMeterRegistry());
  }

  private static final class Listening implements ProjectionFeed.Listener {
    final CompletableFuture<Void> connected = new CompletableFuture<>();
    final CompletableFuture<List<KeyDigest>> changed = new CompletableFuture<>();

    @Override
    public void connected(long connection, String runId) {
      connected.complete(null);
    }

    @Override
    public void changed(long connection, List<KeyDigest> digests) {
      changed.complete(digests);
    }

    @Override
    public void flushed(long connection) {}

    @Override
    public void lost(long connection) {}
  }

  @Test
  void a_script_that_redis_has_forgotten_is_sent_again() {
    inSession(
        session -> {
          assertThat(session.write("", "one", List.of())).isTrue();
          redis.command("SCRIPT", "FLUSH");
          assertThat(session.write("one", "two", List.of())).isTrue();
        });
    assertThat(redis.command("GET", RedisNames.APPLIED)).isEqualTo("two");
  }

  @Test
  void another_type_counts_as_none() {
    redis.command("LPUSH", RedisNames.APPLIED, "x");
    inSession(
        session -> {
          assertThat(session.applied()).isEmpty();
          assertThat(session.write("", "next", List.of())).isTrue();
        });
    assertThat(redis.command("GET", RedisNames.APPLIED)).isEqualTo("next");
  }

  private void inSession(Consumer<RedisSession> work) {
    DirectStyle.run(
        vertx,
        () -> {
          RedisSession session = RedisSession.open(vertx, redis.config(), false);
          try {
            work.accept(session);
          } finally {
            session.close();
          }
        });
  }
}
