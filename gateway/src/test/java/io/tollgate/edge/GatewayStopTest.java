package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.store.Awaiting;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.Future;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A stop loses no request. */
class GatewayStopTest {
  private TestPostgres postgres;
  private TestRedis redis;
  private Secret key;

  @BeforeEach
  void start() {
    postgres = TestPostgres.database();
    redis = TestRedis.start();
    key = new StoredKeys(postgres, redis).everywhere();
  }

  @AfterEach
  void stop() {
    redis.close();
    postgres.close();
  }

  @Test
  void a_request_under_way_is_answered_and_then_nobody_listens() throws Exception {
    var asked = new CountDownLatch(1);
    var answer = new CountDownLatch(1);
    try (var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  asked.countDown();
                  awaitUninterruptibly(answer);
                  peer.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
                });
        var edge = new RunningGateway(postgres, redis, upstream.route("/"))) {
      int port = edge.gateway.port();
      CompletableFuture<String> response =
          CompletableFuture.supplyAsync(() -> edge.get("/", key).body());
      assertThat(asked.await(10, TimeUnit.SECONDS)).isTrue();
      Future<Void> stopped = edge.gateway.stop();
      // The answer is held back until the listener is gone, so that the stop is well under way.
      Awaiting.until("nobody listens", () -> !isListening(port));
      assertThat(stopped.isComplete()).isFalse();
      assertThat(response.isDone()).isFalse();
      answer.countDown();
      assertThat(response.get(10, TimeUnit.SECONDS)).isEqualTo("ok");
      RunningGateway.await(stopped);
    }
  }

  @Test
  void a_body_that_nobody_wants_does_not_keep_the_gateway_from_stopping() throws Exception {
    var patient = new EdgeConfig("127.0.0.1", 0, 1, Duration.ofMinutes(10), ClientBounds.DEFAULTS);
    try (var upstream = new EchoUpstream();
        var edge =
            new RunningGateway(
                postgres,
                redis,
                patient,
                ProxyConfig.DEFAULTS,
                LimitConfig.UNLIMITED,
                upstream.route("/"));
        var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      int port = edge.gateway.port();
      String half = "POST / HTTP/1.1\r\nHost: t\r\nContent-Length: 8\r\n\r\nhalf";
      client.getOutputStream().write(half.getBytes(StandardCharsets.US_ASCII));
      assertThat(client.getInputStream().readNBytes(12)).asString().isEqualTo("HTTP/1.1 401");
      Future<Void> stopped = edge.gateway.stop();
      Awaiting.until("nobody listens", () -> !isListening(port));
      client.getOutputStream().write("half".getBytes(StandardCharsets.US_ASCII));
      RunningGateway.await(stopped);
    }
  }

  private static boolean isListening(int port) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      return socket.isConnected();
    } catch (ConnectException refused) {
      return false;
    }
  }

  private static void awaitUninterruptibly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void clients_on_kept_connections_are_told_and_lose_nothing() throws Exception {
    try (var upstream = new EchoUpstream();
        var edge = new RunningGateway(postgres, redis, upstream.route("/"))) {
      int port = edge.gateway.port();
      var lost = new AtomicInteger();
      var answered = new AtomicInteger();
      var busy = new CountDownLatch(8);
      Thread[] clients = new Thread[8];
      for (int i = 0; i < clients.length; i++) {
        clients[i] = Thread.startVirtualThread(() -> load(port, answered, lost, busy));
      }
      assertThat(busy.await(10, TimeUnit.SECONDS)).isTrue();
      RunningGateway.await(edge.gateway.stop());
      for (Thread client : clients) {
        client.join(10_000);
        assertThat(client.isAlive()).isFalse();
      }
      assertThat(lost).hasValue(0);
      assertThat(answered.get()).isGreaterThan(8);
    }
  }

  /**
   * Sends one request after the other until told that the connection ends. As behind a balancer
   * that has seen the gateway unready, no new connection is made then.
   */
  private void load(int port, AtomicInteger answered, AtomicInteger lost, CountDownLatch busy) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      var reader =
          new BufferedReader(
              new InputStreamReader(socket.getInputStream(), StandardCharsets.ISO_8859_1));
      while (exchange(socket, reader, answered, lost)) {
        busy.countDown();
      }
    } catch (IOException broken) {
      lost.incrementAndGet();
    }
  }

  /** Returns whether the connection may be used again. */
  private boolean exchange(
      Socket socket, BufferedReader reader, AtomicInteger answered, AtomicInteger lost)
      throws IOException {
    String request = "GET / HTTP/1.1\r\nHost: t\r\nX-API-Key: " + key.reveal() + "\r\n\r\n";
    socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    String line = reader.readLine();
    if (line == null) {
      lost.incrementAndGet();
      return false;
    }
    assertThat(line).startsWith("HTTP/1.1 200");
    boolean keep = true;
    int length = 0;
    for (line = reader.readLine(); line != null && !line.isEmpty(); line = reader.readLine()) {
      String lower = line.toLowerCase(java.util.Locale.ROOT);
      keep &= !lower.equals("connection: close");
      if (lower.startsWith("content-length: ")) {
        length = Integer.parseInt(lower.substring("content-length: ".length()));
      }
    }
    assertThat(reader.skip(length)).isEqualTo(length);
    answered.incrementAndGet();
    return keep;
  }
}
