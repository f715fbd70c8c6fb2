package io.tollgate.management;

import io.vertx.core.json.JsonObject;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * One connection to a management that asks, and waits for the whole answer: a client so lean that
 * the time of a call is the server's.
 */
final class PlainConnection implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 30_000;
  private static final int HEAD_UNREAD = -1;
  private static final String LENGTH = "content-length: ";

  private final Socket socket;
  private final OutputStream out;
  private final InputStream in;
  private byte[] read = new byte[64 * 1024];

  /** An answer, and the time from before the first byte sent until after the last one read. */
  record Answer(int status, JsonObject body, long nanos) {}

  PlainConnection(int port) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setTcpNoDelay(true);
    socket.setSoTimeout(TIMEOUT_MILLIS);
    out = socket.getOutputStream();
    in = socket.getInputStream();
  }

  static byte[] request(String method, String target, String body) {
    String head =
        "%s %s HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer %s\r\n"
                .formatted(method, target, TestManagement.SECRET_KEY)
            + "Content-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                .formatted(body.length());
    return (head + body).getBytes(StandardCharsets.US_ASCII);
  }

  Answer ask(byte[] request) throws IOException {
    long since = System.nanoTime();
    out.write(request);
    int length = 0;
    int bodyAt = HEAD_UNREAD;
    int end = Integer.MAX_VALUE;
    while (length < end) {
      length += readAt(length);
      if (bodyAt == HEAD_UNREAD) {
        bodyAt = endOfHead(length);
        end = bodyAt == HEAD_UNREAD ? end : bodyAt + bodyLength(bodyAt);
      }
    }
    long nanos = System.nanoTime() - since;
    // "HTTP/1.1 " and three digits.
    int status = Integer.parseInt(new String(read, 9, 3, StandardCharsets.US_ASCII));
    String body = new String(read, bodyAt, end - bodyAt, StandardCharsets.UTF_8);
    return new Answer(status, new JsonObject(body), nanos);
  }

  private int readAt(int offset) throws IOException {
    if (offset == read.length) {
      read = Arrays.copyOf(read, 2 * offset);
    }
    int count = in.read(read, offset, read.length - offset);
    if (count < 0) {
      throw new EOFException("management has closed the connection amid an answer");
    }
    return count;
  }

  private int endOfHead(int length) {
    for (int i = 3; i < length; i++) {
      if (read[i] == '\n' && read[i - 1] == '\r' && read[i - 2] == '\n' && read[i - 3] == '\r') {
        return i + 1;
      }
    }
    return HEAD_UNREAD;
  }

  private int bodyLength(int endOfHead) {
    String head =
        new String(read, 0, endOfHead, StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
    int at = head.indexOf(LENGTH) + LENGTH.length();
    return Integer.parseInt(head.substring(at, head.indexOf('\r', at)));
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
