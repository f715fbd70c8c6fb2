package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.group;
import static io.tollgate.management.directory.Sync.members;
import static io.tollgate.management.directory.Sync.name;
import static io.tollgate.management.directory.Sync.op;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.Awaiting;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Somebody is deleted while he is taken out of his group: neither waits for ever. */
class DeletionOrderTest {
  private static Sync.Stores stores;
  private static Sync sync;

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
    sync = stores.sync();
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  @Test
  void where_his_directory_deletes_him() throws SQLException {
    assertThat(meeting(person -> sync.delete(user(person)))).isEqualTo(204);
  }

  @Test
  void where_an_admin_deletes_him() throws SQLException {
    assertThat(meeting(person -> sync.management.delete("/users/" + sync.userId(person))))
        .isEqualTo(200);
  }

  /** Returns how the deletion was answered, which has begun first. */
  private static int meeting(Function<JsonObject, Answer> deletion) throws SQLException {
    JsonObject person = sync.created();
    JsonObject workers = sync.createdGroup("Workers " + name(), person.getString("id"));
    sync.map(workers, sync.role("org:worker_" + name(), "org:work:do_" + name()));
    CompletableFuture<Answer> deleted;
    CompletableFuture<Answer> removed;
    try (Connection holder = stores.postgres.connect()) {
      holder.setAutoCommit(false);
      holder
          .createStatement()
          .execute(
              "SELECT FROM tollgate.record WHERE name = 'subject:%s' FOR UPDATE"
                  .formatted(sync.userId(person)));
      deleted = begun(() -> deletion.apply(person), 1);
      removed =
          begun(
              () ->
                  sync.patch(
                      group(workers), op("remove", "members", members(person.getString("id")))),
              2);
      holder.rollback();
    }
    assertThat(removed.join().status()).as(removed.join().body()).isEqualTo(204);
    return deleted.join().status();
  }

  /** Makes a call, and returns when so many wait. */
  private static CompletableFuture<Answer> begun(Supplier<Answer> call, int waiting) {
    CompletableFuture<Answer> answer =
        CompletableFuture.supplyAsync(call, Thread::startVirtualThread);
    Awaiting.until(
        waiting + " wait",
        () ->
            stores
                .postgres
                .query(
                    "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                        + " AND wait_event_type = 'Lock'")
                .equals(Integer.toString(waiting)));
    return answer;
  }
}
