package io.tollgate.edge;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** Sends bytes as they are, for requests that a well-behaved client can't make. */
final class RawClient {
  private static final int READ_TIMEOUT_MILLIS = 10_000;

  private RawClient() {}

  /** Sends a request line with a Host header and returns all that comes until the end. */
  static String exchange(int port, String requestLine, String... headers) {
    String head = requestLine + "\r\nHost: test\r\nConnection: close\r\n";
    return raw(port, head + String.join("", headers) + "\r\n");
  }

  /** Reads on until that has come. */
  static String until(InputStream from, String end) throws IOException {
    var seen = new StringBuilder();
    while (seen.indexOf(end) < 0) {
      int next = from.read();
      if (next < 0) {
        throw new EOFException("it ended before " + end + ": " + seen);
      }
      seen.append((char) next);
    }
    return seen.toString();
  }

  static String raw(int port, String bytes) {
    try (var socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
      socket.setSoTimeout(READ_TIMEOUT_MILLIS);
      socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
