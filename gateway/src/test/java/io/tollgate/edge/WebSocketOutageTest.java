package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.access.Scopes;
import io.tollgate.key.Secret;
import io.tollgate.store.Awaiting;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of a WebSocket while its key's stores are away. Real servers, killed and frozen. */
class WebSocketOutageTest {
  private static final Duration LONGER_THAN_THE_GRACE = Duration.ofMillis(1_500);

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static StoredKeys keys;

  private KeyRecord record;
  private Secret key;
  private SocketUpstream upstream;
  private RunningGateway edge;

  @BeforeAll
  static void startStores() {
    postgres = TestPostgres.dedicated();
    redis = TestRedis.start();
    keys = new StoredKeys(postgres, redis);
  }

  @AfterAll
  static void stopStores() {
    redis.close();
    postgres.close();
  }

  @BeforeEach
  void start() {
    record = keys.withFreshId(StoredKeys.record(Scopes.NONE));
    key = keys.everywhere(record);
    keys.markApplied();
    upstream = new SocketUpstream();
    edge = new RunningGateway(postgres, redis, upstream.route());
    Awaiting.until("Redis is believed", () -> gauge("tollgate.redis.believed") == 1);
  }

  @AfterEach
  void stop() {
    edge.close();
    upstream.close();
    // Postgres takes longer to come back: who takes it away brings it back.
    redis.restart();
  }

  private double gauge(String name) {
    return edge.metrics.get(name).gauge().value();
  }

  private static void talk(SocketClient client, Duration time) throws Exception {
    long startNanos = System.nanoTime();
    for (int i = 0; System.nanoTime() - startNanos < time.toNanos(); i++) {
      SocketClient.await(client.socket.sendText("message " + i, true));
      assertThat(client.next()).isEqualTo("text message " + i);
    }
  }

  /** Returns how long after the loss it ended. */
  private Duration endsAsNobodyCanTell(SocketClient client, long lostNanos) throws Exception {
    assertThat(client.next()).isEqualTo("close 1013 stores-unreachable");
    Duration took = Duration.ofNanos(System.nanoTime() - lostNanos);
    System.out.println("ended " + took.toMillis() + " ms after both stores were lost");
    // No sooner than the grace since the last answer, which may have come a look before the loss.
    assertThat(took).isGreaterThan(Duration.ofMillis(250));
    assertThat(SocketClient.await(upstream.closed)).isEqualTo("1013 stores-unreachable");
    Awaiting.until("none is open", () -> gauge("tollgate.edge.websockets") == 0);
    return took;
  }

  @Test
  void either_store_is_enough() throws Exception {
    try (var client = new SocketClient(edge, key)) {
      client.next();
      redis.kill9();
      talk(client, LONGER_THAN_THE_GRACE);
      redis.restart();
      keys.putRedis(key, record);
      keys.markApplied();
      Awaiting.until("Redis is believed", () -> gauge("tollgate.redis.believed") == 1);
      postgres.kill9();
      talk(client, LONGER_THAN_THE_GRACE);
    } finally {
      postgres.restart();
    }
  }

  @Test
  void a_redis_that_freezes_ends_none() throws Exception {
    try (var client = new SocketClient(edge, key)) {
      client.next();
      redis.freeze();
      talk(client, LONGER_THAN_THE_GRACE);
    }
  }

  @Test
  void with_both_killed_it_ends_after_the_grace_and_may_come_again_when_one_is_back()
      throws Exception {
    try (var client = new SocketClient(edge, key)) {
      client.next();
      long lostNanos = System.nanoTime();
      redis.kill9();
      postgres.kill9();
      endsAsNobodyCanTell(client, lostNanos);
    } finally {
      postgres.restart();
    }
    Awaiting.until("Postgres answers", () -> edge.get("/", key).statusCode() != 503);
    try (var client = new SocketClient(edge, key)) {
      assertThat(client.next()).startsWith("text /socket");
    }
  }

  @Test
  void with_both_frozen_it_does_not_outlive_the_grace_by_their_deadlines() throws Exception {
    try (var client = new SocketClient(edge, key)) {
      client.next();
      long lostNanos = System.nanoTime();
      redis.freeze();
      postgres.freeze();
      Duration took = endsAsNobodyCanTell(client, lostNanos);
      // No look-up could have been given up by then.
      assertThat(took)
          .isLessThan(RunningGateway.REDIS_DEADLINE.plus(RunningGateway.POSTGRES_DEADLINE));
    } finally {
      postgres.thaw();
    }
  }
}
