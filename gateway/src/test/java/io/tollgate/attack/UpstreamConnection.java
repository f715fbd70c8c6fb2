package io.tollgate.attack;

import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;

/** One connection of the proxy to the recording upstream. Safe for all threads. */
final class UpstreamConnection {
  private static final String EMPTY_LINE = "\r\n\r\n";

  private final Socket socket;
  private final StringBuilder log = new StringBuilder();

  /** Where the bytes of the case at hand begin. */
  private int mark;

  /** Where the next message begins. */
  private int readTo;

  /** How far it has been looked for the next message's end. */
  private int tried;

  private boolean headBegun;
  private boolean chunked;
  private boolean closed;
  private String breach = "";

  UpstreamConnection(Socket socket) {
    this.socket = socket;
  }

  Socket socket() {
    return socket;
  }

  synchronized void append(String bytes) {
    log.append(bytes);
  }

  /** Spares reading a body again for each chunk of it: all chunks end with an empty line. */
  synchronized boolean mayBeWhole() {
    int from = Math.max(readTo, tried - EMPTY_LINE.length());
    boolean ended = log.indexOf(EMPTY_LINE, from) >= 0;
    tried = log.length();
    return !headBegun || !chunked || ended;
  }

  synchronized Strict.Reading next() {
    return Strict.request(log.substring(readTo), 0);
  }

  /** Takes a message of that length as read. */
  synchronized void advance(int length) {
    readTo += length;
    tried = readTo;
    headBegun = false;
  }

  /** Notes that the next message's head is there; returns whether that is news. */
  synchronized boolean beginHead(Message head) {
    boolean news = !headBegun;
    headBegun = true;
    chunked = !head.values("transfer-encoding").isEmpty();
    return news;
  }

  synchronized void brokenBy(String reason) {
    breach = reason;
  }

  synchronized void closed() {
    closed = true;
  }

  /** Begins another case. */
  synchronized void mark() {
    mark = log.length();
  }

  void write(String bytes) throws IOException {
    OutputStream output = socket.getOutputStream();
    output.write(bytes.getBytes(StandardCharsets.ISO_8859_1));
    output.flush();
  }

  synchronized boolean isClosed() {
    return closed;
  }

  synchronized boolean isTouched() {
    return log.length() > mark;
  }

  synchronized boolean hasHead() {
    return headBegun;
  }

  /** Returns whether bytes are left that make no whole message. */
  synchronized boolean isHalf() {
    return readTo < log.length() && breach().isEmpty();
  }

  /** Returns in which way its bytes are no strict HTTP; empty if they are. */
  synchronized String breach() {
    boolean unjudged = breach.isEmpty() && readTo < log.length();
    return unjudged && next() instanceof Strict.Broken broken ? broken.reason() : breach;
  }

  synchronized String bytes() {
    return log.substring(mark);
  }
}
