package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.Secret;
import io.tollgate.store.Awaiting;
import io.tollgate.store.RedisNames;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A store's outage is not the client's fault. Real servers, killed and frozen. */
class StoreOutageTest {
  private static TestPostgres postgres;

  private TestRedis redis;
  private EchoUpstream upstream;
  private StoredKeys keys;
  private RunningGateway edge;

  @BeforeAll
  static void startPostgres() {
    postgres = TestPostgres.dedicated();
  }

  @AfterAll
  static void stopPostgres() {
    postgres.close();
  }

  @BeforeEach
  void start() {
    redis = TestRedis.start();
    upstream = new EchoUpstream();
    keys = new StoredKeys(postgres, redis);
    keys.markApplied();
    edge = new RunningGateway(postgres, redis, upstream.route("/"));
    Awaiting.until("Redis is believed", () -> gauge("tollgate.redis.believed") == 1);
  }

  private double gauge(String name) {
    return edge.metrics.get(name).gauge().value();
  }

  @AfterEach
  void stop() {
    edge.close();
    upstream.close();
    redis.close();
    if (isKilled()) {
      postgres.restart();
    }
  }

  /** Started anew only where a test has killed it: a new one would take seconds for each. */
  private static boolean isKilled() {
    try {
      return postgres.query("SELECT 1").isEmpty();
    } catch (IllegalStateException unreachable) {
      return true;
    }
  }

  private boolean isReady() {
    return RunningGateway.await(edge.gateway.ready().map(true).otherwise(unreachable -> false));
  }

