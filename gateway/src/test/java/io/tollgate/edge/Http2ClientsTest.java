package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.tollgate.edge.RawHttp2.Frame;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.tollgate.tls.ClientCertificates;
import io.tollgate.tls.Identity;
import io.tollgate.tls.ListenerTls;
import io.tollgate.tls.TestAuthority;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Clients that others have written, and what becomes of their connections. */
class Http2ClientsTest {
  private static final int MEBIBYTE = 1024 * 1024;

  @TempDir static Path directory;
  private static TestAuthority authority;
  private static ListenerTls tls;
  private static TestPostgres postgres;
  private static TestRedis redis;
  private static StoredKeys keys;
  private static Secret key;
  private static EchoUpstream upstream;

  @BeforeAll
  static void start() {
    authority = new TestAuthority(directory);
    Identity gate = authority.issue("gate");
    tls = new ListenerTls(gate, null, ClientCertificates.REQUIRED);
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    keys = new StoredKeys(postgres, redis);
    key = keys.everywhere();
    upstream = new EchoUpstream();
  }

  @AfterAll
  static void stop() {
    upstream.close();
    redis.close();
    postgres.close();
  }

  private static EdgeConfig config() {
    return new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(5), ClientBounds.DEFAULTS);
  }

  private static RunningGateway gateway(EdgeConfig config, Route... routes) {
    return new RunningGateway(
        postgres, redis, config, ProxyConfig.DEFAULTS, LimitConfig.UNLIMITED, routes);
  }

  private static RunningGateway byTls() {
    return gateway(config().with(tls), upstream.route("/"));
  }

  private static RunningGateway cleartext(Route... routes) {
    return gateway(config().with(Http2Bounds.DEFAULTS.withCleartext()), routes);
  }

  private static HttpRequest.Builder request(RunningGateway edge, String path) {
    return HttpRequest.newBuilder(URI.create("https://localhost:" + edge.gateway.port() + path))
        .timeout(Duration.ofSeconds(30))
        .header("X-API-Key", key.reveal());
  }

  @Test
  void the_client_of_the_jdk_has_fifty_requests_answered_on_one_connection() throws Exception {
    try (var edge = byTls();
        HttpClient client = HttpClient.newBuilder().sslContext(authority.trusting()).build()) {
      HttpRequest first = request(edge, "/").build();
      assertThat(client.send(first, HttpResponse.BodyHandlers.ofString()).statusCode())
          .isEqualTo(200);
      List<CompletableFuture<HttpResponse<String>>> sent =
          IntStream.range(0, 50)
              .mapToObj(
                  i ->
                      client.sendAsync(
                          request(edge, "/" + i).build(), HttpResponse.BodyHandlers.ofString()))
              .toList();
      for (CompletableFuture<HttpResponse<String>> answer : sent) {
        assertThat(answer.join().statusCode()).isEqualTo(200);
        assertThat(answer.join().version()).isEqualTo(HttpClient.Version.HTTP_2);
      }
      assertThat(edge.counted("tollgate.edge.connections", "protocol", "h2")).isEqualTo(1);
    }
  }

  @Test
  void large_bodies_pass_both_ways_whole() throws Exception {
    String body = "0123456789abcdef".repeat(4 * MEBIBYTE / 16);
    try (var edge = byTls();
        HttpClient client = HttpClient.newBuilder().sslContext(authority.trusting()).build()) {
      HttpResponse<String> answer =
          client.send(
              request(edge, "/").POST(HttpRequest.BodyPublishers.ofString(body)).build(),
              HttpResponse.BodyHandlers.ofString());
      JsonObject seen = new JsonObject(answer.body());
      assertThat(seen.getString("body")).isEqualTo(body);
      assertThat(seen.getJsonObject("headers").getJsonArray("x-forwarded-proto"))
          .containsExactly("https");
    }
  }

  @Test
  void where_it_is_turned_off_http1_is_spoken() throws Exception {
    Http2Bounds defaults = Http2Bounds.DEFAULTS;
    var off =
        new Http2Bounds(
            false,
            false,
            defaults.streamsMax(),
            defaults.resetsMax(),
            defaults.controlFramesMax(),
            defaults.streamWindowBytes(),
            defaults.connectionWindowBytes());
    try (var edge = gateway(config().with(tls).with(off), upstream.route("/"));
        HttpClient client = HttpClient.newBuilder().sslContext(authority.trusting()).build()) {
      HttpResponse<String> answer =
          client.send(request(edge, "/").build(), HttpResponse.BodyHandlers.ofString());
      assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_1_1);
    }
  }

  @Test
  void without_tls_it_is_not_spoken_unless_that_is_asked_for() {
    try (var edge = gateway(config(), upstream.route("/"));
        var client = new RawHttp2(edge.gateway.port())) {
      client.raw(RawHttp2.PREFACE).flush();
      assertThat(RawClient.raw(edge.gateway.port(), RawHttp2.PREFACE)).startsWith("HTTP/1.1 505 ");
    }
  }

  @Test
  void no_upgrade_leads_to_it() {
    try (var edge = cleartext(upstream.route("/"))) {
      String answer =
          RawClient.exchange(
              edge.gateway.port(),
              "GET / HTTP/1.1",
              "X-API-Key: " + key.reveal() + "\r\n",
              "Connection: Upgrade, HTTP2-Settings\r\n"
                  + "Upgrade: h2c\r\n"
                  + "HTTP2-Settings: AAMAAABk\r\n");
      assertThat(answer).startsWith("HTTP/1.1 200 ");
    }
  }

  @Test
  void curl_speaks_it() throws Exception {
    assumeTrue(
        isThere("curl") && curl("--version").contains("HTTP2"),
        "this machine has no curl that knows HTTP/2");
    try (var edge = byTls()) {
      String told =
          curl(
              "-sS",
              "-k",
              "-m",
              "20",
              "-H",
              "X-API-Key: " + key.reveal(),
              "-d",
              "from curl",
              "-w",
              " %{http_version} %{http_code}",
              "https://127.0.0.1:" + edge.gateway.port() + "/");
      assertThat(told).contains("from curl").endsWith(" 2 200");
    }
  }

  @Test
  void h2load_has_all_answered_on_few_connections() throws Exception {
    assumeTrue(isThere("h2load"), "this machine has no h2load");
    try (var edge = byTls()) {
      String told =
          run(
              "h2load",
              "-n2000",
              "-c4",
              "-m32",
              "-Hx-api-key: " + key.reveal(),
              "https://127.0.0.1:" + edge.gateway.port() + "/");
      assertThat(told).contains("2000 succeeded, 0 failed").contains("status codes: 2000 2xx");
      assertThat(edge.counted("tollgate.edge.connections", "protocol", "h2")).isEqualTo(4);
    }
  }

  private static boolean isThere(String program) {
    return Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
        .anyMatch(directory -> Files.isExecutable(Path.of(directory, program)));
  }

  private static String curl(String... options) throws Exception {
    List<String> command = new ArrayList<>(List.of("curl"));
    command.addAll(List.of(options));
    return run(command.toArray(String[]::new));
  }

  private static String run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String told = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
    return told;
  }

  @Test
  void a_stream_whose_key_is_revoked_is_cut_and_the_others_live_on() throws Exception {
    var ended = new CountDownLatch(1);
    try (var endless =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nhi\r\n");
                  peer.awaitEnd();
                  ended.countDown();
                });
        var edge = cleartext(upstream.route("/"), endless.route("/endless"));
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      Secret lost = keys.everywhere();
      client.headers(1, true, RawHttp2.request(lost, "GET", "/endless")).flush();
      while (client.next().type != RawHttp2.DATA) {
        continue;
      }
      keys.revokeInPostgres(lost);
      assertThat(ended.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(client.answer(1).outcome()).isEqualTo("reset CANCEL");
      assertThat(client.headers(3, true, RawHttp2.request(key, "GET", "/")).answer(3).outcome())
          .isEqualTo("200");
    }
  }

  @Test
  void a_stop_is_told_and_requests_under_way_are_answered() throws Exception {
    var asked = new CountDownLatch(1);
    var released = new CountDownLatch(1);
    try (var slow =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  asked.countDown();
                  awaitUninterruptibly(released);
                  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi");
                  peer.awaitEnd();
                });
        var edge = cleartext(slow.route("/"));
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      client.headers(1, true, RawHttp2.request(key, "GET", "/")).flush();
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      Future<Void> stopped = edge.gateway.stop();
      assertThat(lastStreamTold(client)).isEqualTo(Integer.MAX_VALUE);
      assertThat(lastStreamTold(client)).isEqualTo(1);
      released.countDown();
      assertThat(client.answer(1).body.toString()).isEqualTo("hi");
      assertThat(client.read()).isNull();
      RunningGateway.await(stopped);
    }
  }

  private static int lastStreamTold(RawHttp2 client) {
    Frame frame = client.next();
    while (frame.type != RawHttp2.GOAWAY) {
      frame = client.next();
    }
    return frame.number(0);
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void what_a_client_says_of_itself_is_believed_no_more_than_by_http1() {
    try (var edge = cleartext(upstream.route("/"));
        RawHttp2 client = RawHttp2.open(edge.gateway.port())) {
      String[] forged =
          RawHttp2.request(
              key,
              "GET",
              "/",
              "tollgate-subject",
              "forged",
              "tollgate_key_id",
              "forged",
              "x-forwarded-for",
              "192.0.2.1",
              "forwarded",
              "for=192.0.2.1",
              "transfer_encoding",
              "chunked",
              "x-original-url",
              "/admin",
              "x-http-method-override",
              "DELETE",
              "proxy",
              "forged");
      JsonObject fields =
          new JsonObject(client.headers(1, true, forged).answer(1).body.toString())
              .getJsonObject("headers");
      assertThat(fields.getJsonArray("x-forwarded-for")).containsExactly("127.0.0.1");
      assertThat(fields.encode()).doesNotContain("forged");
      assertThat(fields.fieldNames())
          .doesNotContain(
              "forwarded",
              "transfer_encoding",
              "x-original-url",
              "x-http-method-override",
              "tollgate_key_id");
    }
  }
}
