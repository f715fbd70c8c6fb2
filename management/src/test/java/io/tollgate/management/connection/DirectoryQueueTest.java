package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.Awaiting;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Changes of a sync that follow one another without a pause keep nobody else waiting for ever. */
class DirectoryQueueTest {
  private static Firm firm;

  private JsonObject connection = new JsonObject();
  private JsonObject directory = new JsonObject();

  /** A change of a sync, which has come in and goes on until it is let go. */
  private record Writer(
      CompletableFuture<Void> in, CompletableFuture<Void> leave, CompletableFuture<Void> done) {
    void end() {
      leave.complete(null);
      done.join();
    }
  }

  @BeforeAll
  static void start() {
    firm = new Firm();
  }

  @AfterAll
  static void stop() {
    firm.close();
  }

  @BeforeEach
  void found() {
    connection = firm.connection(firm.organization());
    directory = firm.directory(connection);
  }

  private Writer writer() {
    var in = new CompletableFuture<Void>();
    var leave = new CompletableFuture<Void>();
    Runnable work =
        () ->
            firm.change(
                change -> {
                  firm.roles.hold(change, id(directory));
                  in.complete(null);
                  return leave.join();
                });
    return new Writer(
        in, leave, CompletableFuture.runAsync(work, task -> Thread.ofVirtual().start(task)));
  }

  private static int waiting() {
    String sql =
        "SELECT count(*) FROM pg_stat_activity"
            + " WHERE datname = current_database() AND wait_event_type = 'Lock'";
    return Integer.parseInt(firm.postgres.query(sql));
  }

  /** Sees to it that the call comes after a change that goes on, and before a later one. */
  private void comesBeforeLaterWriters(Supplier<Answer> call) {
    Writer before = writer();
    before.in.join();
    CompletableFuture<Answer> answer =
        CompletableFuture.supplyAsync(call, task -> Thread.ofVirtual().start(task));
    laterWriterWaits(before);
    assertThat(answer.join().status()).as(answer.join().body()).isEqualTo(200);
  }

  private void laterWriterWaits(Writer before) {
    Awaiting.until("the call waits", () -> waiting() == 1);
    Writer after = writer();
    Awaiting.until("a later one has come", () -> after.in.isDone() || waiting() == 2);
    boolean hasPassed = after.in.isDone();
    before.end();
    after.end();
    assertThat(hasPassed).as("the later one was let in first").isFalse();
  }

  @Test
  void a_token_is_revoked() {
    JsonObject tokens = firm.management.get(path(directory) + "/tokens").ok();
    String token = id(tokens.getJsonArray("data").getJsonObject(0));
    comesBeforeLaterWriters(
        () -> firm.management.post(path(directory) + "/tokens/" + token + "/revoke", "{}"));
  }

  @Test
  void a_token_is_rotated() {
    comesBeforeLaterWriters(() -> firm.management.post(path(directory) + "/rotate_api_key", "{}"));
  }

  @Test
  void a_directory_is_disabled() {
    JsonObject off = new JsonObject().put("enabled", false);
    comesBeforeLaterWriters(() -> firm.management.patch(path(directory), off));
  }

  @Test
  void a_list_of_mappings_is_changed() {
    JsonObject list = new JsonObject().put("mappings", new JsonArray());
    comesBeforeLaterWriters(
        () -> firm.management.put(path(directory) + "/group_role_mappings", list));
  }

  @Test
  void attributes_of_its_connection_are_changed() {
    JsonObject none = new JsonObject().put("custom_attributes", new JsonArray());
    comesBeforeLaterWriters(
        () -> firm.management.patch(Firm.CONNECTIONS + "/" + id(connection), none));
  }

  @Test
  void a_change_is_carried_over_to_many() {
    // Until the one before has come in, no worker may have begun.
    Writer before =
        firm.change(
            change -> {
              assertThat(DirectoryQueue.isFirstWorker(change, id(directory))).isTrue();
              firm.postgres.execute(
                  "UPDATE tollgate.directory SET recomputed_to = 'all:' WHERE id = '%s'"
                      .formatted(id(directory)));
              Writer writer = writer();
              writer.in.join();
              return writer;
            });
    laterWriterWaits(before);
    Awaiting.until(
        "it is carried over",
        () -> !firm.management.get(path(directory)).ok().getBoolean("recomputing"));
  }
}
