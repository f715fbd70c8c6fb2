package io.tollgate.edge;

import io.tollgate.proxy.LongLived;
import io.tollgate.proxy.Route;
import io.tollgate.tls.Identity;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.http.ServerWebSocket;
import io.vertx.core.net.PemKeyCertOptions;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * A server of WebSockets that sends back what it gets: first, as a text, the head of the handshake.
 * At {@code bye} it closes.
 */
final class SocketUpstream implements AutoCloseable {
  private final Vertx vertx = Vertx.vertx();
  private final HttpServer server;
  private final String place;

  /** How many have been opened. */
  final AtomicInteger opened = new AtomicInteger();

  /** How the first WebSocket ended, as this side saw it. */
  final CompletableFuture<String> closed = new CompletableFuture<>();

  SocketUpstream() {
    this(new HttpServerOptions(), "http://127.0.0.1:");
  }

  /** Starts one that is spoken to by TLS. */
  static SocketUpstream byTls(Identity identity) {
    var certificate =
        new PemKeyCertOptions()
            .setCertPath(identity.certificate().toString())
            .setKeyPath(identity.key().toString());
    return new SocketUpstream(
        new HttpServerOptions().setSsl(true).setKeyCertOptions(certificate), "https://localhost:");
  }

  private SocketUpstream(HttpServerOptions options, String place) {
    this.place = place;
    options
        .setWebSocketSubProtocols(List.of("chat"))
        .setPerMessageWebSocketCompressionSupported(true)
        .setPerFrameWebSocketCompressionSupported(false);
    server =
        RunningGateway.await(
            vertx.createHttpServer(options).webSocketHandler(this::serve).listen(0, "127.0.0.1"));
  }

  private void serve(ServerWebSocket socket) {
    opened.incrementAndGet();
    socket.writeTextMessage(socket.path() + '\n' + socket.headers());
    socket.textMessageHandler(
        text -> {
          if (text.equals("bye")) {
            socket.close((short) 4000, "as you say");
          } else {
            socket.writeTextMessage(text);
          }
        });
    socket.binaryMessageHandler(socket::writeBinaryMessage);
    socket.closeHandler(
        ended -> closed.complete(socket.closeStatusCode() + " " + socket.closeReason()));
  }

  Route route() {
    return Route.to("/", place + server.actualPort()).with(LongLived.WEBSOCKETS);
  }

  @Override
  public void close() {
    RunningGateway.await(vertx.close());
  }
}
