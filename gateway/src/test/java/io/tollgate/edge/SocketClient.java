package io.tollgate.edge;

import io.tollgate.key.Secret;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.WebSocket;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/** The JDK's WebSocket client, which tells what comes one after the other. */
final class SocketClient implements WebSocket.Listener, AutoCloseable {
  private static final int SECONDS = 10;

  private final HttpClient http;
  private final LinkedBlockingQueue<String> come = new LinkedBlockingQueue<>();
  private final StringBuilder message = new StringBuilder();
  final WebSocket socket;

  SocketClient(RunningGateway edge, Secret key) throws Exception {
    this(HttpClient.newHttpClient(), "ws://127.0.0.1:", edge, key);
  }

  /** Opens one by TLS, whose other side must be vouched for. */
  static SocketClient byTls(RunningGateway edge, Secret key, SSLContext trusting) throws Exception {
    HttpClient http = HttpClient.newBuilder().sslContext(trusting).build();
    return new SocketClient(http, "wss://localhost:", edge, key);
  }

  private SocketClient(HttpClient http, String place, RunningGateway edge, Secret key)
      throws Exception {
    this.http = http;
    URI uri = URI.create(place + edge.gateway.port() + "/socket?a=b");
    socket =
        http.newWebSocketBuilder()
            .header("Authorization", "Bearer " + key.reveal())
            .subprotocols("chat", "other")
            .buildAsync(uri, this)
            .get(SECONDS, TimeUnit.SECONDS);
  }

  /** Returns the next message, with what kind it is. */
  String next() throws InterruptedException {
    String next = come.poll(SECONDS, TimeUnit.SECONDS);
    return next == null ? "nothing" : next;
  }

  static <T> T await(CompletableFuture<T> sent) throws Exception {
    return sent.get(SECONDS, TimeUnit.SECONDS);
  }

  @Override
  public @Nullable CompletionStage<?> onText(WebSocket from, CharSequence data, boolean last) {
    from.request(1);
    message.append(data);
    if (last) {
      come.add("text " + message);
      message.setLength(0);
    }
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onBinary(WebSocket from, ByteBuffer data, boolean last) {
    from.request(1);
    message.append(StandardCharsets.ISO_8859_1.decode(data));
    if (last) {
      come.add("binary " + message);
      message.setLength(0);
    }
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onPong(WebSocket from, ByteBuffer data) {
    from.request(1);
    come.add("pong " + StandardCharsets.ISO_8859_1.decode(data));
    return null;
  }

  @Override
  public @Nullable CompletionStage<?> onClose(WebSocket from, int code, String reason) {
    come.add("close " + code + " " + reason);
    return null;
  }

  @Override
  public void onError(WebSocket from, Throwable failure) {
    come.add("error");
  }

  @Override
  public void close() {
    socket.abort();
    http.shutdownNow();
  }
}
