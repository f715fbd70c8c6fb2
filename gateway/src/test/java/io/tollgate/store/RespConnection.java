package io.tollgate.store;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** A plain socket that speaks as much of Redis' protocol as assertions need. */
final class RespConnection implements AutoCloseable {
  private static final int DEADLINE_MILLIS = 5_000;

  private final Socket socket = new Socket();
  private final InputStream answers;

  RespConnection(int port) throws IOException {
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), DEADLINE_MILLIS);
    socket.setSoTimeout(DEADLINE_MILLIS);
    answers = new BufferedInputStream(socket.getInputStream());
  }

  @Nullable String command(String... words) throws IOException {
    var out = new ByteArrayOutputStream();
    out.writeBytes(bytes("*" + words.length + "\r\n"));
    for (String word : words) {
      byte[] bytes = bytes(word);
      out.writeBytes(bytes("$" + bytes.length + "\r\n"));
      out.writeBytes(bytes);
      out.writeBytes(bytes("\r\n"));
    }
    socket.getOutputStream().write(out.toByteArray());
    return answer();
  }

  private @Nullable String answer() throws IOException {
    String line = line();
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+', ':' -> rest;
      case '-' -> throw new IllegalStateException(rest);
      case '$' -> bulk(Integer.parseInt(rest));
      case '*' -> {
        var lines = new StringJoiner("\n");
        for (int i = Integer.parseInt(rest); i > 0; i--) {
          lines.add(String.valueOf(answer()));
        }
        yield lines.toString();
      }
      default -> throw new IOException("not an answer: " + line);
    };
  }

  private @Nullable String bulk(int length) throws IOException {
    if (length < 0) {
      return null;
    }
    byte[] bytes = answers.readNBytes(length);
    answers.skipNBytes(2);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = answers.read(); next != '\r'; next = answers.read()) {
      if (next < 0) {
        throw new EOFException("Redis closed the connection");
      }
      line.write(next);
    }
    answers.skipNBytes(1);
    return line.toString(StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
