package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.access.Scopes;
import io.tollgate.key.Secret;
import io.tollgate.proxy.LongLived;
import io.tollgate.proxy.ProxyConfig;
import io.tollgate.proxy.Route;
import io.tollgate.store.Awaiting;
import io.vertx.core.http.WebSocketClient;
import io.vertx.core.http.WebSocketClientOptions;
import io.vertx.core.http.WebSocketConnectOptions;
import java.net.http.WebSocket;
import java.net.http.WebSocketHandshakeException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.api.io.TempDir;

/** WebSockets between real clients and real servers, through the edge. */
class WebSocketTest {
  @RegisterExtension static final Stores STORES = new Stores();

  private static Secret key;

  @BeforeAll
  static void makeKey() {
    key = STORES.keys.everywhere("read");
  }

  private static RunningGateway gateway(Route... routes) {
    return STORES.gateway(ProxyConfig.DEFAULTS, routes);
  }

  private static double open(RunningGateway edge) {
    return edge.metrics.get("tollgate.edge.websockets").gauge().value();
  }

  private static int refusal(RunningGateway edge, Secret secret) {
    var refused = new CompletableFuture<Integer>();
    assertThatThrownBy(() -> new SocketClient(edge, secret).close())
        .isInstanceOf(ExecutionException.class)
        .cause()
        .isInstanceOfSatisfying(
            WebSocketHandshakeException.class,
            why -> refused.complete(why.getResponse().statusCode()));
    return refused.join();
  }

  @Test
  void messages_of_each_kind_pass_both_ways() throws Exception {
    try (var server = new SocketUpstream();
        RunningGateway edge = gateway(server.route());
        var client = new SocketClient(edge, key)) {
      assertThat(client.next())
          .startsWith("text /socket\n")
          .containsIgnoringCase("tollgate-key-id")
          .doesNotContain(key.reveal())
          .doesNotContainIgnoringCase("authorization");
      assertThat(client.socket.getSubprotocol()).isEqualTo("chat");
      SocketClient.await(client.socket.sendText("hello", true));
      assertThat(client.next()).isEqualTo("text hello");
      String large = "x".repeat(60_000);
      SocketClient.await(
          client.socket.sendBinary(
              ByteBuffer.wrap(large.getBytes(StandardCharsets.ISO_8859_1)), true));
      assertThat(client.next()).isEqualTo("binary " + large);
      SocketClient.await(client.socket.sendText("in ", false));
      SocketClient.await(client.socket.sendPing(ByteBuffer.wrap(new byte[] {'p'})));
      SocketClient.await(client.socket.sendText("pieces", true));
      assertThat(List.of(client.next(), client.next()))
          .containsExactlyInAnyOrder("pong p", "text in pieces");
      assertThat(open(edge)).isOne();
    }
  }

  @Test
  void a_close_of_either_side_reaches_the_other_and_ends_both() throws Exception {
    try (var server = new SocketUpstream();
        RunningGateway edge = gateway(server.route())) {
      try (var client = new SocketClient(edge, key)) {
        client.next();
        SocketClient.await(client.socket.sendClose(WebSocket.NORMAL_CLOSURE, "enough"));
        assertThat(SocketClient.await(server.closed)).isEqualTo("1000 enough");
        assertThat(client.next()).startsWith("close 1000");
      }
      Awaiting.until("none is open", () -> open(edge) == 0);
      try (var client = new SocketClient(edge, key)) {
        client.next();
        SocketClient.await(client.socket.sendText("bye", true));
        assertThat(client.next()).isEqualTo("close 4000 as you say");
      }
      Awaiting.until("none is open", () -> open(edge) == 0);
    }
  }

