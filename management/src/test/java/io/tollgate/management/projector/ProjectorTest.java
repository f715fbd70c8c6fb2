package io.tollgate.management.projector;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.management.TestManagement;
import io.tollgate.ring.FenceConfig;
import io.tollgate.store.AppliedDocument;
import io.tollgate.store.Awaiting;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.RecordDocument;
import io.tollgate.store.RedisConfig;
import io.tollgate.store.RedisNames;
import io.tollgate.store.TestRedis;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Whatever happens to Redis or to a projector: in the end Redis says what Postgres does. */
class ProjectorTest {
  private static final Pepper PEPPER = ProjectedStores.PEPPER;
  private static final FenceConfig FAILS_OVER =
      new FenceConfig(
          FenceConfig.DEFAULTS.bound(),
          FenceConfig.DEFAULTS.interval(),
          FenceConfig.DEFAULTS.pollInterval(),
          FenceConfig.DEFAULTS.postgresAbsenceMax(),
          true);

  private ProjectedStores stores;

  @BeforeEach
  void start() {
    stores = new ProjectedStores();
  }

  @AfterEach
  void stop() {
    stores.close();
  }

  @Test
  void what_was_committed_while_no_projector_ran_is_carried_when_one_starts() {
    KeyDigest before = stores.create();
    Projector first = stores.deploy(PEPPER);
    stores.awaitWhole();
    stores.undeploy(first);
    KeyDigest after = stores.create();
    stores.revoke(before);
    double rebuilds = stores.rebuilds();
    stores.deploy(PEPPER);
    stores.awaitWhole();
    assertThat(stores.document(after)).map(KeyRecord::revoked).contains(false);
    assertThat(stores.document(before)).map(KeyRecord::revoked).contains(true);
    assertThat(stores.rebuilds()).isEqualTo(rebuilds);
  }

  @Test
  void a_wiped_redis_is_filled_again() {
    stores.deploy(PEPPER);
    List<KeyDigest> keys = List.of(stores.create(), stores.create(), stores.create());
    stores.awaitWhole();
    stores.redis.command("FLUSHALL");
    Awaiting.until(
        "all are back", () -> keys.stream().allMatch(key -> stores.document(key).isPresent()));
    stores.awaitWhole();
  }

  @Test
  void a_redis_that_comes_back_with_an_old_dump_catches_up() {
    stores.deploy(PEPPER);
    KeyDigest key = stores.create();
    stores.awaitWhole();
    stores.redis.command("SAVE");
    stores.revoke(key);
    stores.awaitWhole();
    double rebuilds = stores.rebuilds();
    stores.redis.kill9();
    stores.redis.restart();
    Awaiting.until(
        "the revocation is back",
        () -> stores.document(key).map(KeyRecord::revoked).equals(Optional.of(true)));
    stores.awaitWhole();
    assertThat(stores.rebuilds()).isEqualTo(rebuilds);
  }

  @Test
  void a_tampered_or_foreign_applied_is_no_reason_to_believe_redis() {
    stores.deploy(PEPPER);
    KeyDigest key = stores.create();
    stores.awaitWhole();
    String text = stores.present();
    for (String forged :
        List.of(
            "",
            "999",
            text.replaceFirst("\"number\":\\d+", "\"number\":0"),
            new AppliedDocument(ProjectedStores.pepper("z"), ProjectedStores.RANDOM)
                .encode(stores.found()))) {
      stores.redis.command("DEL", RedisNames.record(key));
      stores.redis.command("SET", RedisNames.APPLIED, forged);
      Awaiting.until("the key is back after " + forged, () -> stores.document(key).isPresent());
      stores.awaitWhole();
    }
  }

  @Test
  void another_type_under_the_name_of_applied_is_replaced() {
    stores.deploy(PEPPER);
    KeyDigest key = stores.create();
    stores.awaitWhole();
    stores.redis.command("DEL", RedisNames.APPLIED);
    stores.redis.command("HSET", RedisNames.APPLIED, "a", "b");
    stores.redis.command("DEL", RedisNames.record(key));
    Awaiting.until("the key is back", () -> stores.document(key).isPresent());
    stores.awaitWhole();
  }

