package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.proxy.Route;
import io.tollgate.ring.Grant;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Upstreams that want more than a header get a signed principal. */
class PrincipalTest {
  private static final String HEADER = "tollgate-principal";

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;
  private static Secret other;
  private static EchoUpstream upstream;
  private static RunningGateway edge;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    var keys = new StoredKeys(postgres, redis);
    key = keys.everywhere();
    other = keys.everywhere();
    upstream = new EchoUpstream();
    Route plain = upstream.route("/plain");
    edge =
        new RunningGateway(
            postgres,
            redis,
            plain,
            upstream.route("/orders").proving("orders"),
            upstream.route("/reports").proving("reports"));
  }

  @AfterAll
  static void stop() {
    edge.close();
    upstream.close();
    redis.close();
    postgres.close();
  }

  private static JsonObject headers(String path, Secret from) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(edge.uri(path))
            .header("X-API-Key", from.reveal())
            .header("Tollgate-Principal", "forged")
            .header("Tollgate_Principal", "forged");
    return new JsonObject(edge.send(request).body()).getJsonObject("headers");
  }

  private static String principal(String path, Secret from) {
    JsonArray sent = headers(path, from).getJsonArray(HEADER);
    assertThat(sent).hasSize(1);
    return sent.getString(0);
  }

  private static JsonObject part(String token, int index) {
    byte[] json = Base64.getUrlDecoder().decode(token.split("\\.", -1)[index]);
    return new JsonObject(new String(json, StandardCharsets.UTF_8));
  }

  @Test
  void it_says_whose_key_which_and_what_it_may_as_the_headers_do() {
    JsonObject headers = headers("/orders", key);
    JsonObject claims = part(headers.getJsonArray(HEADER).getString(0), 1);
    assertThat(claims.getString("aud")).isEqualTo("orders");
    assertThat(claims.getString("iss")).isEqualTo("tollgate");
    assertThat(claims.getString("sub"))
        .isEqualTo(headers.getJsonArray("tollgate-subject").getString(0));
    assertThat(claims.getString("key_id"))
        .isEqualTo(headers.getJsonArray("tollgate-key-id").getString(0));
    assertThat(claims.getString("scope"))
        .isEqualTo(headers.getJsonArray("tollgate-scopes").getString(0));
    assertThat(claims.getLong("exp") - claims.getLong("iat")).isEqualTo(60);
    long seconds = System.currentTimeMillis() / 1000;
    assertThat(claims.getLong("iat")).isBetween(seconds - 30, seconds + 5);
    assertThat(claims.encode()).doesNotContain(key.reveal());
  }

  @Test
  void its_key_is_published() {
    String kid = part(principal("/orders", key), 0).getString("kid");
    assertThat(edge.gateway.principalKeys().getJsonArray("keys"))
        .anySatisfy(jwk -> assertThat(((JsonObject) jwk).getString("kid")).isEqualTo(kid));
  }

  @Test
  void each_key_and_each_audience_has_its_own() {
    String first = principal("/orders", key);
    assertThat(principal("/reports", key)).isNotEqualTo(first);
    assertThat(principal("/orders", other)).isNotEqualTo(first);
    assertThat(part(principal("/reports", key), 1).getString("aud")).isEqualTo("reports");
  }

  /** What is kept is kept by grant, and a key whose rights have changed is another grant. */
  @Test
  void it_never_outlives_the_rights_that_it_tells() throws Exception {
    assertThat(Grant.class.getMethod("equals", Object.class).getDeclaringClass())
        .as("grants are told apart by identity")
        .isEqualTo(Object.class);
  }

  @Test
  void where_none_is_asked_for_none_is_sent_nor_the_clients_own() {
    assertThat(headers("/plain", key).fieldNames()).doesNotContain(HEADER, "tollgate_principal");
  }
}
