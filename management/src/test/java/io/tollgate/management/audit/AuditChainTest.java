package io.tollgate.management.audit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whoever alters the audit past the service is found out, and an honest audit is not accused. */
class AuditChainTest {
  private static final int CHANGES = 40;

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static TestManagement management;

  @BeforeAll
  static void change_much_at_once() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
    List<CompletableFuture<JsonObject>> made = new ArrayList<>();
    for (int i = 0; i < CHANGES / 2; i++) {
      String name = "key \"" + i + "\", ü";
      made.add(CompletableFuture.supplyAsync(() -> management.create(name)));
    }
    made.stream()
        .map(key -> key.thenAccept(AuditChainTest::revoke))
        .toList()
        .forEach(CompletableFuture::join);
    postgres.execute("CREATE TABLE kept AS TABLE tollgate.audit");
    postgres.execute("CREATE TABLE kept_hash AS SELECT audit_hash FROM tollgate.change_counter");
  }

  private static void revoke(JsonObject key) {
    management.post("/api_keys/" + key.getString("id") + "/revoke", "");
  }

  @AfterAll
  static void stop() {
    management.close();
    redis.close();
    postgres.close();
  }

  private static JsonObject verification() {
    JsonObject json = management.get("/audit/verification").json();
    assertThat(json.getString("object")).isEqualTo("audit_verification");
    return json;
  }

  private static void restore() {
    postgres.execute(
        """
        DELETE FROM tollgate.audit;
        INSERT INTO tollgate.audit OVERRIDING SYSTEM VALUE TABLE kept;
        UPDATE tollgate.change_counter SET audit_hash = (SELECT audit_hash FROM kept_hash);
        """);
  }

  @Test
  void many_changes_at_once_make_one_chain() {
    JsonObject verification = verification();
    assertThat(verification.getBoolean("valid")).isTrue();
    assertThat(verification.getInteger("checked")).isEqualTo(CHANGES);
    assertThat(verification.getValue("first_broken")).isNull();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          before     | 30
          after      | 7
          """)
  void how_an_object_looked_can_not_be_altered(String column, int number) {
    postgres.execute(
        """
        UPDATE tollgate.audit SET %1$s = replace(%1$s::text, 'key', 'kei')::json
        WHERE number = %2$d
        """
            .formatted(column, revocation(number)));
    assertThatItBreaksAt(revocation(number));
  }

  /** Returns the number of some revocation, which alone has something before it. */
  private static int revocation(int atLeast) {
    return Integer.parseInt(
        postgres.query(
            "SELECT min(number) FROM kept WHERE before IS NOT NULL AND number >= " + atLeast));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          UPDATE tollgate.audit SET actor = 'secret_key:isk_0' WHERE number = 1     | 1
          UPDATE tollgate.audit SET action = 'api_key.enable' WHERE number = 20     | 20
          UPDATE tollgate.audit SET object = 'ak_0' WHERE number = 20               | 20
          UPDATE tollgate.audit SET request_id = 'req_0' WHERE number = 20          | 20
          UPDATE tollgate.audit SET at = at - interval '1 us' WHERE number = 20     | 20
          UPDATE tollgate.audit SET before = 'null' WHERE number = 1                | 1
          UPDATE tollgate.audit SET hash = sha256('') WHERE number = 20             | 20
          UPDATE tollgate.audit SET hash = NULL WHERE number = 20                   | 20
          UPDATE tollgate.audit SET hash = NULL WHERE number <= 20                  | 21
          UPDATE tollgate.audit SET hash = NULL                                     | 41
          UPDATE tollgate.audit SET number = 41 - number WHERE number IN (20, 21)   | 20
          UPDATE tollgate.audit SET number = 1 WHERE number = 20                    | 1
          DELETE FROM tollgate.audit WHERE number = 20                              | 21
          DELETE FROM tollgate.audit WHERE number <= 20                             | 21
          DELETE FROM tollgate.audit WHERE number = 40                              | 40
          DELETE FROM tollgate.audit WHERE number > 20                              | 21
          DELETE FROM tollgate.audit                                                | 1
          """)
  void what_is_altered_moved_or_taken_away_is_found(String crime, int broken) {
    postgres.execute(crime);
    assertThatItBreaksAt(broken);
  }

  @Test
  void what_is_put_in_is_found_even_if_it_follows_from_what_is_before_it() {
    postgres.execute(
        """
        INSERT INTO tollgate.audit (number, at, actor, request_id, action, object, hash)
        SELECT 20, at, 'a', 'r', 'c', 'o',
          tollgate.audit_hash(hash, 20, at, 'a', 'r', 'c', 'o', NULL, NULL)
        FROM tollgate.audit WHERE number = 20
        """);
    assertThatItBreaksAt(21);
  }

  private static void assertThatItBreaksAt(int number) {
    try {
      JsonObject verification = verification();
      assertThat(verification.getBoolean("valid")).isFalse();
      assertThat(verification.getInteger("first_broken")).isEqualTo(number);
      assertThat(verification.getInteger("checked")).isLessThan(CHANGES + 1);
    } finally {
      restore();
    }
    assertThat(verification().getBoolean("valid")).isTrue();
  }

  @Test
  void a_chain_that_is_longer_than_one_reading_is_followed_to_its_end() {
    try (var longer = TestPostgres.database();
        var cache = TestRedis.start();
        var reader = new TestManagement(longer, cache)) {
      longer.execute(
          """
          DO $$
          DECLARE last bytea := '';
          BEGIN
            FOR n IN 1..4500 LOOP
              last := tollgate.audit_hash(last, n, now(), 'a', 'r', 'c', 'o', NULL, NULL);
              INSERT INTO tollgate.audit (number, at, actor, request_id, action, object, hash)
              VALUES (n, now(), 'a', 'r', 'c', 'o', last);
            END LOOP;
            UPDATE tollgate.change_counter SET audit_hash = last;
          END $$
          """);
      assertThat(reader.get("/audit/verification").json().getInteger("checked")).isEqualTo(4500);
      longer.execute("DELETE FROM tollgate.audit WHERE number = 4000");
      JsonObject cut = reader.get("/audit/verification").json();
      assertThat(cut.getInteger("first_broken")).isEqualTo(4001);
      assertThat(cut.getInteger("checked")).isEqualTo(3999);
    }
  }

  @Test
  void lines_that_are_older_than_the_chain_stand_before_it() {
    postgres.execute(
        "INSERT INTO tollgate.audit (number, actor, request_id, action, object)"
            + " VALUES (0, 'a', 'r', 'c', 'o')");
    try {
      assertThat(verification().getBoolean("valid")).isTrue();
      assertThat(verification().getInteger("checked")).isEqualTo(CHANGES + 1);
    } finally {
      restore();
    }
  }
}