  @Test
  void what_the_log_no_longer_tells_is_read_from_the_keys() {
    Projector projector = stores.deploy(PEPPER);
    stores.create();
    stores.awaitWhole();
    stores.undeploy(projector);
    List<KeyDigest> keys = List.of(stores.create(), stores.create(), stores.create());
    stores.postgres.execute("DELETE FROM tollgate.change_log WHERE number <= 3");
    stores.deploy(PEPPER);
    stores.awaitWhole();
    assertThat(keys).allMatch(key -> stores.document(key).isPresent());
    assertThat(stores.rebuilds()).isEqualTo(2);
  }

  @Test
  void documents_of_no_key_are_swept_by_a_rebuild() {
    stores.deploy(PEPPER);
    KeyDigest key = stores.create();
    stores.awaitWhole();
    KeyDigest nobody = KeyDigest.of(new Secret("planted"));
    KeyRecord planted = stores.document(key).orElseThrow();
    stores.redis.command(
        "SET", RedisNames.record(nobody), new RecordDocument(PEPPER).encode(nobody, planted));
    stores.redis.command("SET", RedisNames.RECORD_PREFIX + "no digest", "x");
    stores.redis.command("SET", "another's", "x");
    stores.redis.command("DEL", RedisNames.APPLIED);
    Awaiting.until("the planted key is gone", () -> stores.document(nobody).isEmpty());
    stores.awaitWhole();
    assertThat(stores.redis.command("EXISTS", RedisNames.RECORD_PREFIX + "no digest"))
        .isEqualTo("0");
    assertThat(stores.redis.command("EXISTS", "another's")).isEqualTo("1");
    assertThat(stores.document(key)).isPresent();
  }

  @Test
  void a_new_pepper_seals_all_documents_anew() {
    Projector old = stores.deploy(PEPPER);
    KeyDigest key = stores.create();
    stores.awaitWhole();
    stores.undeploy(old);
    var rotated = ProjectedStores.pepper("n", "x");
    var newOnly = ProjectedStores.pepper("n");
    stores.deploy(rotated);
    Awaiting.until(
        "the document is under the new pepper",
        () ->
            new RecordDocument(newOnly)
                .decode(key, String.valueOf(stores.redis.command("GET", RedisNames.record(key))))
                .isPresent());
  }

  @Test
  void of_two_projectors_one_projects_and_the_other_takes_over() {
    Projector first = stores.deploy(PEPPER);
    stores.create();
    stores.awaitWhole();
    Projector second = stores.deploy(PEPPER);
    for (int i = 0; i < 20; i++) {
      stores.create();
      first.nudge();
      second.nudge();
    }
    stores.awaitWhole();
    assertThat(stores.rebuilds()).isEqualTo(1);
    stores.undeploy(first);
    KeyDigest late = stores.create();
    Awaiting.until("the second has taken over", () -> stores.document(late).isPresent());
    assertThat(stores.rebuilds()).isEqualTo(1);
  }

  @Test
  void who_does_not_project_still_sees_what_is_applied() {
    stores.deploy(PEPPER);
    Projector watching = stores.deploy(PEPPER);
    stores.create();
    stores.awaitWhole();
    assertThat(ProjectedStores.look(watching)).contains(stores.found());
  }

  @Test
  void what_waits_for_redis_is_told_with_its_age() {
    stores.deploy(PEPPER);
    stores.create();
    stores.awaitWhole();
    stores.redis.kill9();
    stores.create();
    stores.create();
    Awaiting.until(
        "two changes wait", () -> stores.gauge("lag") == 2 && stores.gauge("oldest") > 0);
    stores.redis.restart();
    stores.awaitWhole();
    Awaiting.until("none waits", () -> stores.gauge("lag") == 0 && stores.gauge("oldest") == 0);
  }