  @Test
  void compressed_messages_pass() throws Exception {
    try (var server = new SocketUpstream();
        RunningGateway edge = gateway(server.route())) {
      WebSocketClient client =
          edge.vertx.createWebSocketClient(
              new WebSocketClientOptions().setTryUsePerMessageCompression(true));
      var options =
          new WebSocketConnectOptions()
              .setHost("127.0.0.1")
              .setPort(edge.gateway.port())
              .setURI("/")
              .addHeader("X-API-Key", key.reveal());
      var socket = RunningGateway.await(client.connect(options));
      assertThat(socket.headers().get("sec-websocket-extensions")).startsWith("permessage-deflate");
      String text = "again and ".repeat(3_000);
      var echo = new CompletableFuture<String>();
      socket.textMessageHandler(
          came -> {
            if (came.startsWith("again")) {
              echo.complete(came);
            }
          });
      RunningGateway.await(socket.writeTextMessage(text));
      assertThat(SocketClient.await(echo)).isEqualTo(text);
      RunningGateway.await(socket.close());
    }
  }

  @Test
  void who_may_not_gets_an_answer_and_the_upstream_hears_nothing() throws Exception {
    try (var server = new FrameUpstream(RawWebSocket.SWITCHED, "")) {
      Route open = server.route();
      var scoped =
          new Route(
              "/",
              open.destination().first(),
              Scopes.of(List.of("write")),
              open.methods(),
              open.credentials());
      try (RunningGateway edge = gateway(open)) {
        assertThat(refusal(edge, new Secret("ak_not_a_key"))).isEqualTo(401);
      }
      try (RunningGateway edge = gateway(scoped.with(open.longLived()))) {
        assertThat(refusal(edge, key)).isEqualTo(403);
        assertThat(open(edge)).isZero();
      }
      assertThat(server.connections()).isZero();
    }
  }

  @Test
  void a_client_that_does_not_read_holds_the_upstream_back() throws Exception {
    var sent = new AtomicLong();
    var blocked = new CountDownLatch(1);
    String frame = "\u0082~\u00ff\u00ff" + "a".repeat(65_535);
    long total = 1L << 29;
    try (var server =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write(RawWebSocket.SWITCHED + "\r\n");
                  peer.socket().setSendBufferSize(64 * 1024);
                  while (sent.get() < total) {
                    peer.write(frame);
                    sent.addAndGet(frame.length());
                  }
                  blocked.countDown();
                });
        RunningGateway edge = gateway(server.route("/").with(LongLived.WEBSOCKETS));
        var client = new RawWebSocket(edge.gateway.port(), key)) {
      assertThat(client.head).startsWith("HTTP/1.1 101");
      assertThat(blocked.await(1, TimeUnit.SECONDS)).isFalse();
      assertThat(sent.get()).isBetween(1L, 64L << 20);
      for (int i = 0; i < 100; i++) {
        assertThat(client.read().payload()).hasSize(65_535);
      }
    }
  }

  @Test
  void a_client_that_leaves_ends_the_upstreams_side_and_the_log_tells(@TempDir Path directory)
      throws Exception {
    Path log = directory.resolve("access.log");
    try (var server = new FrameUpstream(RawWebSocket.SWITCHED, "");
        RunningGateway edge =
            RunningGateway.logging(STORES.postgres, STORES.redis, log, server.route())) {
      new RawWebSocket(edge.gateway.port(), key).close();
      assertThat(server.seenToEnd()).isEmpty();
      Awaiting.until("none is open", () -> open(edge) == 0);
    }
    assertThat(Files.readString(log))
        .containsOnlyOnce("\"path\":\"/socket\"")
        .contains("\"status\":101", "\"outcome\":\"left\"");
  }

  @Test
  void an_upstream_that_ends_without_a_word_ends_the_clients_side() throws Exception {
    try (var server =
            new ScriptedUpstream(
                (peer, index) -> {
                  peer.readHead();
                  peer.write(RawWebSocket.SWITCHED + "\r\n\u0081\u0002hi");
                });
        RunningGateway edge = gateway(server.route("/").with(LongLived.WEBSOCKETS));
        var client = new RawWebSocket(edge.gateway.port(), key)) {
      assertThat(client.readToEnd()).isEqualTo("\u0081\u0002hi");
      Awaiting.until("none is open", () -> open(edge) == 0);
    }
  }
}
