package io.tollgate.attack;

import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;

/** The attacker's connection, which keeps all that was sent and all that came. */
final class AttackClient implements AutoCloseable {
  private static final Duration SLICE = Duration.ofMillis(100);

  private final Socket socket;
  private final byte[] buffer = new byte[64 * 1024];
  private final StringBuilder sent = new StringBuilder();
  private final StringBuilder received = new StringBuilder();
  private boolean ended;

  AttackClient(String host, int port) throws IOException {
    socket = new Socket(host, port);
    socket.setTcpNoDelay(true);
  }

  /** Writes; that the proxy has hung up already is told by what is read. */
  void send(String bytes) {
    sent.append(bytes);
    try {
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      socket.getOutputStream().flush();
    } catch (IOException hungUp) {
      sent.append("<write failed: ").append(hungUp.getMessage()).append('>');
    }
  }

  void endSending() {
    try {
      socket.shutdownOutput();
    } catch (IOException hungUp) {
      sent.append("<half-close failed: ").append(hungUp.getMessage()).append('>');
    }
  }

  void leave() throws IOException {
    socket.close();
    ended = true;
  }

  /** Reads what comes within the time; returns whether anything did. */
  boolean read(Duration deadline) {
    if (ended) {
      return false;
    }
    try {
      socket.setSoTimeout((int) Math.max(1, deadline.toMillis()));
      InputStream input = socket.getInputStream();
      int n = input.read(buffer);
      if (n < 0) {
        ended = true;
        return false;
      }
      received.append(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
      return true;
    } catch (SocketTimeoutException quiet) {
      return false;
    } catch (IOException reset) {
      ended = true;
      return false;
    }
  }

  /** Writes and listens by turns until the connection is closed. */
  void drip(String text, Duration deadline) {
    long endNanos = System.nanoTime() + deadline.toNanos();
    while (!ended && System.nanoTime() < endNanos) {
      send(text);
      read(SLICE);
    }
  }

  boolean isEnded() {
    return ended;
  }

  String sent() {
    return sent.toString();
  }

  String received() {
    return received.toString();
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
