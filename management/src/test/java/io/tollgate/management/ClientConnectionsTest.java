package io.tollgate.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.store.Awaiting;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What clients may hold open is bounded, in number and in time. */
class ClientConnectionsTest {
  private static final String REQUEST = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
  private static final int NO_BOUND = 1_000;
  private static final Duration SHORT = Duration.ofMillis(400);
  private static final Duration NEVER_HERE = Duration.ofHours(1);

  private final Vertx vertx = Vertx.vertx();
  private final AtomicInteger open = new AtomicInteger();

  @AfterEach
  void stop() {
    TestManagement.await(vertx.close());
  }

  private int serve(int max, Duration withoutRequest) {
    var connections = new ClientConnections(open, max, withoutRequest);
    HttpServer server =
        vertx
            .createHttpServer(new HttpServerOptions().setHttp2ClearTextEnabled(false))
            .connectionHandler(connections::opened)
            .requestHandler(
                request -> {
                  connections.requested(request.connection());
                  request.body().onSuccess(read -> request.response().end());
                });
    connections.watch(vertx);
    return TestManagement.await(server.listen(0, "127.0.0.1")).actualPort();
  }

  private static Socket connect(int port) throws IOException {
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(10_000);
    return socket;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
    socket.getOutputStream().flush();
  }

  /** Sends the text again and again, until the other side has closed. */
  private static void assertClosedWhileSending(Socket socket, String text) {
    Awaiting.until(
        "the connection is closed",
        () -> {
          try {
            send(socket, text);
            return false;
          } catch (IOException closed) {
            return true;
          }
        });
  }

  private static boolean isAnswered(Socket socket) {
    try {
      send(socket, REQUEST);
      byte[] status = socket.getInputStream().readNBytes("HTTP/1.1 200 OK".length());
      socket.getInputStream().skipNBytes(socket.getInputStream().available());
      return new String(status, StandardCharsets.US_ASCII).equals("HTTP/1.1 200 OK");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void a_head_that_comes_bit_by_bit_ends_with_its_connection() throws IOException {
    try (Socket slow = connect(serve(NO_BOUND, SHORT))) {
      send(slow, "GET / HTTP/1.1\r\nHost: a\r\nX: ");
      assertClosedWhileSending(slow, "x");
    }
    Awaiting.until("it is forgotten", () -> open.get() == 0);
  }

  @Test
  void a_body_that_comes_bit_by_bit_ends_with_its_connection() throws IOException {
    try (Socket slow = connect(serve(NO_BOUND, SHORT))) {
      send(slow, "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000\r\n\r\n");
      assertClosedWhileSending(slow, "x");
    }
  }

  @Test
  void whoever_asks_again_in_time_stays() throws IOException {
    int port = serve(NO_BOUND, SHORT);
    try (Socket busy = connect(port);
        Socket idle = connect(port)) {
      long since = System.nanoTime();
      Awaiting.until(
          "much more than that time is over",
          () -> isAnswered(busy) && System.nanoTime() - since > SHORT.multipliedBy(3).toNanos());
      assertThat(idle.getInputStream().read()).as("closed, since it never asked").isEqualTo(-1);
    }
  }

  @Test
  void one_too_many_is_closed_and_a_place_that_is_left_is_taken_again() throws IOException {
    int port = serve(1, NEVER_HERE);
    Socket first = connect(port);
    assertThat(isAnswered(first)).isTrue();
    try (Socket second = connect(port)) {
      assertThat(second.getInputStream().read()).isEqualTo(-1);
    }
    first.close();
    Awaiting.until("the place is free", () -> open.get() == 0);
    try (Socket third = connect(port)) {
      assertThat(isAnswered(third)).isTrue();
    }
  }
}
