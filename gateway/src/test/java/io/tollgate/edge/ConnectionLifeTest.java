package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What one side does at a bad moment costs the other, and the gateway, nothing. */
class ConnectionLifeTest {
  private static final Pattern REQUEST_ID = Pattern.compile("(?i)tollgate-request-id: (\\S+)");

  private static final byte[] IPV6_LOOPBACK = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1};
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

  private static String head(String method, String... headers) {
    return method
        + " / HTTP/1.1\r\nHost: t\r\nX-API-Key: "
        + key.reveal()
        + "\r\n"
        + String.join("", headers)
        + "\r\n";
  }

  private static void send(Socket client, String text) throws IOException {
    client.getOutputStream().write(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  private static BufferedReader reader(Socket client) throws IOException {
    return new BufferedReader(
        new InputStreamReader(client.getInputStream(), StandardCharsets.ISO_8859_1));
  }

  /** Answers that nobody reads pile up in the gateway, and cost far more than their requests. */
  @Test
  void a_client_that_asks_and_asks_and_reads_no_answer_is_not_listened_to() throws Exception {
    int requests = 100_000;
    String keyless = "GET / HTTP/1.1\r\nHost: t\r\nX-Padding: " + "x".repeat(100) + "\r\n";
    var taken = new CountDownLatch(1);
    try (var edge = oneLoop(Route.to("/", "http://127.0.0.1:1"));
        var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      client.setSoTimeout(30_000);
      Thread.startVirtualThread(
          () -> {
            try {
              for (int i = 0; i < requests / 100; i++) {
                send(client, (keyless + "\r\n").repeat(100));
              }
              send(client, keyless + "Connection: close\r\n\r\n");
              taken.countDown();
            } catch (IOException closed) {
              // The test is over.
            }
          });
      // The same event loop serves both: each of these gives the other client its turn.
      for (int turn = 0; turn < 500; turn++) {
        assertThat(edge.get("/", key).statusCode()).isEqualTo(502);
      }
      assertThat(taken.getCount()).isOne();
      assertThat(answers(client.getInputStream())).isEqualTo(requests + 1);
    }
  }

  private static RunningGateway oneLoop(Route... routes) {
    var config = new EdgeConfig("127.0.0.1", 0, 1, Duration.ofSeconds(10), ClientBounds.DEFAULTS);
    return new RunningGateway(
        postgres, redis, config, ProxyConfig.DEFAULTS, LimitConfig.UNLIMITED, routes);
  }

  /** Counts the answers until the connection's end, each of which has one problem as its body. */
  private static int answers(InputStream from) throws IOException {
    int count = 0;
    byte[] piece = new byte[64 * 1024];
    for (int read = from.read(piece); read >= 0; read = from.read(piece)) {
      for (int i = 0; i < read; i++) {
        count += piece[i] == '}' ? 1 : 0;
      }
    }
    return count;
  }

  @Test
  void a_request_that_turns_out_malformed_under_way_keeps_its_id() throws Exception {
    var seen = new CompletableFuture<String>();
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  seen.complete(peer.readHead());
                  peer.awaitEnd();
                });
        var edge = gateway(upstream.route("/"));
        var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      client.setSoTimeout(10_000);
      send(client, head("POST", "Transfer-Encoding: chunked\r\n") + "4\r\nbody\r\n");
      String upstreamHead = seen.get(10, TimeUnit.SECONDS);
      send(client, "no size\r\n");
      String answer =
          new String(client.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(answer).startsWith("HTTP/1.1 400");
      assertThat(requestId(answer)).isEqualTo(requestId(upstreamHead));
    }
  }

  private static String requestId(String head) {
    Matcher found = REQUEST_ID.matcher(head);
    assertThat(found.find()).as(head).isTrue();
    return found.group(1);
  }

  @Test
  void a_reset_is_not_taken_for_the_end_of_a_response() throws Exception {
    var halfIsThere = new CountDownLatch(1);
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write("HTTP/1.1 200 OK\r\n\r\nhalf");
                  await(halfIsThere);
                  peer.socket().setSoLinger(true, 0);
                });
        var edge = gateway(upstream.route("/"));
        var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      client.setSoTimeout(10_000);
      send(client, head("GET", "Connection: close\r\n"));
      BufferedReader answer = reader(client);
      String line = answer.readLine();
      while (!line.equals("half")) {
        line = answer.readLine();
      }
      halfIsThere.countDown();
      var rest = new StringBuilder();
      for (line = answer.readLine(); line != null; line = answer.readLine()) {
        rest.append(line).append('\n');
      }
      // No last chunk: the client is to know that it was not all.
      assertThat(rest.toString()).isEmpty();
    }
  }

  private static void await(CountDownLatch latch) {
    try {
      assertThat(latch.await(10, TimeUnit.SECONDS)).isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** What is sent unasked is there before the request that it would be taken to answer. */
  @Test
  void a_second_answer_to_one_request_does_not_answer_the_next() throws Exception {
    // As long as the first read of a connection takes, so that the rest comes with the next.
    int readBytes = 2_048;
    String start = "HTTP/1.1 200 OK\r\nContent-Length: ";
    String first = start + "1\r\nX-Padding: ";
    String padding = "x".repeat(readBytes - first.length() - "\r\n\r\n1".length());
    String unasked = start + "8\r\n\r\nsmuggled";
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  while (!peer.readHead().isEmpty()) {
                    peer.write(first + padding + "\r\n\r\n1" + unasked);
                  }
                });
        var edge = gateway(upstream.route("/"))) {
      String answers =
          RawClient.raw(edge.gateway.port(), head("GET") + head("GET", "Connection: close\r\n"));
      assertThat(answers).doesNotContain("smuggled");
      assertThat(answers.split("HTTP/1.1 200", -1)).hasSize(3);
    }
  }

  @Test
  void an_upstream_may_stand_under_an_ipv6_address() throws Exception {
    ServerSocket server;
    try {
      server = new ServerSocket(0, 8, InetAddress.getByAddress(IPV6_LOOPBACK));
    } catch (SocketException none) {
      System.out.println("not tried: this machine has no IPv6");
      return;
    }
    try (server;
        var edge = gateway(Route.to("/", "http://[::1]:" + server.getLocalPort()))) {
      var host = new CompletableFuture<String>();
      Thread.startVirtualThread(
          () -> {
            try (Socket peer = server.accept()) {
              BufferedReader request = reader(peer);
              String line = request.readLine();
              while (!line.startsWith("host: ")) {
                line = request.readLine();
              }
              host.complete(line);
              send(peer, "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
            } catch (IOException e) {
              host.completeExceptionally(e);
            }
          });
      assertThat(edge.get("/", key).body()).isEqualTo("ok");
      assertThat(host).isCompletedWithValue("host: [::1]:" + server.getLocalPort());
    }
  }

  @Test
  void an_upstream_whose_name_nobody_knows_is_502() {
    try (var edge = gateway(Route.to("/", "http://nowhere.invalid"))) {
      var answer = edge.get("/", key);
      assertThat(answer.statusCode()).isEqualTo(502);
      assertThat(answer.body()).contains("upstream-unreachable");
    }
  }
}
