package io.tollgate.management.key;

import static io.tollgate.management.TestManagement.subject;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.Awaiting;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * A key that ended with its subject, or with all keys of it, has ended for good, though its own row
 * does not say so: nothing that is done to it brings it back.
 */
class EndedKeyTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }

  private static String path(JsonObject key) {
    return "/api_keys/" + key.getString("id");
  }

  private static int verified(JsonObject key) {
    return management.verify(key.getString("secret")).status();
  }

  private static Answer givenAway(JsonObject key) {
    return management.patch(path(key), new JsonObject().put("subject", subject()));
  }

  private static void assertRevoked(Answer answer) {
    assertThat(answer.status()).as(answer.body()).isEqualTo(409);
    assertThat(answer.code()).isEqualTo("api_key_revoked");
  }

  private static JsonObject keyOfDeletedUser(String name) {
    var addresses = new JsonArray().add(name + "@example.com");
    Answer user = management.post("/users", new JsonObject().put("email_address", addresses));
    String id = user.json().getString("id");
    JsonObject key = management.create(id, name);
    assertThat(verified(key)).isEqualTo(200);
    assertThat(management.delete("/users/" + id).status()).isEqualTo(200);
    return key;
  }

  @Test
  void whose_user_was_deleted_can_not_be_given_to_another_subject() {
    JsonObject key = keyOfDeletedUser("orphaned");
    Answer given = givenAway(key);
    assertThat(verified(key)).isEqualTo(404);
    assertRevoked(given);
  }

  @Test
  void whose_user_was_deleted_is_shown_as_revoked_and_leaves_no_list() {
    JsonObject key = keyOfDeletedUser("shown");
    JsonObject shown = management.get(path(key)).json();
    assertThat(shown.getBoolean("revoked")).isTrue();
    assertThat(shown.getString("revocation_reason")).isEqualTo("subject deleted");
    String list = "/api_keys?subject=" + key.getString("subject");
    assertThat(management.get(list).json().getInteger("total_count")).isZero();
    assertThat(management.get(list + "&include_invalid=true").json().getInteger("total_count"))
        .isEqualTo(1);
  }

  @Test
  void whose_user_was_deleted_gets_no_other_secret() {
    JsonObject key = keyOfDeletedUser("unrotated");
    assertRevoked(management.post(path(key) + "/rotate", "{}"));
  }

  @Test
  void that_could_not_be_marked_is_told_of_and_can_not_be_given_to_another_subject()
      throws SQLException {
    JsonObject key = management.create("unmarked");
    String all = new JsonObject().put("subject", key.getString("subject")).encode();
    try (Connection holder = postgres.connect();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute(
          "SELECT FROM tollgate.api_key WHERE id = '" + key.getString("id") + "' FOR UPDATE");
      Answer answer = management.post("/api_keys/revoke_subject", all);
      assertThat(answer.status()).isEqualTo(503);
      assertThat(answer.code()).as(answer.body()).isEqualTo("revocation_pending");
      holder.rollback();
    }
    assertThat(verified(key)).isEqualTo(404);
    Answer given = givenAway(key);
    assertThat(verified(key)).isEqualTo(404);
    assertRevoked(given);
    assertThat(management.post("/api_keys/revoke_subject", all).status()).isEqualTo(200);
    assertThat(management.get(path(key)).json().getBoolean("revoked")).isTrue();
  }

  @Test
  void while_it_is_given_to_another_subject_has_ended_before_that() throws SQLException {
    JsonObject key = management.create("raced");
    try (Connection holder = postgres.connect();
        Statement statement = holder.createStatement()) {
      holder.setAutoCommit(false);
      statement.execute(
          "UPDATE tollgate.record SET body = replace(body, '\"revoked_before\":0',"
              + " '\"revoked_before\":1000000') WHERE name = 'subject:"
              + key.getString("subject")
              + "'");
      CompletableFuture<Answer> given = CompletableFuture.supplyAsync(() -> givenAway(key));
      Awaiting.until(
          "the change waits for the record",
          () ->
              postgres
                  .query(
                      "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
                          + " AND wait_event_type = 'Lock' AND query LIKE '%record%'")
                  .equals("1"));
      holder.commit();
      assertRevoked(given.join());
    }
  }
}
