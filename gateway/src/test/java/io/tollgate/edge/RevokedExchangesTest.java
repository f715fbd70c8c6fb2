package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Secret;
import io.tollgate.proxy.LongLived;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.Awaiting;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * How soon what is under way ends once a revoke has returned, on real servers. That it is less than
 * a second {@link RenewalTest} shows, by a clock that no other process on the machine holds up;
 * here the figures are told.
 */
class RevokedExchangesTest {
  @RegisterExtension static final Stores STORES = new Stores();

  private static final String STREAM =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
          + "b\r\ndata: one\n\n\r\n";
  private static final Duration TOLERATED = Duration.ofSeconds(5);

  private final CountDownLatch underWay = new CountDownLatch(3);

  private void play(ScriptedUpstream.Peer peer) throws IOException {
    String head = peer.readHead();
    if (head.startsWith("GET /socket")) {
      peer.write(RawWebSocket.SWITCHED + "\r\n");
    } else if (head.startsWith("GET /events")) {
      peer.write(STREAM);
    }
    underWay.countDown();
    peer.awaitEnd();
  }

  private static String ask(RunningGateway edge, String path, Secret key) throws IOException {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), edge.gateway.port())) {
      socket.setSoTimeout(10_000);
      String head = "GET " + path + " HTTP/1.1\r\nHost: t\r\nX-API-Key: " + key.reveal();
      socket.getOutputStream().write((head + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
      InputStream from = socket.getInputStream();
      return new String(from.readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static String open(RunningGateway edge, Secret key) throws IOException {
    try (var socket = new RawWebSocket(edge.gateway.port(), key)) {
      return socket.read().close();
    }
  }

  /** Returns what the list of gateways says, which is one of the two proofs of a revoke. */
  private static boolean isConfirmed() {
    return STORES
        .postgres
        .query(
            "SELECT count(*) FROM tollgate.gateway, tollgate.change_counter"
                + " WHERE gateway.number = change_counter.number")
        .equals("1");
  }

  @Test
  void a_websocket_an_event_stream_and_a_long_poll_end_soon_after_their_key_is_revoked()
      throws Exception {
    Secret key = STORES.keys.everywhere("read");
    STORES.keys.markApplied();
    try (var upstream = new ScriptedUpstream((peer, index) -> play(peer));
        RunningGateway edge = gateway(upstream);
        ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      CompletableFuture<End> socket = ended(threads, () -> open(edge, key));
      CompletableFuture<End> stream = ended(threads, () -> ask(edge, "/events", key));
      CompletableFuture<End> poll = ended(threads, () -> ask(edge, "/poll", key));
      assertThat(underWay.await(10, TimeUnit.SECONDS)).isTrue();
      STORES.keys.revokeInPostgres(key);
      Awaiting.until("the revoke is proven", RevokedExchangesTest::isConfirmed);
      long provenNanos = System.nanoTime();
      assertThat(told("WebSocket", socket, provenNanos)).isEqualTo("1008 key-invalid");
      assertThat(told("event stream", stream, provenNanos)).endsWith("data: one\n\n\r\n");
      assertThat(told("long poll", poll, provenNanos)).startsWith("HTTP/1.1 401");
    }
  }

  private static RunningGateway gateway(ScriptedUpstream upstream) {
    Route route = upstream.route("/").with(LongLived.WEBSOCKETS);
    return STORES.gateway(ProxyConfig.DEFAULTS, route);
  }

  /** What came to the end, and when that was. */
  private record End(String text, long nanos) {}

  /** Something that blocks until it has ended. */
  private interface Ending {
    String await() throws IOException;
  }

  private static CompletableFuture<End> ended(ExecutorService threads, Ending ending) {
    return CompletableFuture.supplyAsync(
        () -> {
          try {
            String text = ending.await();
            return new End(text, System.nanoTime());
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        },
        threads);
  }

  private static String told(String what, CompletableFuture<End> awaited, long provenNanos)
      throws Exception {
    End end = awaited.get(10, TimeUnit.SECONDS);
    Duration took = Duration.ofNanos(end.nanos() - provenNanos);
    System.out.println(what + ": ended " + took.toMillis() + " ms after its key was revoked");
    assertThat(took).isLessThan(TOLERATED);
    return end.text();
  }
}
