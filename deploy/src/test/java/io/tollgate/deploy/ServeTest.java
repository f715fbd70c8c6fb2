package io.tollgate.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.tollgate.store.Awaiting;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code serve} on stores of one's own, a password in Redis, as an operator runs it. */
class ServeTest {
  private static final String SECRET_KEY = "sk_test_hunter2hunter2";
  private final HttpClient client = HttpClient.newHttpClient();

  private HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
    return client.send(
        request.timeout(Duration.ofSeconds(15)).build(), HttpResponse.BodyHandlers.ofString());
  }

  private int status(String url, String key) throws Exception {
    return send(HttpRequest.newBuilder(URI.create(url)).header("X-API-Key", key)).statusCode();
  }

  private static HttpServer upstream(int status) throws IOException {
    HttpServer server =
        HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
    server.createContext(
        "/",
        exchange -> {
          exchange.sendResponseHeaders(status, -1);
          exchange.close();
        });
    server.start();
    return server;
  }

  private static String route(String path, HttpServer to) {
    return "  - {path: "
        + path
        + ", upstream: 'http://127.0.0.1:"
        + to.getAddress().getPort()
        + "'}\n";
  }

  private static Map<String, String> environment(
      TestPostgres postgres, TestRedis redis, Path file) {
    Map<String, String> environment = new HashMap<>();
    environment.put("TOLLGATE_CONFIG", file.toString());
    environment.put("TOLLGATE_PEPPER", "hunter2 hunter2 hunter2 hunter2 hunter2");
    environment.put("TOLLGATE_SECRET_KEY", SECRET_KEY);
    environment.put("TOLLGATE_POSTGRES_URL", postgres.url().reveal());
    environment.put("TOLLGATE_REDIS_URL", "redis://:hunter2@127.0.0.1:" + redis.port());
    environment.put("TOLLGATE_EDGE_PORT", "0");
    environment.put("TOLLGATE_MANAGEMENT_PORT", "0");
    environment.put("TOLLGATE_INTERNAL_PORT", "0");
    environment.put("TOLLGATE_SHUTDOWN_READY_DELAY", "100ms");
    return environment;
  }

  private static LaunchedTollgate start(TestPostgres postgres, TestRedis redis, Path file) {
    redis.command("CONFIG", "SET", "requirepass", "hunter2");
    return LaunchedTollgate.start(environment(postgres, redis, file), "serve");
  }

  private String createKey(String management) throws Exception {
    HttpResponse<String> created =
        send(
            HttpRequest.newBuilder(URI.create(management + "/api_keys"))
                .header("Authorization", "Bearer " + SECRET_KEY)
                .header("Content-Type", "application/json")
                .POST(
                    HttpRequest.BodyPublishers.ofString(
                        "{\"name\":\"serve\",\"subject\":\"user_" + "a".repeat(27) + "\"}")));
    assertThat(created.statusCode()).as(created.body()).isEqualTo(200);
    return new JsonObject(created.body()).getString("secret");
  }

  @Test
  void it_serves_takes_new_routes_logs_json_without_secrets_and_stops_in_order(@TempDir Path dir)
      throws Exception {
    HttpServer ok = upstream(200);
    HttpServer teapot = upstream(418);
    Path file = Files.writeString(dir.resolve("tollgate.yaml"), "routes:\n" + route("/", ok));
    try (TestPostgres postgres = TestPostgres.database();
        TestRedis redis = TestRedis.start();
        var serve = start(postgres, redis, file)) {
      String ports = "started: edge (\\d+), management \\d+, internal \\d+";
      String edge = "http://127.0.0.1:" + serve.printed(ports);
      String management =
          "http://127.0.0.1:" + serve.printed("started: edge \\d+, management (\\d+)");
      String internal = "http://127.0.0.1:" + serve.printed("management \\d+, internal (\\d+)");
      Awaiting.until("ready", () -> status(internal + "/readyz", "") == 200);
      assertThat(status(internal + "/livez", "")).isEqualTo(200);
      assertThat(status(internal + "/.well-known/jwks.json", "")).isEqualTo(200);
      assertThat(send(HttpRequest.newBuilder(URI.create(internal + "/readyz?verbose"))).body())
          .contains("\"target\":\"127.0.0.1:" + ok.getAddress().getPort() + "\"", "in use");
      String key = createKey(management);
      assertThat(status(edge + "/a", key)).isEqualTo(200);

      Files.writeString(file, "routes:\n  - {path: nonsense}\n");
      serve.printed("(routes stay as they were)");
      assertThat(status(edge + "/a", key)).isEqualTo(200);

      Files.writeString(file, "routes:\n" + route("/", ok) + route("/a", teapot));
      Awaiting.until("the new route counts", () -> status(edge + "/a", key) == 418);
      assertThat(status(edge + "/b", key)).isEqualTo(200);
      serve.signal("HUP");
      serve.printed("(nothing has changed)");

      serve.signal("TERM");
      assertThat(serve.exitCode()).as(serve.output()).isZero();
      assertThat(serve.output()).doesNotContain("hunter2", key);
      serve.output().lines().forEach(line -> assertThat(new JsonObject(line)).isNotEmpty());
    } finally {
      ok.stop(0);
      teapot.stop(0);
    }
  }
}
