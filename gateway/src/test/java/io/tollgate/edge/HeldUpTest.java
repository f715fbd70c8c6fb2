package io.tollgate.edge;

import static java.util.concurrent.TimeUnit.MILLISECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.util.concurrent.EventExecutor;
import io.tollgate.limit.LimitConfig;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Timeouts;
import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.internal.VertxInternal;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.Test;

/** What becomes of requests that come while the gateway is held up, as by a pause of its JVM. */
class HeldUpTest {
  private static final Duration TOTAL = Duration.ofSeconds(2);

  /** A pre-flight waits for no store: it is forwarded in the very turn in which it is read. */
  private static final String PREFLIGHT =
      "OPTIONS / HTTP/1.1\r\nHost: t\r\nOrigin: https://a.example\r\n"
          + "Access-Control-Request-Method: GET\r\n\r\n";

  private static void ask(Socket client) throws Exception {
    client.getOutputStream().write(PREFLIGHT.getBytes(StandardCharsets.US_ASCII));
  }

  private static String status(InputStream answers) throws Exception {
    return new String(answers.readNBytes(12), StandardCharsets.US_ASCII);
  }

  /** Holds up all event loops for so long, and returns when all of them are. */
  private static void holdUp(RunningGateway edge, Duration time) throws InterruptedException {
    List<EventExecutor> loops = new ArrayList<>();
    ((VertxInternal) edge.vertx).nettyEventLoopGroup().forEach(loops::add);
    var held = new CountDownLatch(loops.size());
    var never = new CountDownLatch(1);
    for (EventExecutor loop : loops) {
      loop.execute(
          () -> {
            held.countDown();
            try {
              assertThat(never.await(time.toMillis(), MILLISECONDS)).isFalse();
            } catch (InterruptedException stopped) {
              Thread.currentThread().interrupt();
            }
          });
    }
    held.await();
  }

  @Test
  void their_deadlines_begin_when_they_are_read() throws Exception {
    String answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
    try (var postgres = TestPostgres.database();
        var redis = TestRedis.start();
        var upstream =
            new ScriptedUpstream(
                (peer, index) -> {
                  while (!peer.readHead().isEmpty()) {
                    peer.write(answer);
                  }
                });
        var edge =
            new RunningGateway(
                postgres,
                redis,
                ProxyConfig.DEFAULTS,
                LimitConfig.UNLIMITED,
                ClientBoundsTest.withPreflights(
                    upstream.route("/").within(new Timeouts(null, null, TOTAL))));
        var client = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      client.setSoTimeout(10_000);
      InputStream answers = client.getInputStream();
      ask(client);
      assertThat(status(answers)).isEqualTo("HTTP/1.1 200");
      holdUp(edge, TOTAL.plusMillis(500));
      ask(client);
      assertThat(RawClient.until(answers, "\r\n\r\n")).isNotEmpty();
      assertThat(status(answers)).isEqualTo("HTTP/1.1 200");
    }
  }
}
