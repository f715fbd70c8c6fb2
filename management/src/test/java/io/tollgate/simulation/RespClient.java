package io.tollgate.simulation;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A socket to a real Redis that speaks RESP3 and keeps answers and announcements in order. */
final class RespClient implements AutoCloseable {
  static final String ANNOUNCEMENT = ">";
  private static final int DEADLINE_MILLIS = 5_000;

  private final Socket socket = new Socket();
  private final InputStream in;

  RespClient(int port) {
    try {
      socket.connect(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), port), DEADLINE_MILLIS);
      socket.setSoTimeout(DEADLINE_MILLIS);
      socket.setTcpNoDelay(true);
      in = new BufferedInputStream(socket.getInputStream());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    send(List.of(List.of("HELLO", "3")));
    receive(1);
  }

  /** Sends commands in one piece. */
  void send(List<List<String>> commands) {
    var out = new ByteArrayOutputStream();
    for (List<String> words : commands) {
      write(out, "*" + words.size());
      for (String word : words) {
        write(out, "$" + word.getBytes(StandardCharsets.UTF_8).length);
        write(out, word);
      }
    }
    try {
      socket.getOutputStream().write(out.toByteArray());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void write(ByteArrayOutputStream out, String line) {
    out.writeBytes((line + "\r\n").getBytes(StandardCharsets.UTF_8));
  }

  /** Returns what came until so many answers had come, announcements among them. */
  List<String> receive(int answers) {
    List<String> received = new ArrayList<>();
    int left = answers;
    try {
      while (left > 0) {
        String message = message();
        received.add(message);
        left -= message.startsWith(ANNOUNCEMENT) ? 0 : 1;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("after " + received, e);
    }
    return received;
  }

  private String message() throws IOException {
    String line = line();
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+', ':', ',', '#' -> rest;
      case '-' -> "error " + rest;
      case '_' -> "null";
      case '$' -> bulk(Integer.parseInt(rest));
      case '*', '~' -> messages(Integer.parseInt(rest)).toString();
      case '%' -> messages(2 * Integer.parseInt(rest)).toString();
      case '>' -> ANNOUNCEMENT + messages(Integer.parseInt(rest));
      default -> throw new IOException("not an answer: " + line);
    };
  }

  private List<String> messages(int count) throws IOException {
    List<String> messages = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      messages.add(message());
    }
    return messages;
  }

  private String bulk(int length) throws IOException {
    byte[] bytes = in.readNBytes(length);
    in.skipNBytes(2);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private String line() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int next = in.read(); next != '\r'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("Redis closed the connection");
      }
      line.write(next);
    }
    in.skipNBytes(1);
    return line.toString(StandardCharsets.UTF_8);
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
