package io.tollgate.edge;

import static io.tollgate.edge.ScriptedHttp2Upstream.ACK;
import static io.tollgate.edge.ScriptedHttp2Upstream.INITIAL_WINDOW_SIZE;
import static io.tollgate.edge.ScriptedHttp2Upstream.PING;
import static io.tollgate.edge.ScriptedHttp2Upstream.SETTINGS;
import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.edge.ScriptedHttp2Upstream.Peer;
import io.tollgate.key.Secret;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.Awaiting;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * A connection by HTTP/2 from which nothing comes any more: is it dead, or is the upstream slow?
 */
class Http2LivenessTest {
  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;

  @BeforeAll
  static void makeKey() {
    key = STORES.keys.everywhere();
  }

  private static RunningGateway gateway(ProxyConfig proxy, Route route) {
    return STORES.oneLoop(proxy, route);
  }

  /** Makes one that answers whatever comes, and says by which of its connections. */
  private static ScriptedHttp2Upstream answering() {
    return new ScriptedHttp2Upstream(
        (peer, index) -> {
          Http2FaultsTest.greet(peer);
          while (true) {
            peer.answer(peer.readRequest().id(), "by " + index);
          }
        });
  }

  private static CompletableFuture<HttpResponse<String>> async(
      Supplier<HttpResponse<String>> asked) {
    return CompletableFuture.supplyAsync(asked, Thread::startVirtualThread);
  }

  @TestThatWaits
  void a_connection_whose_flow_is_lost_ends_and_only_what_may_be_repeated_is() throws Exception {
    try (var upstream = answering();
        var relay = new LosingRelay(upstream.port());
        var edge = gateway(ProxyConfig.DEFAULTS, relay.route())) {
      assertThat(edge.get("/", key).body()).isEqualTo("by 0");
      relay.lose();
      var safe = async(() -> edge.get("/", key));
      var once = async(() -> edge.send(Http2FaultsTest.post(edge, key, "")));
      assertThat(safe.get(15, SECONDS).body()).isEqualTo("by 1");
      assertThat(once.get(15, SECONDS).statusCode()).isEqualTo(502);
      assertThat(edge.get("/", key).body()).isEqualTo("by 1");
      assertThat(upstream.connections).hasValue(2);
      assertThat(upstream.requests).as("the POST was lost, and not sent again").hasValue(3);
    }
  }

  @TestThatWaits
  void requests_go_elsewhere_as_soon_as_a_connection_is_in_doubt() {
    ProxyConfig impatient = Http2ConnectionFaultsTest.answeringWithin(Duration.ofMillis(500));
    try (var upstream = answering();
        var relay = new LosingRelay(upstream.port());
        var edge = gateway(impatient, relay.route())) {
      assertThat(edge.get("/", key).body()).isEqualTo("by 0");
      relay.lose();
      Awaiting.until("requests succeed again", () -> edge.get("/", key).statusCode() == 200);
      assertThat(upstream.connections).hasValue(2);
    }
  }

  @TestThatWaits
  void a_connection_on_which_only_the_application_is_slow_is_kept() throws Exception {
    var pinged = new CountDownLatch(1);
    try (var upstream =
            new ScriptedHttp2Upstream(
                (peer, index) -> {
                  Http2FaultsTest.greet(peer);
                  int slow = peer.readRequest().id();
                  acknowledgePing(peer);
                  // Its acknowledgement tells that ours has been read as well.
                  peer.settings(INITIAL_WINDOW_SIZE, 65_535);
                  while ((peer.read(SETTINGS).flags() & ACK) == 0) {
                    continue;
                  }
                  pinged.countDown();
                  int slower = peer.readRequest().id();
                  acknowledgePing(peer);
                  peer.answer(slow, "by " + index);
                  peer.answer(slower, "by " + index);
                  peer.awaitEnd();
                });
        var edge = gateway(ProxyConfig.DEFAULTS, upstream.route("/"))) {
      var slow = async(() -> edge.get("/", key));
      assertThat(pinged.await(10, SECONDS)).isTrue();
      var slower = async(() -> edge.get("/", key));
      assertThat(slow.get(20, SECONDS).body()).isEqualTo("by 0");
      assertThat(slower.get(20, SECONDS).body()).isEqualTo("by 0");
      assertThat(upstream.connections).hasValue(1);
    }
  }

  private static void acknowledgePing(Peer peer) throws IOException {
    byte[] opaque = new byte[8];
    peer.read(PING).payload().readBytes(opaque);
    peer.write(PING, ACK, 0, opaque);
  }
}
