package io.tollgate.management.projector;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.Pepper;
import io.tollgate.management.TestManagement;
import io.tollgate.store.Applied;
import io.tollgate.store.Awaiting;
import io.tollgate.store.LogPosition;
import io.tollgate.store.RedisNames;
import io.vertx.sqlclient.Pool;
import java.sql.Connection;
import java.sql.Statement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A mark names one unbroken sequence of writes, an epoch one history of the log. */
class MarkAndHistoryTest {
  private static final Pepper PEPPER = ProjectedStores.PEPPER;

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
  void a_postgres_that_was_restored_to_the_past_wins() {
    stores.deploy(PEPPER);
    KeyDigest lost = stores.create();
    stores.awaitWhole();
    // As after a restore: the key was never there, and its number not yet taken.
    stores.postgres.execute("DELETE FROM tollgate.change_log");
    stores.postgres.execute("DELETE FROM tollgate.api_key");
    stores.postgres.execute("UPDATE tollgate.change_counter SET number = 0, id = ''");
    Awaiting.until("the lost key is gone", () -> stores.document(lost).isEmpty());
    stores.awaitWhole();
  }

  @Test
  void a_redis_that_is_ahead_of_a_restored_postgres_confirms_nothing() throws Exception {
    try (Connection leader = stores.postgres.connect();
        Statement lock = leader.createStatement()) {
      // Held by a management that projects nothing just now.
      lock.execute("SELECT pg_advisory_lock(" + ChangeLog.LOCK + ")");
      var ahead = new LogPosition(stores.counter() + 100, "lost");
      stores.redis.command(
          "SET",
          RedisNames.APPLIED,
          stores.applied.encode(new Applied(stores.epoch(), "a mark", ahead)));
      assertThat(ProjectedStores.look(stores.deploy(PEPPER))).isEmpty();
    }
  }

  @Test
  void each_session_writes_under_a_mark_of_its_own() {
    Projector first = stores.deploy(PEPPER);
    stores.create();
    stores.awaitWhole();
    Applied before = stores.found();
    stores.undeploy(first);
    stores.deploy(PEPPER);
    // Though there is nothing to be carried.
    Awaiting.until("the mark is another", () -> !stores.found().mark().equals(before.mark()));
    assertThat(stores.found().position()).isEqualTo(before.position());
    assertThat(stores.rebuilds()).isEqualTo(1);
  }

  @Test
  void a_flush_ends_the_mark() {
    stores.deploy(PEPPER);
    stores.create();
    stores.awaitWhole();
    String before = stores.found().mark();
    stores.redis.command("FLUSHALL");
    stores.awaitWhole();
    assertThat(stores.found().mark()).isNotEqualTo(before);
  }

  @Test
  void the_mark_stays_while_changes_are_carried() {
    stores.deploy(PEPPER);
    stores.create();
    stores.awaitWhole();
    String before = stores.found().mark();
    stores.create();
    stores.awaitWhole();
    assertThat(stores.found().mark()).isEqualTo(before);
  }

  @Test
  void a_log_that_forked_under_its_name_gets_another_and_redis_is_rebuilt() {
    stores.deploy(PEPPER);
    stores.create();
    stores.create();
    stores.awaitWhole();
    Applied before = stores.found();
    String epoch = stores.epoch();
    // As after a restore into the running server: other changes have taken the same numbers.
    stores.postgres.execute(
        "UPDATE tollgate.change_log SET id = 'other' || number;"
            + "UPDATE tollgate.change_counter SET id = 'other' || number");
    Awaiting.until("the history has another name", () -> !stores.epoch().equals(epoch));
    stores.awaitWhole();
    assertThat(stores.found().mark()).isNotEqualTo(before.mark());
    assertThat(stores.rebuilds()).isEqualTo(2);
  }

  @Test
  void a_redis_of_another_history_is_rebuilt_and_the_new_one_is_noted() {
    stores.deploy(PEPPER);
    stores.create();
    stores.awaitWhole();
    Applied before = stores.found();
    Pool pool = stores.postgres.config().pool(stores.vertx, 1, 1);
    TestManagement.await(History.renew(pool));
    stores.awaitWhole();
    assertThat(stores.found().epoch()).isNotEqualTo(before.epoch());
    assertThat(stores.found().mark()).isNotEqualTo(before.mark());
    assertThat(stores.found().position()).isEqualTo(before.position());
    Awaiting.until(
        "it is noted",
        () ->
            stores
                .postgres
                .query(
                    "SELECT count(*) FROM tollgate.epoch_seen WHERE epoch = tollgate.epoch()"
                        + " AND since > now() - interval '1 minute'")
                .equals("1"));
  }
}
