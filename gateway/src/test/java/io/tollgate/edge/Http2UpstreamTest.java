package io.tollgate.edge;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.UpstreamProtocol;
import io.vertx.core.json.JsonObject;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** A client by HTTP/1.1 is served by an upstream by HTTP/2, and can't tell. */
class Http2UpstreamTest {
  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;

  @BeforeAll
  static void makeKey() {
    key = STORES.keys.everywhere();
  }

  private static RunningGateway gateway(Route... routes) {
    return STORES.oneLoop(ProxyConfig.DEFAULTS, routes);
  }

  private static HttpRequest.Builder request(RunningGateway edge, String target) {
    return HttpRequest.newBuilder(edge.uri(target))
        .header("Authorization", "Bearer " + key.reveal());
  }

  private static Route toHttp2(EchoUpstream upstream) {
    return upstream.route("/").speaking(UpstreamProtocol.HTTP2);
  }

  @Test
  void a_request_arrives_as_it_was_asked() {
    try (var upstream = new EchoUpstream();
        var edge = gateway(toHttp2(upstream))) {
      HttpResponse<String> answer =
          edge.send(
              request(edge, "/a/b?c=d")
                  .header("X-Custom", "one")
                  .method("PUT", BodyPublishers.ofString("body")));
      assertThat(answer.statusCode()).isEqualTo(200);
      assertThat(answer.headers().firstValue("x-upstream")).hasValue("echo");
      assertThat(answer.headers().firstValue("tollgate-key-id")).isEmpty();
      var seen = new JsonObject(answer.body());
      assertThat(seen.getString("method")).isEqualTo("PUT");
      assertThat(seen.getString("target")).isEqualTo("/a/b?c=d");
      assertThat(seen.getString("body")).isEqualTo("body");
      JsonObject headers = seen.getJsonObject("headers");
      assertThat(headers.fieldNames())
          .contains("x-custom", "tollgate-key-id", "x-forwarded-for", "content-length")
          .doesNotContain("authorization", "connection", "transfer-encoding", "te");
    }
  }

  @Test
  void large_bodies_pass_both_ways() {
    String body = "x".repeat(4 << 20);
    try (var upstream = new EchoUpstream();
        var edge = gateway(toHttp2(upstream))) {
      HttpResponse<String> answer =
          edge.send(request(edge, "/").POST(BodyPublishers.ofString(body)));
      assertThat(new JsonObject(answer.body()).getString("body")).isEqualTo(body);
    }
  }

  @Test
  void a_body_of_unknown_length_passes() {
    try (var upstream = new EchoUpstream();
        var edge = gateway(toHttp2(upstream))) {
      byte[] body = "piece".getBytes(StandardCharsets.US_ASCII);
      var pieces = BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body));
      HttpResponse<String> answer = edge.send(request(edge, "/").POST(pieces));
      assertThat(new JsonObject(answer.body()).getString("body")).isEqualTo("piece");
    }
  }

  @Test
  void many_requests_share_one_connection() throws Exception {
    int count = 20;
    var allAsked = new CountDownLatch(count);
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  peer.settings(ScriptedHttp2Upstream.MAX_CONCURRENT_STREAMS, 100);
                  List<Integer> ids = new ArrayList<>();
                  for (int i = 0; i < count; i++) {
                    ids.add(peer.readRequest().id());
                    allAsked.countDown();
                  }
                  for (int id : ids.reversed()) {
                    peer.answer(id, "for " + id);
                  }
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      List<CompletableFuture<HttpResponse<String>>> answers = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        answers.add(
            CompletableFuture.supplyAsync(() -> edge.get("/", key), Thread::startVirtualThread));
      }
      assertThat(allAsked.await(10, SECONDS)).isTrue();
      for (var answer : answers) {
        assertThat(answer.get(10, SECONDS).body()).startsWith("for ");
      }
      assertThat(upstream.connections).hasValue(1);
    }
  }

  @Test
  void an_upstream_that_takes_few_streams_gets_more_connections() throws Exception {
    var asked = new CountDownLatch(2);
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  peer.settings(ScriptedHttp2Upstream.MAX_CONCURRENT_STREAMS, 1);
                  int id = peer.readRequest().id();
                  asked.countDown();
                  try {
                    asked.await();
                  } catch (InterruptedException e) {
                    throw new IllegalStateException(e);
                  }
                  peer.answer(id, "by " + index);
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      var first =
          CompletableFuture.supplyAsync(() -> edge.get("/", key), Thread::startVirtualThread);
      assertThat(edge.get("/", key).statusCode()).isEqualTo(200);
      assertThat(first.get(10, SECONDS).statusCode()).isEqualTo(200);
      assertThat(upstream.connections).hasValue(2);
    }
  }

  @Test
  void an_answer_without_a_length_is_chunked() throws Exception {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  peer.settings(ScriptedHttp2Upstream.MAX_CONCURRENT_STREAMS, 100);
                  int id = peer.readRequest().id();
                  peer.headers(id, false, ":status", "103", "link", "</a>");
                  peer.headers(id, false, ":status", "200", "x-some", "thing");
                  peer.data(id, false, "one");
                  peer.data(id, false, "two");
                  peer.headers(id, true, "grpc-status", "0");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      assertThat(raw(edge, "GET"))
          .startsWith("HTTP/1.1 200 \r\n")
          .contains("x-some: thing\r\n", "transfer-encoding: chunked\r\n")
          .contains("one", "two")
          .endsWith("0\r\n\r\n")
          .doesNotContain("grpc-status", "link");
    }
  }

  @Test
  void an_answer_that_ends_with_its_head_has_no_body() throws Exception {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  peer.settings(ScriptedHttp2Upstream.MAX_CONCURRENT_STREAMS, 100);
                  peer.headers(peer.readRequest().id(), true, ":status", "404");
                  peer.headers(
                      peer.readRequest().id(), true, ":status", "200", "content-length", "12");
                  peer.headers(peer.readRequest().id(), true, ":status", "204");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      assertThat(raw(edge, "GET"))
          .startsWith("HTTP/1.1 404 \r\n")
          .contains("content-length: 0\r\n")
          .endsWith("\r\n\r\n");
      assertThat(raw(edge, "HEAD"))
          .startsWith("HTTP/1.1 200 \r\n")
          .contains("content-length: 12\r\n")
          .endsWith("\r\n\r\n");
      assertThat(raw(edge, "GET"))
          .startsWith("HTTP/1.1 204 \r\n")
          .doesNotContain("content-length", "chunked");
      assertThat(upstream.connections).hasValue(1);
    }
  }

  @Test
  void a_call_that_ends_with_its_head_tells_its_status_and_when_to_retry() throws Exception {
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  peer.settings(ScriptedHttp2Upstream.MAX_CONCURRENT_STREAMS, 100);
                  peer.headers(
                      peer.readRequest().id(),
                      true,
                      ":status",
                      "200",
                      "grpc-status",
                      "14",
                      "grpc-retry-pushback-ms",
                      "250");
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"))) {
      assertThat(raw(edge, "POST"))
          .startsWith("HTTP/1.1 200 \r\n")
          .contains("grpc-status: 14\r\n", "grpc-retry-pushback-ms: 250\r\n")
          .endsWith("\r\n\r\n");
    }
  }

  private static String raw(RunningGateway edge, String method) throws Exception {
    try (var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      client.setSoTimeout(10_000);
      String head =
          method
              + " / HTTP/1.1\r\nHost: t\r\nConnection: close\r\nX-API-Key: "
              + key.reveal()
              + "\r\n\r\n";
      client.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
      InputStream input = client.getInputStream();
      return new String(input.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }
}