  @Test
  void it_needs_no_more_rights_in_redis_than_the_operators_guide_gives_it() {
    String rights =
        "~tollgate:* -@all +get +set +getrange +evalsha +eval +scan +unlink +info +ping +hello"
            + " +auth +select";
    stores.redis.command(("ACL SETUSER tollgate-management on >hunter2 " + rights).split(" ", -1));
    var url = new Secret("redis://tollgate-management:hunter2@127.0.0.1:" + stores.redis.port());
    KeyDigest digest = stores.create();
    var config = new RedisConfig(url, Duration.ofSeconds(1), Duration.ofSeconds(2));
    stores.deploy(stores.projector(config, FenceConfig.DEFAULTS, PEPPER));
    stores.awaitWhole();
    assertThat(stores.document(digest)).isPresent();
  }

  @Test
  void a_redis_that_may_evict_is_refused_until_it_may_not() {
    stores.redis.command("CONFIG", "SET", "maxmemory", "100mb");
    stores.redis.command("CONFIG", "SET", "maxmemory-policy", "allkeys-lru");
    Projector projector = stores.deploy(PEPPER);
    stores.create();
    Awaiting.until("it is not ready", () -> projector.ready().failed());
    assertThat(projector.ready().cause()).hasMessageContaining("noeviction, is allkeys-lru");
    assertThat(stores.redis.command("DBSIZE")).isEqualTo("0");
    stores.redis.command("CONFIG", "SET", "maxmemory-policy", "noeviction");
    stores.awaitWhole();
    assertThat(projector.ready().succeeded()).isTrue();
  }

  @Test
  void a_redis_with_replicas_is_refused_unless_it_is_said_that_it_may_fail_over() {
    try (TestRedis replica =
        TestRedis.start("--replicaof", "127.0.0.1", Integer.toString(stores.redis.port()))) {
      Awaiting.until(
          "the replica follows",
          () ->
              String.valueOf(stores.redis.command("INFO", "replication"))
                  .contains("connected_slaves:1"));
      Projector refused = stores.deploy(PEPPER);
      Awaiting.until("it is not ready", () -> refused.ready().failed());
      assertThat(refused.ready().cause()).hasMessageContaining("set redis.deployment to ha");
      Projector alsoRefused = stores.deploy(stores.projector(replica.config(), FAILS_OVER, PEPPER));
      Awaiting.until("it is not ready", () -> alsoRefused.ready().failed());
      assertThat(alsoRefused.ready().cause()).hasMessageContaining("must be a master");
      KeyDigest key = stores.create();
      stores.undeploy(refused);
      stores.undeploy(alsoRefused);
      stores.deploy(stores.projector(stores.redis.config(), FAILS_OVER, PEPPER));
      stores.awaitWhole();
      assertThat(stores.document(key)).isPresent();
    }
  }

  @Test
  void a_frozen_redis_is_left_and_found_again() {
    Projector projector = stores.deploy(PEPPER);
    stores.create();
    stores.awaitWhole();
    stores.redis.freeze();
    KeyDigest key = stores.create();
    assertThat(TestManagement.await(projector.look(Duration.ofSeconds(3)))).isEmpty();
    stores.redis.thaw();
    Awaiting.until("the key is there", () -> stores.document(key).isPresent());
    assertThat(projector.ready().succeeded()).isTrue();
  }

  @Test
  void more_keys_than_one_batch_holds_all_arrive() {
    int count = ChangeLog.BATCH_MAX * 2 + 7;
    for (int i = 0; i < count; i += 100) {
      stores.createMany(Math.min(100, count - i));
    }
    stores.deploy(PEPPER);
    stores.awaitWhole();
    // Beside them the instance, two roles, and how far the log was read.
    assertThat(stores.redis.command("DBSIZE")).isEqualTo(Integer.toString(count + 4));
    Awaiting.until(
        "nothing is left", () -> stores.gauge("applied") == count && stores.gauge("lag") == 0);
  }
}
