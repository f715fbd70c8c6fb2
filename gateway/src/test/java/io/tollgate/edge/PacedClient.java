package io.tollgate.edge;

import io.tollgate.key.Secret;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Asks at a fixed pace on one connection, GET and POST in turn, each by a target of its own. */
final class PacedClient {
  /** Status of an answer that was cut, or that never came. */
  static final int CUT = 0;

  private static final long PAUSE_NANOS = Duration.ofMillis(25).toNanos();
  private static final int READ_TIMEOUT_MILLIS = 5_000;

  private final int port;
  private final int number;
  private final Secret key;
  private final Consumer<Asked> book;
  private @Nullable Socket socket;
  private volatile boolean stopped;

  /**
   * What came of a request.
   *
   * @param place the target that answered; empty where none did
   */
  record Asked(String path, int status, String place, long nanos) {}

  PacedClient(int port, int number, Secret key, Consumer<Asked> book) {
    this.port = port;
    this.number = number;
    this.key = key;
    this.book = book;
  }

  void stop() {
    stopped = true;
  }

  void run() {
    long next = System.nanoTime() + number * 1_000_000L;
    for (int i = 0; !stopped; i++) {
      next += PAUSE_NANOS;
      LockSupport.parkNanos(next - System.nanoTime());
      boolean post = i % 2 == 0;
      String path = (post ? "/post/" : "/get/") + number + '/' + i;
      // Who was late through an answer that took long does not catch up.
      next = Math.max(next, System.nanoTime() - PAUSE_NANOS);
      book.accept(ask(path, post));
    }
  }

  private Asked ask(String path, boolean post) {
    String request =
        (post ? "POST " : "GET ")
            + path
            + " HTTP/1.1\r\nHost: t\r\nX-API-Key: "
            + key.reveal()
            + (post ? "\r\nContent-Length: 4\r\n\r\nbody" : "\r\n\r\n");
    long startNanos = System.nanoTime();
    try {
      Socket open = connected();
      OutputStream out = open.getOutputStream();
      out.write(request.getBytes(StandardCharsets.US_ASCII));
      return read(path, new BufferedInputStream(open.getInputStream()), startNanos);
    } catch (IOException cut) {
      forget();
      return new Asked(path, CUT, "", System.nanoTime() - startNanos);
    }
  }

  private Socket connected() throws IOException {
    Socket open = socket;
    if (open == null) {
      open = new Socket(InetAddress.getLoopbackAddress(), port);
      open.setSoTimeout(READ_TIMEOUT_MILLIS);
      open.setTcpNoDelay(true);
      socket = open;
    }
    return open;
  }

  private void forget() {
    try {
      Socket open = socket;
      socket = null;
      if (open != null) {
        open.close();
      }
    } catch (IOException e) {
      // It is closed all the same.
    }
  }

  private Asked read(String path, InputStream in, long startNanos) throws IOException {
    var head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int b = in.read();
      if (b < 0) {
        throw new IOException("closed");
      }
      head.append((char) b);
    }
    int status = Integer.parseInt(head.substring(9, 12));
    String lower = head.toString().toLowerCase(Locale.ROOT);
    int length = Integer.parseInt(field(lower, "content-length"));
    if (in.readNBytes(length).length < length) {
      throw new IOException("cut");
    }
    if (lower.contains("connection: close")) {
      forget();
    }
    return new Asked(path, status, field(lower, "x-target"), System.nanoTime() - startNanos);
  }

  private static String field(String head, String name) {
    int at = head.indexOf("\r\n" + name + ": ");
    if (at < 0) {
      return "";
    }
    int start = at + name.length() + 4;
    return head.substring(start, head.indexOf('\r', start));
  }
}
