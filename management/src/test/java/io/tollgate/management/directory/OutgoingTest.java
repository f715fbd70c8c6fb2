package io.tollgate.management.directory;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.scim.ScimError;
import io.tollgate.management.wire.Direct;
import io.tollgate.store.Awaiting;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Answers that nobody takes, over real connections: the path says whose they are. */
class OutgoingTest {
  private static final int ANSWER = 1 << 20;
  private static final int SMALL = Outgoing.SMALL_BYTES - 1;
  private static final long BYTES_MAX = 8L * ANSWER;
  private static final int OF_ONE = 2;
  private static final int BUFFER = 16 << 10;

  /** Gives nobody up while a test asks for more, however slow the machine is. */
  private volatile Outgoing outgoing = outgoing(Duration.ofSeconds(20));

  private final AtomicLong mostHeld = new AtomicLong();
  private final AtomicInteger refused = new AtomicInteger();
  private final List<Socket> sockets = new ArrayList<>();
  private Vertx vertx;
  private HttpServer server;

  private static Outgoing outgoing(Duration takenWithin) {
    return new Outgoing(BYTES_MAX, Duration.ofMillis(50), takenWithin);
  }

  @BeforeEach
  void start() throws Exception {
    vertx = Vertx.vertx();
    var router = Router.router(vertx);
    router.get("/:whose/:bytes").handler(exchange -> Direct.run(exchange, this::answer));
    server =
        vertx
            // So that what is not read stays with the server.
            .createHttpServer(new HttpServerOptions().setSendBufferSize(BUFFER))
            .requestHandler(router)
            .listen(0, "127.0.0.1")
            .toCompletionStage()
            .toCompletableFuture()
            .get(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() throws Exception {
    for (Socket socket : sockets) {
      socket.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private void answer(RoutingContext exchange) {
    String whose = Objects.requireNonNull(exchange.pathParam("whose"));
    int bytes = Integer.parseInt(Objects.requireNonNull(exchange.pathParam("bytes")));
    try {
      Buffer text = Buffer.buffer(new byte[bytes]);
      Outgoing.Room room = outgoing.take(whose, text);
      mostHeld.accumulateAndGet(outgoing.held(), Math::max);
      Direct.back(exchange, () -> outgoing.send(exchange, room, text));
    } catch (ScimError noRoom) {
      refused.incrementAndGet();
      Direct.back(exchange, () -> exchange.response().setStatusCode(noRoom.status()).end());
    }
  }

  /** Asks and does not read. */
  private Socket ask(String whose, int bytes) throws IOException {
    var socket = new Socket();
    sockets.add(socket);
    socket.setReceiveBufferSize(BUFFER);
    socket.setSoTimeout(20_000);
    socket.connect(
        new InetSocketAddress(InetAddress.getLoopbackAddress(), server.actualPort()), 10_000);
    String head =
        "GET /" + whose + "/" + bytes + " HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    socket.getOutputStream().write(head.getBytes(StandardCharsets.UTF_8));
    return socket;
  }

  private static int read(Socket socket) {
    try {
      return socket.getInputStream().readAllBytes().length;
    } catch (IOException reset) {
      return 0;
    }
  }

  @Test
  void who_asks_again_and_again_and_never_reads_has_a_part_of_the_room_and_others_go_on()
      throws IOException {
    for (int i = 0; i < 20; i++) {
      ask("silent", ANSWER);
    }
    Awaiting.until("the others are sent away", () -> refused.get() == 20 - OF_ONE);
    assertThat(read(ask("other", ANSWER))).isGreaterThan(ANSWER);
    assertThat(mostHeld.get()).isBetween((long) OF_ONE * ANSWER, (OF_ONE + 1L) * ANSWER);
  }

  @Test
  void all_together_never_hold_more_than_the_room() throws IOException {
    for (int i = 0; i < 60; i++) {
      ask("silent" + i % 6, ANSWER);
    }
    long most = BYTES_MAX / ANSWER;
    Awaiting.until("the others are sent away", () -> refused.get() == 60 - most);
    assertThat(mostHeld.get()).isEqualTo(BYTES_MAX);
    // Small ones need none.
    assertThat(read(ask("other", SMALL))).isGreaterThan(SMALL);
  }

  @Test
  void who_does_not_take_his_answer_is_hung_up_on_and_his_room_is_free_again() throws IOException {
    outgoing = outgoing(Duration.ofMillis(500));
    Socket silent = ask("silent", ANSWER);
    Awaiting.until("it is on its way", () -> mostHeld.get() == ANSWER);
    Awaiting.until("it is given up", () -> outgoing.held() == 0);
    assertThat(read(silent)).isLessThan(ANSWER);
    assertThat(read(ask("silent", ANSWER))).isGreaterThan(ANSWER);
    Awaiting.until("it was taken", () -> outgoing.held() == 0);
  }

  @Test
  void one_that_is_larger_than_all_the_room_goes_out_alone() throws IOException {
    assertThat(read(ask("large", 2 * (int) BYTES_MAX))).isGreaterThan(2 * (int) BYTES_MAX);
    Awaiting.until("it was taken", () -> outgoing.held() == 0);
  }
}
