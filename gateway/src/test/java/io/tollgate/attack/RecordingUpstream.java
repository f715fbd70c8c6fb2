package io.tollgate.attack;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;

/**
 * A server that keeps every byte that reaches it, reads them strictly, and answers as the case at
 * hand says. Requests under {@link #PROBE} are answered rightly whatever the case.
 *
 * <p>Safe for all threads.
 */
public final class RecordingUpstream implements AutoCloseable {
  static final String PROBE = "/probe/";
  private static final List<UpstreamConnection> NONE = List.of();
  private static final int BACKLOG = 256;
  private static final String FLOOD = "x".repeat(64 * 1024);

  private final ServerSocket server;
  private final List<UpstreamConnection> connections = new ArrayList<>();
  private final List<Seen> seen = new ArrayList<>();
  private Reply reply = Reply.ECHO;

  /** A whole request, and the connection on which it came. */
  record Seen(Message message, UpstreamConnection connection) {}

  /** Listens on a port of this machine; 0 takes a free one. */
  public RecordingUpstream(int port) {
    try {
      server = new ServerSocket(port, BACKLOG, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Thread.ofVirtual().start(this::accept);
  }

  public int port() {
    return server.getLocalPort();
  }

  private void accept() {
    while (!server.isClosed()) {
      try {
        Socket socket = server.accept();
        socket.setTcpNoDelay(true);
        var connection = new UpstreamConnection(socket);
        synchronized (this) {
          connections.add(connection);
        }
        Thread.ofVirtual().start(() -> serve(connection));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(UpstreamConnection connection) {
    try (Socket socket = connection.socket()) {
      InputStream input = socket.getInputStream();
      byte[] buffer = new byte[64 * 1024];
      for (int n = input.read(buffer); n >= 0; n = input.read(buffer)) {
        if (!take(connection, new String(buffer, 0, n, StandardCharsets.ISO_8859_1))) {
          return;
        }
      }
    } catch (IOException gone) {
      // The proxy hung up, as it should in many a case.
    } finally {
      synchronized (this) {
        connection.closed();
        notifyAll();
      }
    }
  }

  /** Takes what came; returns whether the connection goes on. */
  private boolean take(UpstreamConnection connection, String bytes) throws IOException {
    synchronized (this) {
      connection.append(bytes);
      notifyAll();
    }
    while (connection.mayBeWhole()) {
      Strict.Reading reading = connection.next();
      switch (reading) {
        case Strict.Broken broken -> {
          synchronized (this) {
            connection.brokenBy(broken.reason());
          }
          return false;
        }
        case Strict.Part part -> {
          return part.head() == null || answersEarly(connection, part.head());
        }
        case Strict.Whole whole -> {
          if (!answers(connection, whole.message())) {
            return false;
          }
        }
      }
    }
    return true;
  }

  private boolean answersEarly(UpstreamConnection connection, Message head) throws IOException {
    Reply now = current();
    boolean first;
    synchronized (this) {
      first = connection.beginHead(head);
      notifyAll();
    }
    return !first || now.moment() != Reply.Moment.HEAD || answer(connection, head, now);
  }

  private boolean answers(UpstreamConnection connection, Message request) throws IOException {
    boolean answered;
    Reply now = current();
    synchronized (this) {
      answered = !connection.beginHead(request) && now.moment() == Reply.Moment.HEAD;
      connection.advance(request.end());
      seen.add(new Seen(request, connection));
      notifyAll();
    }
    return answered || answer(connection, request, now);
  }

  private synchronized Reply current() {
    return reply;
  }

  private static boolean answer(UpstreamConnection connection, Message request, Reply reply)
      throws IOException {
    String asked = request.asked();
    if (reply.isEcho() || asked.startsWith("GET " + PROBE)) {
      connection.write(echo(asked));
      return true;
    }
    for (String piece : reply.pieces()) {
      connection.write(piece);
    }
    while (reply.ending() == Reply.Ending.FLOODS) {
      connection.write(FLOOD);
    }
    return reply.ending() == Reply.Ending.STAYS;
  }

  static String echo(String asked) {
    String body = asked.startsWith("HEAD ") ? "" : asked;
    return "HTTP/1.1 200 OK\r\nContent-Length: " + asked.length() + "\r\n\r\n" + body;
  }

  /** Forgets what was seen and answers so from now on. */
  synchronized void begin(Reply newReply) {
    reply = newReply;
    seen.clear();
    connections.removeIf(UpstreamConnection::isClosed);
    connections.forEach(UpstreamConnection::mark);
  }

  /** Writes on all connections that the case used and that are still open. */
  void writeUnasked(String bytes) {
    for (UpstreamConnection connection : bytes.isEmpty() ? NONE : touched()) {
      try {
        connection.write(bytes);
      } catch (IOException closed) {
        // As it should be, if the answer before was worth a doubt.
      }
    }
  }

  synchronized List<Seen> seen() {
    return List.copyOf(seen);
  }

  /** Returns the connections on which anything came since the case began. */
  synchronized List<UpstreamConnection> touched() {
    return connections.stream().filter(UpstreamConnection::isTouched).toList();
  }

  /** Waits for the head of a request; returns whether it came. */
  boolean awaitHead(Duration deadline) {
    return await(
        deadline,
        () -> !seen.isEmpty() || connections.stream().anyMatch(UpstreamConnection::hasHead));
  }

  /** Waits until that connection is closed; returns whether it was. */
  boolean awaitClosed(UpstreamConnection connection, Duration deadline) {
    return await(deadline, connection::isClosed);
  }

  private synchronized boolean await(Duration deadline, BooleanSupplier condition) {
    long endNanos = System.nanoTime() + deadline.toNanos();
    while (!condition.getAsBoolean()) {
      long leftMillis = (endNanos - System.nanoTime()) / 1_000_000;
      if (leftMillis <= 0) {
        return false;
      }
      try {
        wait(leftMillis);
      } catch (InterruptedException e) {
        throw new IllegalStateException(e);
      }
    }
    return true;
  }

  @Override
  public void close() {
    try {
      server.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
