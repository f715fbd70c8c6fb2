package io.tollgate.management.projector;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.management.TestManagement;
import io.tollgate.store.Applied;
import io.tollgate.store.Awaiting;
import io.tollgate.store.KeyDocument;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.RedisConfig;
import io.tollgate.store.RedisNames;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.ThreadingModel;
import io.vertx.core.Vertx;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.Statement;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * Whatever happens to Redis, to Postgres or to a projector: in the end Redis says what Postgres
 * does.
 */
class ProjectorTest {
  private static final Pepper PEPPER = TestManagement.PEPPER;
  private static final SecureRandom RANDOM = new SecureRandom();

  private final Applied applied = new Applied(PEPPER, RANDOM);
  private TestPostgres postgres;
  private TestRedis redis;
  private Vertx vertx;
  private SimpleMeterRegistry metrics;

  @BeforeEach
  void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    vertx = Vertx.vertx();
    metrics = new SimpleMeterRegistry();
  }

  @AfterEach
  void stop() {
    TestManagement.await(vertx.close());
    redis.close();
    postgres.close();
  }

  @Test
  void what_was_committed_while_no_projector_ran_is_carried_when_one_starts() {
    KeyDigest before = create();
    Projector first = deploy(PEPPER);
    awaitWhole();
    undeploy(first);
    KeyDigest after = create();
    revoke(before);
    double rebuilds = rebuilds();
    deploy(PEPPER);
    awaitWhole();
    assertThat(document(after)).map(KeyRecord::revoked).contains(false);
    assertThat(document(before)).map(KeyRecord::revoked).contains(true);
    assertThat(rebuilds()).isEqualTo(rebuilds);
  }

  @Test
  void a_wiped_redis_is_filled_again() {
    deploy(PEPPER);
    List<KeyDigest> keys = List.of(create(), create(), create());
    awaitWhole();
    redis.command("FLUSHALL");
    Awaiting.until("all are back", () -> keys.stream().allMatch(key -> document(key).isPresent()));
    awaitWhole();
  }

  @Test
  void a_redis_that_comes_back_with_an_old_dump_catches_up() {
    deploy(PEPPER);
    KeyDigest key = create();
    awaitWhole();
    redis.command("SAVE");
    revoke(key);
    awaitWhole();
    double rebuilds = rebuilds();
    redis.kill9();
    redis.restart();
    Awaiting.until(
        "the revocation is back",
        () -> document(key).map(KeyRecord::revoked).equals(Optional.of(true)));
    awaitWhole();
    assertThat(rebuilds()).isEqualTo(rebuilds);
  }

  @Test
  void a_tampered_or_foreign_applied_is_no_reason_to_believe_redis() {
    deploy(PEPPER);
    KeyDigest key = create();
    awaitWhole();
    String text = present();
    for (String forged :
        List.of(
            "",
            "999",
            text.replaceFirst("\"number\":\\d+", "\"number\":0"),
            new Applied(pepper("z"), RANDOM).encode(1))) {
      redis.command("DEL", RedisNames.key(key));
      redis.command("SET", RedisNames.APPLIED, forged);
      Awaiting.until("the key is back after " + forged, () -> document(key).isPresent());
      awaitWhole();
    }
  }

  @Test
  void another_type_under_the_name_of_applied_is_replaced() {
    deploy(PEPPER);
    KeyDigest key = create();
    awaitWhole();
    redis.command("DEL", RedisNames.APPLIED);
    redis.command("HSET", RedisNames.APPLIED, "a", "b");
    redis.command("DEL", RedisNames.key(key));
    Awaiting.until("the key is back", () -> document(key).isPresent());
    awaitWhole();
  }

  @Test
  void a_postgres_that_was_restored_to_the_past_wins() {
    deploy(PEPPER);
    KeyDigest lost = create();
    awaitWhole();
    // As after a restore: the key was never there, and its number not yet taken.
    postgres.execute("DELETE FROM tollgate.change_log");
    postgres.execute("DELETE FROM tollgate.api_key");
    postgres.execute("UPDATE tollgate.change_counter SET number = 0");
    Awaiting.until("the lost key is gone", () -> document(lost).isEmpty());
    awaitWhole();
  }

  @Test
  void what_the_log_no_longer_tells_is_read_from_the_keys() {
    Projector projector = deploy(PEPPER);
    create();
    awaitWhole();
    undeploy(projector);
    List<KeyDigest> keys = List.of(create(), create(), create());
    postgres.execute("DELETE FROM tollgate.change_log WHERE number <= 3");
    deploy(PEPPER);
    awaitWhole();
    assertThat(keys).allMatch(key -> document(key).isPresent());
    assertThat(rebuilds()).isEqualTo(2);
  }

  @Test
  void documents_of_no_key_are_swept_by_a_rebuild() {
    deploy(PEPPER);
    KeyDigest key = create();
    awaitWhole();
    KeyDigest nobody = KeyDigest.of(new Secret("planted"));
    KeyRecord planted = document(key).orElseThrow();
    redis.command("SET", RedisNames.key(nobody), new KeyDocument(PEPPER).encode(nobody, planted));
    redis.command("SET", RedisNames.KEY_PREFIX + "no digest", "x");
    redis.command("SET", "another's", "x");
    redis.command("DEL", RedisNames.APPLIED);
    Awaiting.until("the planted key is gone", () -> document(nobody).isEmpty());
    awaitWhole();
    assertThat(redis.command("EXISTS", RedisNames.KEY_PREFIX + "no digest")).isEqualTo("0");
    assertThat(redis.command("EXISTS", "another's")).isEqualTo("1");
    assertThat(document(key)).isPresent();
  }

  @Test
  void a_new_pepper_seals_all_documents_anew() {
    Projector old = deploy(PEPPER);
    KeyDigest key = create();
    awaitWhole();
    undeploy(old);
    var rotated = pepper("n", "x");
    var newOnly = pepper("n");
    deploy(rotated);
    Awaiting.until(
        "the document is under the new pepper",
        () ->
            new KeyDocument(newOnly)
                .decode(key, String.valueOf(redis.command("GET", RedisNames.key(key))))
                .isPresent());
  }

  @Test
  void of_two_projectors_one_projects_and_the_other_takes_over() {
    Projector first = deploy(PEPPER);
    create();
    awaitWhole();
    Projector second = deploy(PEPPER);
    for (int i = 0; i < 20; i++) {
      create();
      first.nudge();
      second.nudge();
    }
    awaitWhole();
    assertThat(rebuilds()).isEqualTo(1);
    undeploy(first);
    KeyDigest late = create();
    Awaiting.until("the second has taken over", () -> document(late).isPresent());
    assertThat(rebuilds()).isEqualTo(1);
  }

  @Test
  void who_does_not_project_still_sees_what_is_applied() {
    deploy(PEPPER);
    Projector watching = deploy(PEPPER);
    create();
    TestManagement.await(watching.awaitApplied(counter(), Duration.ofSeconds(5)));
    assertThatThrownBy(
            () ->
                TestManagement.await(watching.awaitApplied(counter() + 1, Duration.ofMillis(300))))
        .isInstanceOf(IllegalStateException.class);
  }

  @Test
  void a_redis_that_is_ahead_of_a_restored_postgres_confirms_nothing() throws Exception {
    try (Connection leader = postgres.connect();
        Statement lock = leader.createStatement()) {
      // Held by a management that projects nothing just now.
      lock.execute("SELECT pg_advisory_lock(" + ChangeLog.LOCK + ")");
      redis.command("SET", RedisNames.APPLIED, applied.encode(counter() + 100));
      Projector watching = deploy(PEPPER);
      assertThatThrownBy(
              () ->
                  TestManagement.await(
                      watching.awaitApplied(counter() + 1, Duration.ofMillis(500))))
          .isInstanceOf(IllegalStateException.class);
    }
  }

  @Test
  void it_needs_no_more_rights_in_redis_than_the_operators_guide_gives_it() {
    String rights =
        "~tollgate:* -@all +get +set +getrange +evalsha +eval +scan +unlink +info +ping +hello"
            + " +auth +select";
    redis.command(("ACL SETUSER tollgate-management on >hunter2 " + rights).split(" ", -1));
    var url = new Secret("redis://tollgate-management:hunter2@127.0.0.1:" + redis.port());
    KeyDigest digest = create();
    var config = new RedisConfig(url, Duration.ofSeconds(1), Duration.ofSeconds(2));
    deploy(new Projector(postgres.config(), config, PEPPER, RANDOM, metrics));
    awaitWhole();
    assertThat(document(digest)).isPresent();
  }

  @Test
  void a_redis_that_may_evict_is_refused_until_it_may_not() {
    redis.command("CONFIG", "SET", "maxmemory", "100mb");
    redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    Projector projector = deploy(PEPPER);
    create();
    Awaiting.until("it is not ready", () -> projector.ready().failed());
    assertThat(projector.ready().cause()).hasMessageContaining("noeviction, is allkeys-lru");
    assertThat(redis.command("DBSIZE")).isEqualTo("0");
    redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    awaitWhole();
    assertThat(projector.ready().succeeded()).isTrue();
  }

  @Test
  void a_frozen_redis_is_left_and_found_again() {
    Projector projector = deploy(PEPPER);
    create();
    awaitWhole();
    redis.freeze();
    KeyDigest key = create();
    assertThatThrownBy(
        () -> TestManagement.await(projector.awaitApplied(counter(), Duration.ofSeconds(3))));
    redis.thaw();
    Awaiting.until("the key is there", () -> document(key).isPresent());
    assertThat(projector.ready().succeeded()).isTrue();
  }

  @Test
  void more_keys_than_one_batch_holds_all_arrive() {
    int count = ChangeLog.BATCH_MAX * 2 + 7;
    for (int i = 0; i < count; i += 100) {
      createMany(Math.min(100, count - i));
    }
    deploy(PEPPER);
    awaitWhole();
    assertThat(redis.command("DBSIZE")).isEqualTo(Integer.toString(count + 1));
    assertThat(metrics.get("tollgate.projector.applied").gauge().value()).isEqualTo(count);
    Awaiting.until(
        "nothing is left", () -> metrics.get("tollgate.projector.lag").gauge().value() == 0);
  }

  private Projector deploy(Pepper pepper) {
    return deploy(new Projector(postgres.config(), redis.config(), pepper, RANDOM, metrics));
  }

  private Projector deploy(Projector projector) {
    TestManagement.await(
        vertx.deployVerticle(
            projector, new DeploymentOptions().setThreadingModel(ThreadingModel.VIRTUAL_THREAD)));
    return projector;
  }

  private static Pepper pepper(String... letters) {
    return new Pepper(
        Stream.of(letters).map(letter -> new Secret(letter.repeat(Pepper.LENGTH_MIN))).toList());
  }

  private void undeploy(Projector projector) {
    TestManagement.await(vertx.undeploy(projector.deploymentID()));
  }

  private void awaitWhole() {
    Awaiting.until(
        "Redis is whole", () -> applied.decode(present()).equals(OptionalLong.of(counter())));
  }

  private String present() {
    String text = redis.command("GET", RedisNames.APPLIED);
    return text == null ? "" : text;
  }

  private long counter() {
    return Long.parseLong(postgres.query("SELECT number FROM tollgate.change_counter"));
  }

  private double rebuilds() {
    return metrics.get("tollgate.projector.rebuilds").counter().count();
  }

  private Optional<KeyRecord> document(KeyDigest digest) {
    String text = redis.command("GET", RedisNames.key(digest));
    return text == null ? Optional.empty() : new KeyDocument(PEPPER).decode(digest, text);
  }

  private KeyDigest create() {
    return createMany(1);
  }

  /** Creates keys as management does, past its API; returns the last one's digest. */
  private KeyDigest createMany(int count) {
    var sql = new StringBuilder("BEGIN;");
    KeyDigest digest = KeyDigest.of(new Secret(KeyId.random(RANDOM).toString()));
    for (int i = 0; i < count; i++) {
      digest = KeyDigest.of(new Secret(KeyId.random(RANDOM).toString()));
      String id = KeyId.random(RANDOM).toString();
      sql.append(
          """
          INSERT INTO tollgate.api_key (id, type, subject, name, scopes, number)
          VALUES ('%1$s', 'api_key', 'user_000000000000000000000000000', '%1$s', '{a,b}', 0);
          INSERT INTO tollgate.api_key_secret (digest, key_id) VALUES ('\\x%2$s', '%1$s');
          """
              .formatted(id, HexFormat.of().formatHex(digest.toBytes())));
      sql.append(numbered(id));
    }
    postgres.execute(sql.append("COMMIT").toString());
    return digest;
  }

  private void revoke(KeyDigest digest) {
    String id =
        postgres.query(
            "SELECT key_id FROM tollgate.api_key_secret WHERE digest = '\\x"
                + HexFormat.of().formatHex(digest.toBytes())
                + "'");
    postgres.execute(
        "BEGIN; UPDATE tollgate.api_key SET revoked_at = now() WHERE id = '"
            + id
            + "';"
            + numbered(id)
            + "COMMIT");
  }

  private static String numbered(String id) {
    return """
    WITH counted AS (
      UPDATE tollgate.change_counter SET number = number + 1 RETURNING number
    ), logged AS (
      INSERT INTO tollgate.change_log (number, key_id) SELECT number, '%1$s' FROM counted
    )
    UPDATE tollgate.api_key k SET number = counted.number FROM counted WHERE k.id = '%1$s';
    """
        .formatted(id);
  }
}
