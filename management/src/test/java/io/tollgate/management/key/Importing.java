package io.tollgate.management.key;

import static io.tollgate.management.TestManagement.subject;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/** Two management services with words for what is imported into them. */
final class Importing implements AutoCloseable {
  static final String IMPORT = "/api_keys/import";
  private static final AtomicInteger SECRETS = new AtomicInteger();

  final TestPostgres postgres = TestPostgres.database();
  final TestRedis redis = TestRedis.start();
  final TestManagement management = new TestManagement(postgres, redis);
  final TestManagement other = new TestManagement(postgres, redis);

  /** A secret as some other service might have issued it. */
  static String secret() {
    return "theirs_" + SECRETS.incrementAndGet() + "_of-another-form";
  }

  static byte[] hash(String algorithm, String secret) {
    try {
      return MessageDigest.getInstance(algorithm.equals("sha256") ? "SHA-256" : "SHA-512")
          .digest(secret.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static JsonObject item(String algorithm, String secret) {
    return new JsonObject()
        .put("hash", HexFormat.of().formatHex(hash(algorithm, secret)))
        .put("algorithm", algorithm)
        .put("subject", subject())
        .put("name", "imported");
  }

  static JsonObject body(JsonObject... items) {
    return new JsonObject().put("keys", new JsonArray(List.of(items)));
  }

  JsonObject imported(JsonObject... items) {
    Answer answer = management.post(IMPORT, body(items));
    assertThat(answer.status()).as(answer.body()).isEqualTo(200);
    return answer.json();
  }

  static JsonObject result(JsonObject answer, int index) {
    JsonObject one = answer.getJsonArray("data").getJsonObject(index);
    assertThat(one.getInteger("index")).isEqualTo(index);
    return one;
  }

  static void assertRefused(JsonObject answer, int index, String code, String parameter) {
    JsonObject one = result(answer, index);
    assertThat(one.getString("status")).as(one.encode()).isEqualTo("refused");
    assertThat(one.containsKey("id")).isFalse();
    JsonObject error = one.getJsonObject("error");
    assertThat(error.getString("code")).as(error.encode()).isEqualTo(code);
    assertThat(error.getString("message")).isNotBlank();
    assertThat(error.getString("long_message")).isNotBlank();
    assertThat(error.getJsonObject("meta", new JsonObject()).getString("param_name", ""))
        .isEqualTo(parameter);
  }

  /** Asks both services, which must be of one mind. */
  int verified(String secret) {
    int here = management.verify(secret).status();
    assertThat(other.verify(secret).status()).isEqualTo(here);
    return here;
  }

  String count(String table) {
    return postgres.query("SELECT count(*) FROM tollgate." + table);
  }

  @Override
  public void close() {
    other.close();
    management.close();
    redis.close();
    postgres.close();
  }
}
