package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBufAllocator;
import io.netty.buffer.ByteBufUtil;
import io.tollgate.key.Secret;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.proxy.Timeouts;
import io.tollgate.store.Awaiting;
import io.tollgate.store.StoredKeys;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/**
 * Clients and upstreams that do all that they should not, at once: whoever behaves gets exactly
 * their own answer, and afterwards nothing is held any more.
 */
class StormTest {
  private static final long SEED = 20_260_701;
  private static final int CLIENTS = 24;
  private static final int ROUNDS = 30;
  private static final int EVENT_LOOPS = 2;
  private static final int UPSTREAM_CONNECTIONS = 32;
  private static final int TOGETHER = EVENT_LOOPS * UPSTREAM_CONNECTIONS;
  private static final int CLIENT_CONNECTIONS = 256;

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

  @Test
  void whoever_behaves_gets_their_own_answer_and_afterwards_nothing_is_held() throws Exception {
    Queue<String> leaks = new ConcurrentLinkedQueue<>();
    ByteBufUtil.setLeakListener((type, records) -> leaks.add(records));
    try (var good = new StormUpstream(TOGETHER);
        var bad = new StormUpstream(TOGETHER);
        var edge = gateway(good, bad)) {
      rage(edge.gateway.port());
      assertAllPlacesAreFree(edge.gateway.port());
    }
    assertNothingLeaked(leaks);
  }

  private static RunningGateway gateway(StormUpstream good, StormUpstream bad) {
    ClientBounds clients = ClientBounds.DEFAULTS;
    var bounds =
        new ClientBounds(
            CLIENT_CONNECTIONS,
            CLIENT_CONNECTIONS,
            clients.requestLineBytesMax(),
            clients.headerBytesMax(),
            clients.headerCountMax(),
            clients.unreadHeaderBytesMax(),
            clients.headerTimeout(),
            clients.idleTimeout(),
            clients.bodyBytesPerSecondMin(),
            clients.bodyGrace(),
            clients.bodyBytesMax());
    var proxy =
        new ProxyConfig(
            Duration.ofSeconds(10),
            Duration.ofSeconds(15),
            Duration.ofSeconds(15),
            Duration.ZERO,
            UPSTREAM_CONNECTIONS,
            CLIENT_CONNECTIONS,
            ProxyConfig.DEFAULTS.headerBytesMax(),
            ProxyConfig.DEFAULTS.headerCountMax());
    return new RunningGateway(
        postgres,
        redis,
        new EdgeConfig("127.0.0.1", 0, EVENT_LOOPS, Duration.ofSeconds(5), bounds),
        proxy,
        LimitConfig.UNLIMITED,
        Route.to("/good", good.url()),
        impatient(Route.to("/bad", bad.url())),
        Route.to("/bad/patient", bad.url()));
  }

  private static Route impatient(Route route) {
    return new Route(
        route.path(),
        route.destination().first(),
        route.scopes(),
        route.methods(),
        route.credentials(),
        false,
        new Timeouts(Duration.ofMillis(300), null, null));
  }

  private static void rage(int port) {
    List<CompletableFuture<Void>> clients = new ArrayList<>();
    for (int number = 0; number < CLIENTS; number++) {
      var client = new StormClient(port, number, SEED, key);
      clients.add(CompletableFuture.runAsync(() -> rage(client), Thread::startVirtualThread));
    }
    clients.forEach(CompletableFuture::join);
  }

  private static void rage(StormClient client) {
    try {
      client.rage(ROUNDS);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  /** As many as there may be are taken again, of clients and to each upstream, all at once. */
  private static void assertAllPlacesAreFree(int port) throws IOException {
    List<Socket> clients = new ArrayList<>();
    try {
      Awaiting.until(
          "as many clients as ever are taken",
          Duration.ofSeconds(20),
          () -> {
            closeAll(clients);
            for (int i = 0; i < CLIENT_CONNECTIONS; i++) {
              clients.add(new Socket(InetAddress.getLoopbackAddress(), port));
            }
            // Who is one too many is closed without an answer.
            askAll(clients, "GET / HTTP/1.1\r\nHost: t\r\n\r\n", "HTTP/1.1 404");
            return true;
          });
      List<Socket> some = clients.subList(0, TOGETHER);
      askAll(some, waiting("/good/all"), "HTTP/1.1 200");
      askAll(some, waiting("/bad/patient"), "HTTP/1.1 200");
    } finally {
      closeAll(clients);
    }
  }

  /** A request that is answered once all upstream connections hold one. */
  private static String waiting(String path) {
    return "GET " + path + "/w HTTP/1.1\r\nHost: t\r\nX-API-Key: " + key.reveal() + "\r\n\r\n";
  }

  private static void askAll(List<Socket> clients, String request, String start)
      throws IOException {
    for (Socket client : clients) {
      client.setSoTimeout(20_000);
      client.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
    }
    for (Socket client : clients) {
      assertThat(readAnswer(client.getInputStream())).startsWith(start);
    }
  }

  /** Reads one with a length. */
  private static String readAnswer(InputStream in) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("closed");
      }
      head.append((char) b);
    }
    String lower = head.toString().toLowerCase(java.util.Locale.ROOT);
    int at = lower.indexOf("content-length: ") + "content-length: ".length();
    in.skipNBytes(Integer.parseInt(lower.substring(at, lower.indexOf('\r', at))));
    return head.toString();
  }

  private static void closeAll(List<Socket> clients) throws IOException {
    for (Socket client : clients) {
      client.close();
    }
    clients.clear();
  }

  /** A buffer is lost on purpose: once that is found, all that was lost before it was, too. */
  private static void assertNothingLeaked(Queue<String> leaks) {
    try {
      ByteBufAllocator.DEFAULT.directBuffer(1).touch("lost on purpose");
      Awaiting.until(
          "the lost buffer is found",
          () -> {
            System.gc();
            ByteBufAllocator.DEFAULT.directBuffer(1).release();
            return leaks.stream().anyMatch(leak -> leak.contains("lost on purpose"));
          });
      assertThat(leaks).allMatch(leak -> leak.contains("lost on purpose"));
    } finally {
      ByteBufUtil.setLeakListener(null);
    }
  }
}
