package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.access.Scopes;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Announcements come between questions and answers, and each question gets its own answer. */
class AnnouncementTest {
  private static final int KEYS = 200;
  private static final int ROUNDS = 50;

  private final AtomicLong announced = new AtomicLong();
  private final CountDownLatch connected = new CountDownLatch(1);
  private Vertx vertx;
  private TestPostgres postgres;
  private TestRedis redis;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    postgres = TestPostgres.database();
    redis = TestRedis.start();
  }

  @AfterEach
  void stop() {
    vertx.close().toCompletionStage().toCompletableFuture().join();
    redis.close();
    postgres.close();
  }

  @Test
  void an_announcement_takes_no_answer_away_and_gives_none_to_another_question() throws Exception {
    var keys = new StoredKeys(postgres, redis);
    List<KeyDigest> digests = new ArrayList<>();
    List<KeyRecord> records = new ArrayList<>();
    for (int i = 0; i < KEYS; i++) {
      KeyRecord record = keys.withFreshId(StoredKeys.record(Scopes.NONE));
      Secret secret = keys.mint();
      keys.putRedis(secret, record);
      digests.add(KeyDigest.of(secret));
      records.add(record);
    }
    keys.markApplied();
    var over = new AtomicBoolean();
    Thread writer = Thread.ofPlatform().start(() -> write(keys.mint(), over));
    var metrics = new SimpleMeterRegistry();
    CompletableFuture<RedisFeed> opened = new CompletableFuture<>();
    vertx.runOnContext(unused -> opened.complete(open(metrics)));
    RedisFeed feed = opened.get(10, TimeUnit.SECONDS);
    assertThat(connected.await(10, TimeUnit.SECONDS)).isTrue();
    try {
      for (int round = 0; round < ROUNDS; round++) {
        List<ProjectionFeed.Answer> answers = askAll(feed, digests);
        for (int i = 0; i < KEYS; i++) {
          assertThat(answers.get(i).applied()).isPresent();
          assertThat(answers.get(i).record()).contains(records.get(i));
        }
      }
    } finally {
      over.set(true);
      writer.join();
    }
    assertThat(announced).as("announcements amid the questions").hasPositiveValue();
    assertThat(metrics.get("tollgate.redis.untrusted").counter().count()).isZero();
  }

  private RedisFeed open(SimpleMeterRegistry metrics) {
    var feed = new RedisFeed(vertx, redis.config(), StoredKeys.PEPPER, false, metrics);
    feed.open(new Counting());
    return feed;
  }

  private List<ProjectionFeed.Answer> askAll(RedisFeed feed, List<KeyDigest> digests)
      throws Exception {
    CompletableFuture<List<ProjectionFeed.Answer>> answers = new CompletableFuture<>();
    vertx.runOnContext(
        unused ->
            Future.all(digests.stream().map(feed::find).toList())
                .onSuccess(all -> answers.complete(all.list()))
                .onFailure(answers::completeExceptionally));
    return answers.get(10, TimeUnit.SECONDS);
  }

  private void write(Secret secret, AtomicBoolean over) {
    String name = RedisNames.record(KeyDigest.of(secret));
    while (!over.get()) {
      redis.command("SET", name, "of no key");
    }
  }

  private final class Counting implements ProjectionFeed.Listener {
    @Override
    public void connected(long connection, String runId) {
      connected.countDown();
    }

    @Override
    public void changed(long connection, List<KeyDigest> digests) {
      announced.addAndGet(digests.size());
    }

    @Override
    public void flushed(long connection) {}

    @Override
    public void lost(long connection) {}
  }
}
