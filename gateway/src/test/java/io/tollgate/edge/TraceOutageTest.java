package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.store.Awaiting;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.tollgate.trace.TestCollector;
import io.tollgate.trace.TraceConfig;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Requests know nothing of how the collector does, and nothing is sent where none is named. */
class TraceOutageTest {
  private static final String DROPPED = "tollgate.trace.spans.dropped";
  private static final String PARENT = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;
  private static EchoUpstream upstream;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere();
    upstream = new EchoUpstream();
  }

  @AfterAll
  static void stop() {
    upstream.close();
    redis.close();
    postgres.close();
  }

  private static RunningGateway tracing(TraceConfig config) {
    return RunningGateway.tracing(postgres, redis, config, upstream.route("/"));
  }

  private static List<String> threads() {
    return Thread.getAllStackTraces().keySet().stream()
        .map(Thread::getName)
        .filter(name -> name.startsWith("trace-"))
        .toList();
  }

  @Test
  void requests_go_on_while_nobody_collects_and_what_is_lost_is_counted() {
    TraceConfig config;
    try (var gone = TestCollector.start()) {
      config = gone.config(16, Duration.ofMillis(300));
    }
    try (var edge = tracing(config)) {
      Awaiting.until(
          "spans are dropped",
          () -> {
            assertThat(edge.get("/a", key).statusCode()).isEqualTo(200);
            return edge.counted(DROPPED, "reason", "export-failed") > 0;
          });
      assertThat(edge.get("/b", key).statusCode()).isEqualTo(200);
    }
  }

  @Test
  void requests_go_on_while_the_collector_is_silent_and_the_queue_is_full() {
    try (var silent = TestCollector.answering(TestCollector.SILENT);
        var edge = tracing(silent.config(16, Duration.ofSeconds(2)))) {
      Awaiting.until(
          "a batch is under way and the queue is full",
          () -> {
            assertThat(edge.get("/a", key).statusCode()).isEqualTo(200);
            return silent.requests() == 1 && edge.counted(DROPPED, "reason", "queue-full") > 0;
          });
    }
  }

  @Test
  void a_stop_sends_what_is_left() {
    try (var collector = TestCollector.start()) {
      try (var edge = tracing(collector.config())) {
        edge.get("/a", key);
      }
      assertThat(collector.spans()).hasSizeGreaterThanOrEqualTo(2);
    }
  }

  @Test
  void without_an_endpoint_no_thread_runs_and_the_clients_trace_passes_as_it_came() {
    try (var edge = tracing(TraceConfig.OFF)) {
      String body =
          edge.send(
                  HttpRequest.newBuilder(edge.uri("/a"))
                      .header("X-API-Key", key.reveal())
                      .header("traceparent", PARENT))
              .body();
      assertThat(new JsonObject(body).getJsonObject("headers").getJsonArray("traceparent"))
          .containsExactly(PARENT);
      assertThat(threads()).isEmpty();
      assertThat(edge.metrics.find(DROPPED).counters()).isEmpty();
    }
  }
}
