package io.tollgate.management;

import io.tollgate.store.TestPostgres;
import io.tollgate.store.TestRedis;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServer;
import io.vertx.core.json.JsonObject;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * How many verifications a second this machine does, beside a bare listener that answers a constant
 * 200 with the same body, in turn, each with the same clients: {@code VerifyRate [rounds]}.
 *
 * <p>Clients and servers share the machine, so the ratio says less than the truth of what the bare
 * listener could do more.
 */
final class VerifyRate {
  private static final int CONNECTIONS = 32;
  private static final int KEYS = 1_000;
  private static final long SLOT_NANOS = TimeUnit.SECONDS.toNanos(4);

  private final Vertx clients = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1));

  private VerifyRate() {}

  public static void main(String[] arguments) throws Exception {
    int rounds = arguments.length == 0 ? 5 : Integer.parseInt(arguments[0]);
    try (TestPostgres postgres = TestPostgres.database();
        TestRedis redis = TestRedis.start();
        var management = new TestManagement(postgres, redis)) {
      new VerifyRate().compare(management, rounds);
    }
    System.exit(0);
  }

  private void compare(TestManagement management, int rounds) throws Exception {
    List<Buffer> requests = new ArrayList<>();
    String answer = "";
    for (int i = 0; i < KEYS; i++) {
      JsonObject key = management.create("key " + i);
      answer = management.verify(key.getString("secret")).body();
      requests.add(request(key.getString("secret")));
    }
    HttpServer bare = bare(answer);
    measure(management.port(), requests);
    measure(bare.actualPort(), requests);
    List<Double> ratios = new ArrayList<>();
    for (int round = 1; round <= rounds; round++) {
      double verified = measure(management.port(), requests);
      double constant = measure(bare.actualPort(), requests);
      ratios.add(verified / constant);
      print(
          "round %d: verify %,.0f/s, bare %,.0f/s, ratio %.2f",
          round, verified, constant, verified / constant);
    }
    ratios.sort(null);
    print(
        "median ratio %.2f (%.2f-%.2f)",
        ratios.get(ratios.size() / 2), ratios.get(0), ratios.get(ratios.size() - 1));
  }

  private static void print(String format, Object... values) {
    System.out.printf(Locale.ROOT, format + "%n", values);
  }

  private static Buffer request(String secret) {
    String body = new JsonObject().put("secret", secret).encode();
    return Buffer.buffer(
        "POST /api_keys/verify HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer "
            + TestManagement.SECRET_KEY
            + "\r\nContent-Type: application/json\r\nContent-Length: "
            + body.length()
            + "\r\n\r\n"
            + body);
  }

  /** Reads what is sent, as any service would, and answers the same each time. */
  private static HttpServer bare(String answer) throws Exception {
    Buffer body = Buffer.buffer(answer.getBytes(StandardCharsets.UTF_8));
    Vertx vertx = Vertx.vertx();
    return vertx
        .createHttpServer()
        .requestHandler(
            request ->
                request
                    .body()
                    .onSuccess(
                        read ->
                            request
                                .response()
                                .putHeader("content-type", "application/json")
                                .putHeader("tollgate-request-id", "req_0123456789abcdef")
                                .end(body)))
        .listen(0, "127.0.0.1")
        .await(10, TimeUnit.SECONDS);
  }

  /** Returns the answers a second of a closed loop; each must be a 200. */
  private double measure(int port, List<Buffer> requests) throws Exception {
    var answered = new AtomicLong();
    var options = new NetClientOptions().setTcpNoDelay(true);
    var client = clients.createNetClient(options);
    for (int i = 0; i < CONNECTIONS; i++) {
      NetSocket socket = client.connect(port, "127.0.0.1").await(10, TimeUnit.SECONDS);
      new Loop(socket, requests, i * 31, answered).start();
    }
    LockSupport.parkNanos(SLOT_NANOS / 4);
    long before = answered.get();
    long since = System.nanoTime();
    LockSupport.parkNanos(SLOT_NANOS);
    double rate = (answered.get() - before) * 1e9 / (System.nanoTime() - since);
    client.close().await(10, TimeUnit.SECONDS);
    return rate;
  }

  /** One connection: asks, reads the whole answer, asks again. */
  private static final class Loop {
    private static final byte[] HEAD_END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final NetSocket socket;
    private final List<Buffer> requests;
    private final AtomicLong answered;
    private int next;
    private Buffer read = Buffer.buffer();

    Loop(NetSocket socket, List<Buffer> requests, int first, AtomicLong answered) {
      this.socket = socket;
      this.requests = requests;
      this.answered = answered;
      next = first;
    }

    void start() {
      socket.handler(this::read);
      ask();
    }

    private void ask() {
      socket.write(requests.get(next++ % requests.size()));
    }

    private void read(Buffer part) {
      read = read.length() == 0 ? part : read.appendBuffer(part);
      String text = read.toString(StandardCharsets.ISO_8859_1);
      int end = text.indexOf("\r\n\r\n");
      if (end < 0) {
        return;
      }
      int at = text.toLowerCase(Locale.ROOT).indexOf("content-length: ");
      int length = Integer.parseInt(text.substring(at + 16, text.indexOf('\r', at)));
      if (read.length() >= end + HEAD_END.length + length) {
        if (!text.startsWith("HTTP/1.1 200")) {
          throw new IllegalStateException(text);
        }
        answered.incrementAndGet();
        read = Buffer.buffer();
        ask();
      }
    }
  }
}
