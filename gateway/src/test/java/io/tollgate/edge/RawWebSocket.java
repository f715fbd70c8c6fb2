package io.tollgate.edge;

import io.tollgate.key.Secret;
import java.io.DataInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** A client of a WebSocket that sends bytes as they are; what it masks, it masks by zeros. */
final class RawWebSocket implements AutoCloseable {
  /** The key of RFC 6455, 1.3, and the answer to it. */
  static final String KEY = "dGhlIHNhbXBsZSBub25jZQ==";

  static final String SWITCHED =
      "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
          + "Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r\n";

  private static final int READ_TIMEOUT_MILLIS = 10_000;
  private static final int CLOSE = 0x88;

  private final Socket socket;
  private final DataInputStream input;

  /** What was answered to the handshake, up to the empty line. */
  final String head;

  /** A frame as it came, its payload in ISO 8859-1. */
  record Frame(int first, String payload) {
    /** Returns a Close's code and reason, or what came in its place. */
    String close() {
      return first == CLOSE && payload.length() >= 2
          ? (payload.charAt(0) << 8 | payload.charAt(1)) + " " + payload.substring(2)
          : this.toString();
    }
  }

  RawWebSocket(int port, Secret key, String... fields) throws IOException {
    this(port, handshake(key, fields));
  }

  /** Opens one whose first bytes are these, the head's own and maybe more. */
  RawWebSocket(int port, String bytes) throws IOException {
    socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(READ_TIMEOUT_MILLIS);
    input = new DataInputStream(socket.getInputStream());
    send(bytes);
    head = readHead();
  }

  static String handshake(Secret key, String... fields) {
    return "GET /socket HTTP/1.1\r\nHost: t\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        + "Sec-WebSocket-Key: "
        + KEY
        + "\r\nSec-WebSocket-Version: 13\r\nX-API-Key: "
        + key.reveal()
        + "\r\n"
        + String.join("", fields)
        + "\r\n";
  }

  /** Returns a client's frame, short and whole. */
  static String frame(int first, String payload) {
    return "" + (char) first + (char) (0x80 | payload.length()) + "\0\0\0\0" + payload;
  }

  static String text(String payload) {
    return frame(0x81, payload);
  }

  void send(String bytes) throws IOException {
    socket.getOutputStream().write(bytes.getBytes(StandardCharsets.ISO_8859_1));
  }

  private String readHead() throws IOException {
    var read = new StringBuilder();
    while (read.indexOf("\r\n\r\n") < 0) {
      int next = input.read();
      if (next < 0) {
        return read.toString();
      }
      read.append((char) next);
    }
    return read.toString();
  }

  /** Reads a frame of the server's, of up to 65,535 bytes. */
  Frame read() throws IOException {
    int first = input.readUnsignedByte();
    int length = input.readUnsignedByte();
    byte[] payload = new byte[length == 126 ? input.readUnsignedShort() : length];
    input.readFully(payload);
    return new Frame(first, new String(payload, StandardCharsets.ISO_8859_1));
  }

  /** Returns all that comes until the end. */
  String readToEnd() throws IOException {
    return new String(input.readAllBytes(), StandardCharsets.ISO_8859_1);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