  private void assertUnavailable(HttpResponse<String> response) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(503);
    assertThat(response.headers().firstValue("retry-after")).contains("1");
    assertThat(new JsonObject(response.body()).getString("code")).isEqualTo("stores-unreachable");
  }

  @Test
  void with_redis_killed_every_key_is_served_from_postgres() {
    Secret known = keys.everywhere();
    Secret neverSeen = keys.everywhere();
    assertThat(edge.get("/", known).statusCode()).isEqualTo(200);
    redis.kill9();
    assertThat(edge.get("/", known).statusCode()).isEqualTo(200);
    assertThat(edge.get("/", neverSeen).statusCode()).isEqualTo(200);
    assertThat(edge.get("/", keys.mint()).statusCode()).isEqualTo(401);
    assertThat(isReady()).isTrue();
  }

  @Test
  void with_redis_frozen_only_the_first_look_ups_wait_for_the_deadline() {
    assertThat(edge.get("/", keys.everywhere()).statusCode()).isEqualTo(200);
    redis.freeze();
    assertThat(edge.get("/", keys.inPostgresOnly()).statusCode()).isEqualTo(200);
    // The link has noticed: the counter of look-ups that waited in vain stands still from now on.
    for (int i = 0; i < 20; i++) {
      assertThat(edge.get("/", keys.inPostgresOnly()).statusCode()).isEqualTo(200);
    }
    assertThat(isReady()).isTrue();
    redis.thaw();
    Awaiting.until(
        "Redis is asked again",
        () -> {
          double found = lookups("redis", "absent");
          edge.get("/", keys.inPostgresOnly());
          return lookups("redis", "absent") > found;
        });
  }

  private double lookups(String store, String result) {
    return edge.metrics
        .get("tollgate.lookups")
        .tag("store", store)
        .tag("result", result)
        .counter()
        .count();
  }

  @Test
  void with_postgres_killed_every_projected_key_is_served_from_redis() {
    Secret key = keys.everywhere();
    Secret notProjected = keys.inPostgresOnly();
    postgres.kill9();
    assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
    assertUnavailable(edge.get("/", notProjected));
    assertUnavailable(edge.get("/", keys.mint()));
    Awaiting.until("it is ready", this::isReady);
  }

  @Test
  void with_postgres_frozen_an_unprojected_key_gets_503_within_the_deadlines() {
    Secret notProjected = keys.inPostgresOnly();
    assertThat(edge.get("/", keys.everywhere()).statusCode()).isEqualTo(200);
    postgres.freeze();
    assertUnavailable(edge.get("/", notProjected));
    postgres.thaw();
    Awaiting.until("Postgres answers", () -> edge.get("/", notProjected).statusCode() == 200);
  }

  @Test
  void with_both_killed_it_is_503_and_never_401_until_one_is_back() {
    Secret key = keys.everywhere();
    redis.kill9();
    postgres.kill9();
    assertUnavailable(edge.get("/", key));
    assertUnavailable(edge.get("/", keys.mint()));
    Awaiting.until("it is not ready any more", () -> !isReady());
    // Nobody can tell whether it was imported.
    assertUnavailable(edge.get("/", new Secret("issued-elsewhere")));
    // What needs no store is still told apart.
    assertThat(edge.get("/", new Secret("ak_")).statusCode()).isEqualTo(401);
    postgres.restart();
    Awaiting.until("Postgres answers", () -> edge.get("/", key).statusCode() == 200);
    Awaiting.until("ready", this::isReady);
  }

  @Test
  void with_both_frozen_the_answer_is_503_within_the_deadlines() {
    Secret key = keys.everywhere();
    redis.freeze();
    postgres.freeze();
    assertUnavailable(edge.get("/", key));
    redis.thaw();
    postgres.thaw();
    Awaiting.until("a store answers", () -> edge.get("/", key).statusCode() == 200);
  }

  @Test
  void a_wiped_redis_is_filled_by_nobody_here_and_postgres_decides() {
    Secret key = keys.everywhere();
    redis.command("FLUSHALL");
    assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
    assertThat(redis.command("DBSIZE")).isEqualTo("0");
  }

  @Test
  void garbage_forged_and_foreign_documents_are_misses_and_counted() {
    Secret key = keys.inPostgresOnly();
    Secret unknown = keys.mint();
    String name = RedisNames.record(KeyDigest.of(key));
    redis.command("SET", name, "garbage");
    assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
    Secret other = keys.everywhere();
    String document =
        Objects.requireNonNull(redis.command("GET", RedisNames.record(KeyDigest.of(other))));
    // A true document under another key's name: what a writer to Redis could try to mint one.
    redis.command("SET", RedisNames.record(KeyDigest.of(unknown)), document);
    assertThat(edge.get("/", unknown).statusCode()).isEqualTo(401);
    Secret listed = keys.inPostgresOnly();
    redis.command("RPUSH", RedisNames.record(KeyDigest.of(listed)), "a", "b");
    assertThat(edge.get("/", listed).statusCode()).isEqualTo(200);
    Secret giant = keys.inPostgresOnly();
    redis.command("SETRANGE", RedisNames.record(KeyDigest.of(giant)), "100000000", "x");
    assertThat(edge.get("/", giant).statusCode()).isEqualTo(200);
    assertThat(edge.metrics.get("tollgate.redis.untrusted").counter().count()).isEqualTo(4);
  }

  @Test
  void a_row_that_can_not_be_read_is_503_for_its_key_alone_and_counted() {
    Secret poisoned = keys.inPostgresOnly("read");
    Secret sound = keys.inPostgresOnly("read");
    postgres.execute(
        "UPDATE tollgate.api_key SET scopes = ARRAY[NULL, 'read'] WHERE id = (SELECT key_id FROM"
            + " tollgate.api_key_secret WHERE digest = '\\x"
            + HexFormat.of().formatHex(KeyDigest.of(poisoned).toBytes())
            + "'::bytea)");
    assertUnavailable(edge.get("/", poisoned));
    assertThat(edge.get("/", sound).statusCode()).isEqualTo(200);
    assertThat(edge.metrics.get("tollgate.records.refused").counter().count()).isEqualTo(1);
  }

  @Test
  void a_hundred_requests_at_once_for_one_key_do_not_ask_a_hundred_times() throws Exception {
    Secret key = keys.inPostgresOnly();
    redis.freeze();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<Integer>> answers = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        answers.add(threads.submit(() -> edge.send(request(key)).statusCode()));
      }
      for (Future<Integer> answer : answers) {
        assertThat(answer.get()).isEqualTo(200);
      }
    }
    // A look-up finds two records, and one that is slow is not joined for long.
    assertThat(lookups("postgres", "found")).isBetween(1.0, 10.0);
    redis.thaw();
  }

  private HttpRequest.Builder request(Secret key) {
    return HttpRequest.newBuilder(edge.uri("/")).header("X-API-Key", key.reveal());
  }
}
