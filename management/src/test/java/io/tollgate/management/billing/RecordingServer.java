package io.tollgate.management.billing;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Somebody else's system over HTTP: it records all that it is told, and behaves as it is bidden,
 * well where nothing is.
 */
final class RecordingServer implements AutoCloseable {
  /** One request. */
  record Told(String line, Map<String, String> headers, String body) {}

  /** What becomes of a request that was recorded. */
  enum Behavior {
    /** No answer ever. */
    HANG,
    /** The head of a good answer, and never its body. */
    STALL,
    /** The connection ends before the answer. */
    CUT,
    /** Two answers to one request. */
    TWICE,
    /** Something that is no HTTP. */
    NONSENSE,
    /** An answer that points elsewhere. */
    REDIRECT
  }

  private final List<Told> told = new CopyOnWriteArrayList<>();
  private final BlockingQueue<Object> script = new LinkedBlockingQueue<>();
  private final CountDownLatch closed = new CountDownLatch(1);
  private final ServerSocket server;

  RecordingServer() throws IOException {
    server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    Thread.ofVirtual().start(this::accept);
  }

  String url() {
    return "http://127.0.0.1:" + server.getLocalPort();
  }

  /** Bids it how to behave at the next requests: a status, or a {@link Behavior}. */
  void next(Object... behaviors) {
    script.addAll(List.of(behaviors));
  }

  List<Told> told() {
    return List.copyOf(told);
  }

  private void accept() {
    try {
      while (true) {
        Socket client = server.accept();
        Thread.ofVirtual().start(() -> serve(client));
      }
    } catch (IOException over) {
      // Closed.
    }
  }

  private void serve(Socket client) {
    try (client) {
      InputStream in = new BufferedInputStream(client.getInputStream());
      while (true) {
        told.add(read(in));
        Object behavior = script.isEmpty() ? Integer.valueOf(200) : script.remove();
        String answer = answer(behavior);
        client.getOutputStream().write(answer.getBytes(StandardCharsets.UTF_8));
        if (behavior == Behavior.HANG || behavior == Behavior.STALL) {
          closed.await();
        }
        if (behavior instanceof Behavior) {
          return;
        }
      }
    } catch (IOException | InterruptedException over) {
      // The client has gone.
    }
  }

  private String answer(Object behavior) {
    if (behavior instanceof Integer status) {
      return "HTTP/1.1 " + status + " X\r\nContent-Length: 2\r\n\r\n{}";
    }
    return switch ((Behavior) behavior) {
      case HANG, CUT -> "";
      case STALL -> "HTTP/1.1 200 X\r\nContent-Length: 2\r\n\r\n";
      case TWICE -> answer(200) + answer(200);
      case NONSENSE -> "no such thing\r\n\r\n";
      case REDIRECT -> "HTTP/1.1 307 X\r\nLocation: " + url() + "/x\r\nContent-Length: 0\r\n\r\n";
    };
  }

  private static Told read(InputStream in) throws IOException {
    String line = line(in);
    Map<String, String> headers = new TreeMap<>();
    for (String header = line(in); !header.isEmpty(); header = line(in)) {
      int colon = header.indexOf(':');
      headers.put(
          header.substring(0, colon).toLowerCase(Locale.ROOT), header.substring(colon + 1).strip());
    }
    int length = Integer.parseInt(headers.getOrDefault("content-length", "0"));
    return new Told(line, headers, new String(in.readNBytes(length), StandardCharsets.UTF_8));
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("the client has gone");
      }
      line.append((char) c);
    }
    return line.toString().strip();
  }

  @Override
  public void close() {
    closed.countDown();
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
