package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.Awaiting;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What happens between a client and an upstream that may misbehave. */
class ForwardingTest {
  private static final Duration RESPONSE_TIMEOUT = Duration.ofMillis(500);
  private static final ProxyConfig IMPATIENT =
      proxy(Duration.ofMillis(500), RESPONSE_TIMEOUT, Duration.ofSeconds(2), 2, 1);
  private static final String OK = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

  private static TestPostgres postgres;
  private static TestRedis redis;
  private static StoredKeys keys;
  private static Secret key;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    keys = new StoredKeys(postgres, redis);
    key = keys.everywhere();
  }

  @AfterAll
  static void stop() {
    redis.close();
    postgres.close();
  }

  private static RunningGateway gateway(Route... routes) {
    return new RunningGateway(postgres, redis, IMPATIENT, LimitConfig.UNLIMITED, routes);
  }

  private static HttpRequest.Builder request(RunningGateway edge, String target) {
    return HttpRequest.newBuilder(edge.uri(target))
        .header("Authorization", "Bearer " + key.reveal());
  }

  private static HttpResponse<String> post(RunningGateway edge, String target) {
    return edge.send(request(edge, target).POST(HttpRequest.BodyPublishers.ofString("body")));
  }

  private static String head(String method, String... headers) {
    return method
        + " / HTTP/1.1\r\nHost: t\r\nX-API-Key: "
        + key.reveal()
        + "\r\n"
        + String.join("", headers)
        + "\r\n";
  }

  private static ProxyConfig proxy(
      Duration connect, Duration response, Duration idle, int connections, int queue) {
    ProxyConfig defaults = ProxyConfig.DEFAULTS;
    return new ProxyConfig(
        connect,
        response,
        idle,
        defaults.totalTimeout(),
        connections,
        queue,
        defaults.headerBytesMax(),
        defaults.headerCountMax());
  }

  private static void assertProblem(HttpResponse<String> response, int status, String code) {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(new JsonObject(response.body()).getString("code")).isEqualTo(code);
  }

  @Nested
  class An_upstream_that_misbehaves {
    @Test
    void down_is_502() {
      try (var edge = gateway(Route.to("/", "http://127.0.0.1:1"))) {
        assertProblem(edge.get("/", key), 502, "upstream-unreachable");
      }
    }

    @Test
    void silent_is_504_and_is_asked_once() {
      try (var upstream = new ScriptedUpstream((peer, index) -> peer.awaitEnd());
          var edge = gateway(upstream.route("/"))) {
        assertProblem(edge.get("/", key), 504, "upstream-timeout");
        assertThat(upstream.connections).hasValue(1);
      }
    }

    @Test
    void silent_after_a_whole_body_is_504() {
      try (var upstream = new ScriptedUpstream((peer, index) -> peer.awaitEnd());
          var edge = gateway(upstream.route("/"))) {
        assertProblem(post(edge, "/"), 504, "upstream-timeout");
      }
    }

    @Test
    void hanging_up_without_an_answer_is_502_after_one_retry_of_what_is_safe() {
      try (var upstream = new ScriptedUpstream((peer, index) -> peer.readHead());
          var edge = gateway(upstream.route("/"))) {
        assertProblem(edge.get("/", key), 502, "upstream-broken");
        assertThat(upstream.connections).hasValue(2);
      }
    }

    @Test
    void hanging_up_once_is_not_seen_by_the_client_of_a_get() {
      try (var upstream =
              new ScriptedUpstream(
                  (peer, index) -> {
                    peer.readHead();
                    if (index > 0) {
                      peer.write(OK);
                    }
                  });
          var edge = gateway(upstream.route("/"))) {
        HttpResponse<String> response = edge.get("/", key);
        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.body()).isEqualTo("ok");
      }
    }

    @Test
    void a_post_is_never_sent_twice() {
      try (var upstream = new ScriptedUpstream((peer, index) -> peer.readHead());
          var edge = gateway(upstream.route("/"))) {
        assertProblem(post(edge, "/"), 502, "upstream-broken");
        assertThat(upstream.connections).hasValue(1);
      }
    }

    @Test
    void what_is_no_http_is_502() {
      try (var upstream = new ScriptedUpstream((peer, index) -> peer.write("SSH-2.0-x\r\n\r\n"));
          var edge = gateway(upstream.route("/"))) {
        assertProblem(post(edge, "/"), 502, "upstream-broken");
      }
    }

    @Test
    void another_protocol_unasked_is_502() {
      try (var upstream =
              new ScriptedUpstream(
                  (peer, index) -> {
                    peer.readHead();
                    peer.write(
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n"
                            + "Connection: upgrade\r\n\r\n");
                    peer.awaitEnd();
                  });
          var edge = gateway(upstream.route("/"))) {
        assertProblem(edge.get("/", key), 502, "upstream-broken");
      }
    }

    @Test
    void half_a_body_breaks_the_clients_connection() {
      try (var upstream =
              new ScriptedUpstream(
                  (peer, index) -> {
                    peer.readHead();
                    peer.write("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf");
                  });
          var edge = gateway(upstream.route("/"))) {
        assertThatThrownBy(() -> edge.get("/", key)).hasRootCauseInstanceOf(IOException.class);
      }
    }

    @Test
    void all_connections_taken_and_a_full_queue_is_503_and_leaves_others_alone() {
      try (var silent = new ScriptedUpstream((peer, index) -> peer.awaitEnd());
          var other = new EchoUpstream();
          var edge =
              new RunningGateway(
                  postgres,
                  redis,
                  proxy(Duration.ofSeconds(5), Duration.ofSeconds(5), Duration.ofSeconds(9), 1, 1),
                  LimitConfig.UNLIMITED,
                  silent.route("/silent"),
                  other.route("/other"))) {
        List<CompletableFuture<Integer>> stuck = new java.util.ArrayList<>();
        for (int i = 0; i < 12; i++) {
          stuck.add(
              CompletableFuture.supplyAsync(
                  () -> edge.get("/silent", key).statusCode(),
                  runnable -> Thread.startVirtualThread(runnable)));
        }
        Awaiting.until(
            "the queue overflows",
            () -> stuck.stream().anyMatch(s -> s.isDone() && s.join() == 503));
        assertThat(edge.get("/other", key).statusCode()).isEqualTo(200);
        assertThat(stuck).anyMatch(s -> !s.isDone());
      }
    }
  }

  @Nested
  class Answers_without_a_body {
    private String answerTo(String method, String upstreamAnswer) {
      try (var upstream =
              new ScriptedUpstream(
                  (peer, index) -> {
                    peer.readHead();
                    peer.write(upstreamAnswer);
                    peer.awaitEnd();
                  });
          var edge = gateway(upstream.route("/"))) {
        return RawClient.raw(edge.gateway.port(), head(method, "Connection: close\r\n"));
      }
    }

    @Test
    void head_keeps_the_length_and_has_no_body() {
      String answer = answerTo("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n");
      assertThat(answer).startsWith("HTTP/1.1 200").containsIgnoringCase("content-length: 5");
      assertThat(answer).endsWith("\r\n\r\n");
    }

    @Test
    void what_head_is_refused_for_is_told_without_a_body_also_at_the_end_of_a_connection() {
      try (var upstream = new EchoUpstream();
          var edge = gateway(upstream.route("/"))) {
        String answer =
            RawClient.raw(edge.gateway.port(), head("HEAD", "Content-Length: none\r\n"));
        assertThat(answer).startsWith("HTTP/1.1 400").containsIgnoringCase("connection: close");
        assertThat(answer).containsOnlyOnce("\r\n\r\n").endsWith("\r\n\r\n");
      }
    }

    @Test
    void no_content_and_not_modified_have_none_and_no_framing() {
      for (String status : List.of("204 No Content", "304 Not Modified")) {
        String answer = answerTo("GET", "HTTP/1.1 " + status + "\r\nETag: \"x\"\r\n\r\n");
        assertThat(answer).startsWith("HTTP/1.1 " + status).endsWith("\r\n\r\n");
        assertThat(answer).doesNotContainIgnoringCase("transfer-encoding");
      }
    }
  }

  @Nested
  class Headers_of_one_hop {
    @Test
    void end_here_both_ways_with_those_that_connection_nominates() {
      var seen = new CompletableFuture<String>();
      try (var upstream =
              new ScriptedUpstream(
                  (peer, index) -> {
                    seen.complete(peer.readHead());
                    peer.write(
                        "HTTP/1.1 200 OK\r\nConnection: X-Back, close\r\nX-Back: no\r\n"
                            + "Keep-Alive: timeout=5\r\nX-Stays: yes\r\n"
                            + "Tollgate_Request-Id: forged\r\nContent-Length: 2\r\n\r\nok");
                  });
          var edge = gateway(upstream.route("/"))) {
        String answer =
            RawClient.raw(
                edge.gateway.port(),
                head(
                    "GET",
                    "Connection: close, X-Once\r\nX-Once: no\r\nTE: trailers\r\n"
                        + "Keep-Alive: 1\r\nProxy-Connection: x\r\nX-Stays: yes\r\n"));
        assertThat(answer).contains("X-Stays: yes").doesNotContain("X-Back", "timeout=5", "forged");
        String head = seen.join();
        assertThat(head).contains("X-Stays: yes");
        assertThat(head.toLowerCase(java.util.Locale.ROOT))
            .doesNotContain("x-once", "te: ", "keep-alive", "proxy-connection", key.reveal());
        assertThat(head.toLowerCase(java.util.Locale.ROOT)).contains("x-forwarded-for: 127.0.0.1");
      }
    }
  }

  @Test
  void new_routes_count_from_the_next_request_on() {
    try (var one = new EchoUpstream();
        var other = new EchoUpstream();
        var edge = gateway(one.route("/"))) {
      assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
      edge.gateway.route(List.of(other.route("/new")));
      Awaiting.until("the old route is gone", () -> edge.get("/", key).statusCode() == 404);
      assertThat(edge.get("/new", key).statusCode()).isEqualTo(200);
      assertThat(other.requests).hasValue(1);
    }
  }

  @Test
  void a_key_beyond_its_rate_gets_429_and_is_told_when_to_come_back() {
    try (var upstream = new EchoUpstream();
        var edge =
            new RunningGateway(
                postgres,
                redis,
                ProxyConfig.DEFAULTS,
                new LimitConfig(1, 2),
                upstream.route("/"))) {
      assertThat(edge.get("/", key).headers().firstValue("ratelimit-policy"))
          .contains("\"key-2\";q=2;w=2");
      HttpResponse<String> last = edge.get("/", key);
      for (int i = 0; i < 10 && last.statusCode() == 200; i++) {
        last = edge.get("/", key);
      }
      assertProblem(last, 429, "rate-limited");
      assertThat(last.headers().firstValue("retry-after")).contains("1");
      assertThat(last.headers().firstValue("ratelimit").orElseThrow())
          .startsWith("\"key-2\";r=0;t=");
      assertThat(edge.get("/", keys.everywhere()).statusCode()).isEqualTo(200);
    }
  }
}
