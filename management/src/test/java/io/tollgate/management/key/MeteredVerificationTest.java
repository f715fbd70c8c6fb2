package io.tollgate.management.key;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.store.Awaiting;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What {@code verify} answers is counted, as what the edge verifies is. */
class MeteredVerificationTest {
  private TestPostgres postgres;
  private TestRedis redis;
  private TestManagement management;

  @BeforeEach
  void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    management = new TestManagement(postgres, redis);
  }

  @AfterEach
  void stop() {
    redis.close();
    postgres.close();
  }

  private int verify(String secret) {
    return management.post("/api_keys/verify", new JsonObject().put("secret", secret)).status();
  }

  private String verified(JsonObject key) {
    return postgres.query(
        "SELECT coalesce(sum(verified), 0) FROM tollgate.usage_hour WHERE key_id = '"
            + key.getString("id")
            + "' AND subject = '"
            + key.getString("subject")
            + "'");
  }

  @Test
  void each_verification_counts_once_and_what_is_refused_does_not() {
    JsonObject key = management.create("metered");
    String secret = key.getString("secret");
    for (int i = 0; i < 5; i++) {
      assertThat(verify(secret)).isEqualTo(200);
    }
    assertThat(verify("ak_" + "0".repeat(42))).isEqualTo(404);
    Awaiting.until("they are in the ledger", () -> verified(key).equals("5"));
    assertThat(verify(secret)).isEqualTo(200);
    management.close();
    assertThat(verified(key)).as("a stop sends what is counted").isEqualTo("6");
  }
}
