package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.assertRefused;
import static io.tollgate.management.directory.Sync.op;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.Awaiting;
import io.tollgate.store.TestPostgres;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** An identity provider whose request meets a database that stands still. */
class StoresAwayTest {
  /** Where the requests are when the database stands still. */
  private static final String WAITING =
      "SELECT count(*) >= 2 FROM pg_stat_activity WHERE wait_event_type = 'Lock'";

  private final Sync.Stores stores = new Sync.Stores(TestPostgres.dedicated());
  private final Sync sync = stores.sync();

  @Test
  void is_told_to_come_again_and_then_whoever_was_to_leave_has_left() throws SQLException {
    JsonObject leaver = sync.created();
    JsonObject deleted = sync.created();
    List<String> secrets = Stream.of(leaver, deleted).map(this::key).toList();
    try (stores;
        Connection other = stores.postgres.connect()) {
      meetAStandstill(other, leaver, deleted);
      other.rollback();
      Awaiting.until("Postgres answers", () -> sync.get(user(leaver)).status() == 200);
      assertThat(off(leaver).ok().getBoolean("active")).isFalse();
      assertThat(sync.delete(user(deleted)).status()).isEqualTo(204);
      secrets.forEach(secret -> assertThat(sync.management.verify(secret).status()).isEqualTo(404));
      secrets.forEach(secret -> assertThat(stores.other.verify(secret).status()).isEqualTo(404));
    }
  }

  private String key(JsonObject person) {
    return sync.management.create(sync.userId(person), "of a leaver").getString("secret");
  }

  private Answer off(JsonObject person) {
    return sync.patch(user(person), op("Replace", "active", "False"));
  }

  /** Two have begun, and wait for a lock of another; one comes when nothing moves any more. */
  private void meetAStandstill(Connection other, JsonObject leaver, JsonObject deleted)
      throws SQLException {
    other.setAutoCommit(false);
    try (Statement statement = other.createStatement()) {
      statement.execute("SELECT FROM tollgate.scim_user FOR UPDATE");
    }
    CompletableFuture<Answer> first = begun(() -> off(leaver));
    CompletableFuture<Answer> second = begun(() -> sync.delete(user(deleted)));
    Awaiting.until("both have begun", () -> stores.postgres.query(WAITING).equals("t"));
    stores.postgres.freeze();
    try {
      CompletableFuture<Answer> late = begun(() -> sync.get(user(leaver)));
      for (CompletableFuture<Answer> answer : List.of(first, second, late)) {
        assertRefused(answer.join(), 503, null);
        assertThat(answer.join().header("Retry-After")).isNotNull();
      }
    } finally {
      stores.postgres.thaw();
    }
  }

  private static CompletableFuture<Answer> begun(Supplier<Answer> call) {
    return CompletableFuture.supplyAsync(call, Thread::startVirtualThread);
  }
}
