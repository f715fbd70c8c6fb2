package io.tollgate.attack;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One connection of the proxy to the recording upstream; guarded by that. */
final class UpstreamConnection {
  private final Socket socket;
  private final StringBuilder log = new StringBuilder();

  /** Where the bytes of the case at hand begin. */
  private int mark;

  /** Where the next message begins. */
  private int readTo;

  private boolean headBegun;
  private boolean closed;
  private String breach = "";

  UpstreamConnection(Socket socket) {
    this.socket = socket;
  }

  Socket socket() {
    return socket;
  }

  void append(String bytes) {
    log.append(bytes);
  }

  Strict.Reading next() {
    return Strict.request(log.toString(), readTo);
  }

  void advance(int end) {
    readTo = end;
    headBegun = false;
  }

  /** Notes that the next message's head is there; returns whether that is news. */
  boolean beginHead() {
    boolean news = !headBegun;
    headBegun = true;
    return news;
  }

  void brokenBy(String reason) {
    breach = reason;
  }

  void closed() {
    closed = true;
  }

  /** Begins another case; what came before it is forgotten. */
  void mark() {
    log.delete(0, readTo);
    readTo = 0;
    mark = log.length();
  }

  void write(String bytes) throws IOException {
    OutputStream output = socket.getOutputStream();
    output.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    output.flush();
  }

  boolean isClosed() {
    return closed;
  }

  boolean isTouched() {
    return log.length() > mark;
  }

  boolean hasHead() {
    return headBegun;
  }

  /** Returns whether bytes are left that make no whole message. */
  boolean isHalf() {
    return readTo < log.length() && breach.isEmpty();
  }

  /** Returns in which way its bytes are no strict HTTP; empty if they are. */
  String breach() {
    return breach;
  }

  String bytes() {
    return log.substring(mark);
  }
}
