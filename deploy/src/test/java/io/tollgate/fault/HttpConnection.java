package io.tollgate.fault;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * One connection to a listener, kept alive: it sends when it is told to and reads what comes, and
 * costs next to nothing beside the processes it judges. Confined to one thread at a time.
 */
final class HttpConnection implements Closeable {
  private static final String LENGTH = "content-length:";
  private static final String LAST = "connection: close";

  private final Socket socket = new Socket();
  private final InputStream in;
  private boolean reusable = true;

  /** What came back. */
  record Answer(int status, String body) {}

  HttpConnection(int port, Duration deadline) throws IOException {
    int millis = Math.toIntExact(deadline.toMillis());
    try {
      socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), millis);
      socket.setSoTimeout(millis);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Asks once, on a connection of its own. */
  static Answer ask(int port, Duration deadline, byte[] request) throws IOException {
    try (var connection = new HttpConnection(port, deadline)) {
      connection.send(request);
      return connection.read();
    }
  }

  static byte[] get(String path, String... fields) {
    return request("GET", path, "", fields);
  }

  static byte[] post(String path, String body, String... fields) {
    return request("POST", path, body, fields);
  }

  private static byte[] request(String method, String path, String body, String... fields) {
    var head = new StringBuilder(method).append(' ').append(path).append(" HTTP/1.1\r\n");
    head.append("Host: fault-run\r\n");
    for (String field : fields) {
      head.append(field).append("\r\n");
    }
    if (!body.isEmpty()) {
      head.append("Content-Type: application/json\r\nContent-Length: ");
      head.append(body.getBytes(StandardCharsets.UTF_8).length).append("\r\n");
    }
    return head.append("\r\n").append(body).toString().getBytes(StandardCharsets.UTF_8);
  }

  void send(byte[] request) throws IOException {
    socket.getOutputStream().write(request);
  }

  /** Reads one response of a known length. */
  Answer read() throws IOException {
    int status = readStatus();
    int length = 0;
    for (String line = line(); !line.isEmpty(); line = line()) {
      String field = line.toLowerCase(Locale.ROOT);
      if (field.startsWith(LENGTH)) {
        length = Integer.parseInt(field.substring(LENGTH.length()).strip());
      }
      reusable &= !field.equals(LAST);
    }
    byte[] body = in.readNBytes(length);
    if (body.length < length) {
      throw new EOFException("the response broke off");
    }
    return new Answer(status, new String(body, StandardCharsets.UTF_8));
  }

  private int readStatus() throws IOException {
    return Integer.parseInt(line().split(" ", 3)[1]);
  }

  /** Reads the head of a response that has no end of its own; the answer is its status. */
  int readHead() throws IOException {
    int status = readStatus();
    while (!line().isEmpty()) {
      // What it says of itself is not needed.
    }
    return status;
  }

  /** Returns when the other side has ended the connection, or has sent nothing for long. */
  void drain() throws IOException {
    byte[] dropped = new byte[1024];
    while (in.read(dropped) >= 0) {
      // Only the end counts.
    }
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream(64);
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("the connection ended");
      }
      if (next != '\r') {
        line.write(next);
      }
    }
    return line.toString(StandardCharsets.ISO_8859_1);
  }

  boolean isReusable() {
    return reusable;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      // As closed as can be.
    }
  }
}
