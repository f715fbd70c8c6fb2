package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.Awaiting;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.json.JsonObject;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Bodies stream both ways, with back-pressure, and only once it is known who asks. */
class StreamingTest {
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static Secret key;

  @BeforeAll
  static void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere();
  }

  @AfterAll
  static void stop() {
    redis.close();
    postgres.close();
  }

  private static RunningGateway gateway(Route... routes) {
    return new RunningGateway(postgres, redis, routes);
  }

  private static HttpRequest.Builder request(RunningGateway edge, String target) {
    return HttpRequest.newBuilder(edge.uri(target))
        .header("Authorization", "Bearer " + key.reveal());
  }

  private static String head(String method, String... headers) {
    return method
        + " / HTTP/1.1\r\nHost: t\r\nX-API-Key: "
        + key.reveal()
        + "\r\n"
        + String.join("", headers)
        + "\r\n";
  }

  @Test
  void a_client_that_does_not_read_holds_the_upstream_back() throws Exception {
    var sent = new AtomicLong();
    var blocked = new CountDownLatch(1);
    byte[] piece = new byte[64 * 1024];
    long total = 1L << 30;
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write("HTTP/1.1 200 OK\r\nContent-Length: " + total + "\r\n\r\n");
                  peer.socket().setSendBufferSize(64 * 1024);
                  while (sent.get() < total) {
                    peer.output().write(piece);
                    sent.addAndGet(piece.length);
                  }
                  blocked.countDown();
                });
        var edge = gateway(upstream.route("/"));
        var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      client.getOutputStream().write(head("GET").getBytes(StandardCharsets.US_ASCII));
      assertThat(blocked.await(1, TimeUnit.SECONDS)).isFalse();
      // What fits the socket buffers and the gateway's own, not the gibibyte.
      assertThat(sent.get()).isBetween(1L, 64L << 20);
    }
  }

  @Test
  void a_client_that_leaves_ends_the_exchange_upstream() throws Exception {
    var asked = new CountDownLatch(1);
    var ended = new CountDownLatch(1);
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  asked.countDown();
                  peer.awaitEnd();
                  ended.countDown();
                });
        var edge =
            new RunningGateway(
                postgres,
                redis,
                ProxyConfig.DEFAULTS,
                LimitConfig.UNLIMITED,
                upstream.route("/"))) {
      try (var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
        client.getOutputStream().write(head("GET").getBytes(StandardCharsets.US_ASCII));
        assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }

  @Test
  void the_body_is_asked_for_only_once_the_key_is_known() throws Exception {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream.route("/"));
        var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      client.setSoTimeout(10_000);
      String head =
          head("PUT", "Expect: 100-continue\r\nContent-Length: 4\r\nConnection: close\r\n");
      client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      InputStream input = client.getInputStream();
      String first = new String(input.readNBytes(25), StandardCharsets.US_ASCII);
      assertThat(first).isEqualTo("HTTP/1.1 100 Continue\r\n\r\n");
      client.getOutputStream().write("body".getBytes(StandardCharsets.US_ASCII));
      String answer = new String(input.readAllBytes(), StandardCharsets.US_ASCII);
      assertThat(answer).startsWith("HTTP/1.1 200").contains("\"body\":\"body\"");
    }
  }

  @Test
  void a_refused_request_is_not_asked_for_its_body() {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream.route("/"))) {
      String answer =
          RawClient.exchange(
              edge.gateway.port(),
              "PUT / HTTP/1.1",
              "Expect: 100-continue\r\nContent-Length: 4\r\nX-API-Key: wrong\r\n");
      assertThat(answer).startsWith("HTTP/1.1 401").doesNotContain("100 Continue");
    }
  }

  @Test
  void chunked_bodies_pass_both_ways() {
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  String head = peer.readHead();
                  assertThat(head.toLowerCase(java.util.Locale.ROOT))
                      .contains("transfer-encoding: chunked")
                      .doesNotContain("content-length");
                  while (!peer.reader().readLine().equals("0")) {
                    continue;
                  }
                  peer.write(
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                          + "3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
                });
        var edge = gateway(upstream.route("/"))) {
      HttpResponse<String> response =
          edge.send(
              request(edge, "/")
                  .POST(
                      HttpRequest.BodyPublishers.ofInputStream(
                          () -> new java.io.ByteArrayInputStream(new byte[1_000]))));
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEqualTo("abcde");
    }
  }

  @Test
  void pipelined_requests_are_answered_in_order() {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream.route("/"))) {
      String one = head("GET").replace("GET / ", "GET /one ");
      String two = head("GET", "Connection: close\r\n").replace("GET / ", "GET /two ");
      String answers = RawClient.raw(edge.gateway.port(), one + two);
      assertThat(answers.indexOf("/one")).isPositive().isLessThan(answers.indexOf("/two"));
      assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(3);
    }
  }

  @Test
  void a_body_reaches_the_upstream_whole_though_the_key_is_known_and_no_connection_is_open() {
    try (var upstream = new EchoUpstream();
        var edge = gateway(upstream.route("/"))) {
      assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
      String body = "x".repeat(100_000);
      List<CompletableFuture<HttpResponse<String>>> answers = new java.util.ArrayList<>();
      for (int i = 0; i < 16; i++) {
        answers.add(
            CompletableFuture.supplyAsync(
                () -> edge.send(request(edge, "/").POST(HttpRequest.BodyPublishers.ofString(body))),
                runnable -> Thread.startVirtualThread(runnable)));
      }
      for (CompletableFuture<HttpResponse<String>> answer : answers) {
        assertThat(new JsonObject(answer.join().body()).getString("body")).isEqualTo(body);
      }
    }
  }

  @Test
  void an_upstream_that_answers_early_gets_no_other_request_on_that_connection() throws Exception {
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  while (!peer.readHead().isEmpty()) {
                    peer.write("HTTP/1.1 413 Too Large\r\nContent-Length: 2\r\n\r\nno");
                  }
                });
        var edge = gateway(upstream.route("/"));
        var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      client.setSoTimeout(10_000);
      String half = head("POST", "Content-Length: 1000\r\n") + "only this much";
      client.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));
      String first = new String(client.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
      assertThat(first).isEqualTo("HTTP/1.1 413");
      assertThat(edge.get("/", key).statusCode()).isEqualTo(413);
      assertThat(edge.get("/", key).statusCode()).isEqualTo(413);
      // The half-fed connection was not used again, so the others needed one of their own.
      assertThat(upstream.connections.get()).isGreaterThanOrEqualTo(2);
      // Who goes on sending a body that nobody wants is cut.
      assertThat(client.getInputStream().readAllBytes()).isNotEmpty();
    }
  }

  @Test
  void half_a_chunked_body_is_not_ended_as_if_it_were_whole() {
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\nhalf\r\n");
                });
        var edge = gateway(upstream.route("/"))) {
      String answer = RawClient.raw(edge.gateway.port(), head("GET"));
      assertThat(answer).endsWith("half\r\n");
    }
  }

  @Test
  void interim_answers_are_not_taken_for_the_last() {
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write("HTTP/1.1 102 Processing\r\n\r\nHTTP/1.1 103 Early Hints\r\n\r\n");
                  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      HttpResponse<String> response = edge.get("/", key);
      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.body()).isEqualTo("ok");
    }
  }

  @Test
  void a_client_of_http_1_0_learns_the_end_by_the_connection() {
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write(
                      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      String head = head("GET", "Connection: keep-alive\r\n").replace("HTTP/1.1", "HTTP/1.0");
      String answer = RawClient.raw(edge.gateway.port(), head);
      assertThat(answer).endsWith("\r\n\r\nok").doesNotContainIgnoringCase("chunked");
    }
  }

  @Test
  void a_client_that_leaves_while_its_key_is_looked_up_is_not_forwarded() throws Exception {
    try (TestRedis frozen = TestRedis.start();
        var upstream = new EchoUpstream();
        var edge = new RunningGateway(postgres, frozen, upstream.route("/"))) {
      Secret cold = new StoredKeys(postgres, frozen).inPostgresOnly();
      assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
      int before = upstream.requests.get();
      frozen.freeze();
      try (var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
        String head = head("GET").replace(key.reveal(), cold.reveal());
        client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
        client.setSoLinger(true, 0);
      }
      Awaiting.until(
          "the exchange is over",
          () -> edge.counted("tollgate.edge.requests", "outcome", "client-gone") == 1);
      assertThat(upstream.requests).hasValue(before);
      frozen.thaw();
    }
  }
}
