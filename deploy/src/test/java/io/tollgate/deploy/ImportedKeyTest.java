package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.tollgate.store.Awaiting;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Keys that were issued elsewhere, from their import to their end, as an operator sees them. */
class ImportedKeyTest {
  private static final String SECRET_KEY = "sk_test_hunter2hunter2";
  private static final String RECOVERY_KEY = "0f".repeat(32);

  private final HttpClient client = HttpClient.newHttpClient();

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(
        request.timeout(Duration.ofSeconds(15)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private int status(String url, String key) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(url)).header("X-API-Key", key)).statusCode();
  }

  private JsonObject manage(String method, String url, String body) throws Exception {
    HttpResponse<String> answer =
        send(
            HttpRequest.newBuilder(URI.create(url))
                .header("Authorization", "Bearer " + SECRET_KEY)
                .header("Content-Type", "application/json")
                .method(method, BodyPublishers.ofString(body)));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return new JsonObject(answer.body());
  }

  private static HttpServer upstream() throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer server = HttpServer.create(address, 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(200, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static Map<String, String> environment(
      TestPostgres postgres, TestRedis redis, HttpServer upstream) {
    Map<String, String> environment = new HashMap<>();
    environment.put("TOLLGATE_UPSTREAM", "http://127.0.0.1:" + upstream.getAddress().getPort());
    environment.put("TOLLGATE_PEPPER", "hunter2 hunter2 hunter2 hunter2 hunter2");
    environment.put("TOLLGATE_SECRET_KEY", SECRET_KEY);
    environment.put("TOLLGATE_MANAGEMENT_RECOVERY_KEY", RECOVERY_KEY);
    environment.put("TOLLGATE_POSTGRES_URL", postgres.url().reveal());
    environment.put("TOLLGATE_REDIS_URL", redis.url().reveal());
    environment.put("TOLLGATE_EDGE_PORT", "0");
    environment.put("TOLLGATE_MANAGEMENT_PORT", "0");
    environment.put("TOLLGATE_INTERNAL_PORT", "0");
    environment.put("TOLLGATE_SHUTDOWN_READY_DELAY", "0s");
    return environment;
  }

  private static JsonObject item(String secret, String algorithm, String name) throws Exception {
    byte[] bytes = secret.getBytes(StandardCharsets.US_ASCII);
    return new JsonObject()
        .put("hash", HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(bytes)))
        .put("algorithm", algorithm.replace("SHA-", "sha"))
        .put("subject", "user_" + "a".repeat(27))
        .put("name", name);
  }

  @Test
  void they_work_at_the_edge_when_the_import_returns_and_not_when_their_revocation_has()
      throws Exception {
    HttpServer upstream = upstream();
    try (TestPostgres postgres = TestPostgres.database();
        TestRedis redis = TestRedis.start();
        var serve = LaunchedTollgate.start(environment(postgres, redis, upstream), "serve")) {
      String edge = "http://127.0.0.1:" + serve.printed("started: edge (\\d+), management \\d+");
      String keys =
          "http://127.0.0.1:"
              + serve.printed("started: edge \\d+, management (\\d+)")
              + "/api_keys";
      String internal = "http://127.0.0.1:" + serve.printed("management \\d+, internal (\\d+)");
      Awaiting.until("ready", () -> status(internal + "/readyz", "") == 200);
      String one = "their-secret:one";
      String other = "their-secret:other";
      assertThat(status(edge, one)).isEqualTo(401);
      var items =
          new JsonArray().add(item(one, "SHA-256", "one")).add(item(other, "SHA-512", "other"));
      JsonObject imported =
          manage("POST", keys + "/import", new JsonObject().put("keys", items).encode());
      assertThat(imported.getInteger("created_count")).isEqualTo(2);
      assertThat(status(edge, one)).isEqualTo(200);
      assertThat(status(edge, other)).isEqualTo(200);
      assertThat(status(edge, "their-secret:third")).isEqualTo(401);

      String id = imported.getJsonArray("data").getJsonObject(0).getString("id");
      manage("POST", keys + "/" + id + "/revoke", "{}");
      assertThat(status(edge, one)).isEqualTo(401);
      manage("POST", keys + "/revoke_secret", new JsonObject().put("secret", other).encode());
      assertThat(status(edge, other)).isEqualTo(401);

      JsonObject ours =
          manage("POST", keys, "{\"name\":\"ours\",\"subject\":\"org_" + "b".repeat(27) + "\"}");
      String shown =
          manage("GET", keys + "/" + ours.getString("id") + "/secret", "").getString("secret");
      assertThat(shown).isEqualTo(ours.getString("secret"));
      assertThat(status(edge, shown)).isEqualTo(200);

      serve.signal("TERM");
      assertThat(serve.exitCode()).as(serve.output()).isZero();
      assertThat(serve.output()).doesNotContain("hunter2", RECOVERY_KEY, one, other, shown);
    } finally {
      upstream.stop(0);
    }
  }
}
