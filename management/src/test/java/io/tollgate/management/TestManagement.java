package io.tollgate.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.management.billing.BillingConfig;
import io.tollgate.management.connection.ConnectionConfig;
import io.tollgate.management.key.RecoveryKey;
import io.tollgate.management.openapi.Contract;
import io.tollgate.meter.MeterDirectories;
import io.tollgate.ring.FenceConfig;
import io.tollgate.ring.RingConfig;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RedisConfig;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A management service on real stores, and a client that speaks to it as an API owner's backend.
 */
public final class TestManagement implements AutoCloseable {
  public static final String SECRET_KEY = "sk_test_0123456789abcdef";
  public static final Pepper PEPPER = new Pepper(List.of(new Secret("x".repeat(32))));

  private static final FenceConfig QUICK =
      new FenceConfig(
          FenceConfig.BOUND_MIN,
          FenceConfig.BOUND_MIN.dividedBy(3),
          FenceConfig.DEFAULTS.pollInterval(),
          FenceConfig.DEFAULTS.postgresAbsenceMax(),
          false);

  private static final AtomicInteger NAMES = new AtomicInteger();
  private static final AtomicInteger SUBJECTS = new AtomicInteger();

  private final HttpClient client = HttpClient.newHttpClient();
  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private @Nullable Running running;
  private final Contract contract;

  /** What its class would else hold on to until the JVM ends, with a ring of megabytes. */
  private record Running(Vertx vertx, Management management) {}

  /** An answer with its body as text, and as JSON where it is. */
  public record Answer(int status, String body, HttpResponse<byte[]> response) {
    public JsonObject json() {
      return new JsonObject(body);
    }

    public JsonObject error() {
      return json().getJsonArray("errors").getJsonObject(0);
    }

    public String code() {
      return error().getString("code");
    }

    public @Nullable String parameter() {
      return error().getJsonObject("meta", new JsonObject()).getString("param_name");
    }

    /** Returns what was answered, where all was well. */
    public JsonObject ok() {
      assertThat(status).as(body).isEqualTo(200);
      return json();
    }

    public void assertRefused(int expectedStatus, String expectedCode) {
      assertThat(status).as(body).isEqualTo(expectedStatus);
      assertThat(code()).isEqualTo(expectedCode);
    }

    public @Nullable String header(String name) {
      return response.headers().firstValue(name).orElse(null);
    }
  }

  public TestManagement(TestPostgres postgres, TestRedis redis) {
    this(postgres.config(), redis.config());
  }

  public TestManagement(PostgresConfig postgres, RedisConfig redis) {
    this(config(0, postgres, redis));
  }

  /**
   * Starts one whose changes are proven in half the time, for tests of many changes that wait for
   * it; whatever is measured goes by the default.
   */
  public static TestManagement quick(TestPostgres postgres, TestRedis redis) {
    return new TestManagement(config(0, postgres.config(), redis.config(), null, QUICK));
  }

  /** Starts one that keeps secrets under a recovery key. */
  public static TestManagement recovering(
      TestPostgres postgres, TestRedis redis, String recoveryKey) {
    var key = new RecoveryKey(new Secret(recoveryKey));
    return new TestManagement(
        config(0, postgres.config(), redis.config(), key, FenceConfig.DEFAULTS));
  }

  private TestManagement(ManagementConfig config) {
    var vertx = Vertx.vertx();
    running = new Running(vertx, await(Management.start(vertx, config, metrics)));
    contract = Contract.of(management().operations());
  }

  public static ManagementConfig config(int port, PostgresConfig postgres, RedisConfig redis) {
    return config(port, postgres, redis, null, FenceConfig.DEFAULTS);
  }

  private static ManagementConfig config(
      int port,
      PostgresConfig postgres,
      RedisConfig redis,
      @Nullable RecoveryKey recoveryKey,
      FenceConfig fence) {
    return new ManagementConfig(
        "management " + NAMES.incrementAndGet(),
        "127.0.0.1",
        port,
        ManagementConfig.BODY_BYTES_MAX,
        ManagementConfig.IMPORT_BYTES_MAX,
        ManagementConfig.CONNECTIONS_MAX,
        ManagementConfig.CLIENTS_MAX,
        ManagementConfig.VERIFY_CACHE_BYTES,
        RingConfig.DEFAULTS,
        new Secret(SECRET_KEY),
        recoveryKey,
        redis,
        postgres,
        fence,
        PEPPER,
        MeterDirectories.fresh(),
        BillingConfig.OFF,
        ConnectionConfig.DEFAULTS);
  }

  public static <T> T await(Future<T> future) {
    try {
      return future.toCompletionStage().toCompletableFuture().get(30, TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw e.getCause() instanceof RuntimeException cause ? cause : new IllegalStateException(e);
    } catch (InterruptedException | TimeoutException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Returns a subject that no other test uses. */
  public static String subject() {
    return "user_%027d".formatted(SUBJECTS.incrementAndGet());
  }

  public Management management() {
    return running().management;
  }

  private Running running() {
    return Objects.requireNonNull(running, "it is closed");
  }

  public SimpleMeterRegistry metrics() {
    return metrics;
  }

  public int port() {
    return management().port();
  }

  public Answer get(String path) {
    return send(request(path).GET());
  }

  public Answer post(String path, JsonObject body) {
    return post(path, body.encode());
  }

  public Answer post(String path, String body) {
    return post(path, body.getBytes(StandardCharsets.UTF_8));
  }

  public Answer post(String path, byte[] body) {
    return send(request(path).POST(BodyPublishers.ofByteArray(body)));
  }

  public Answer patch(String path, JsonObject body) {
    return send(request(path).method("PATCH", BodyPublishers.ofString(body.encode())));
  }

  public Answer put(String path, JsonObject body) {
    return send(request(path).PUT(BodyPublishers.ofString(body.encode())));
  }

  public Answer delete(String path) {
    return send(request(path).DELETE());
  }

  /** Asks whether a secret is that of a valid key. */
  public Answer verify(String secret) {
    return post("/api_keys/verify", new JsonObject().put("secret", secret));
  }

  /** Returns a request with all that it needs, to be changed. */
  public HttpRequest.Builder request(String path) {
    return bare(path)
        .setHeader("Authorization", "Bearer " + SECRET_KEY)
        .setHeader("Content-Type", "application/json");
  }

  /** Returns a request without any header. */
  public HttpRequest.Builder bare(String path) {
    return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port() + path))
        .timeout(Duration.ofSeconds(30));
  }

  public Answer send(HttpRequest.Builder request) {
    try {
      HttpRequest sent = request.build();
      HttpResponse<byte[]> response = client.send(sent, BodyHandlers.ofByteArray());
      var answer =
          new Answer(
              response.statusCode(), new String(response.body(), StandardCharsets.UTF_8), response);
      contract.check(
          sent.method(),
          sent.uri().getRawPath(),
          answer.status(),
          answer.header("Content-Type"),
          answer.body());
      return answer;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** Creates a key of a subject of its own, and returns it with its secret. */
  public JsonObject create(String name) {
    return create(subject(), name);
  }

  public JsonObject create(String subject, String name) {
    return created(new JsonObject().put("subject", subject).put("name", name));
  }

  public JsonObject created(JsonObject body) {
    Answer answer = post("/api_keys", body);
    if (answer.status() != 200) {
      throw new AssertionError(answer.body());
    }
    return answer.json();
  }

  @Override
  public void close() {
    await(management().stop());
    await(running().vertx.close());
    client.close();
    metrics.clear();
    running = null;
  }
}
