package io.tollgate.fault;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Deque;
import java.util.concurrent.ConcurrentLinkedDeque;
import java.util.concurrent.Semaphore;

/** The edge of one gateway as clients reach it, with the connections they keep. Thread-safe. */
final class GatewayDoor implements Closeable {
  /** Far above what a gateway may need while one store lives. */
  static final Duration DEADLINE = Duration.ofSeconds(4);

  /**
   * So many clients wait for one gateway at once; those who come then get no answer. More of them
   * would take from this process, which carries the stores' traffic, what the others need of it.
   */
  private static final int WAITING_MAX = 2_000;

  private final Semaphore waiting = new Semaphore(WAITING_MAX);
  private final int gateway;
  private final int port;
  private final Stopwatch clock;
  private final Book book;
  private final Deque<HttpConnection> kept = new ConcurrentLinkedDeque<>();

  GatewayDoor(int gateway, int port, Stopwatch clock, Book book) {
    this.gateway = gateway;
    this.port = port;
    this.clock = clock;
    this.book = book;
  }

  /** Uses a key once and writes down what came of it. */
  Use use(IssuedKey key, boolean isFirst, long dueNanos) {
    if (!waiting.tryAcquire()) {
      long now = clock.now();
      var use = new Use(gateway, key, isFirst, dueNanos, now, now, Use.NO_ANSWER);
      book.add(use);
      return use;
    }
    try {
      return useInTurn(key, isFirst, dueNanos);
    } finally {
      waiting.release();
    }
  }

  private Use useInTurn(IssuedKey key, boolean isFirst, long dueNanos) {
    long sent = clock.now();
    int status = Use.NO_ANSWER;
    HttpConnection connection = null;
    try {
      HttpConnection taken = kept.pollFirst();
      connection = taken == null ? new HttpConnection(port, DEADLINE) : taken;
      sent = clock.now();
      connection.send(key.request());
      status = connection.read().status();
    } catch (IOException | RuntimeException e) {
      // No answer is an answer that the book has a word for.
      status = Use.NO_ANSWER;
    }
    var use = new Use(gateway, key, isFirst, dueNanos, sent, clock.now(), status);
    book.add(use);
    if (connection != null) {
      keep(connection, status);
    }
    return use;
  }

  private void keep(HttpConnection connection, int status) {
    if (status != Use.NO_ANSWER && connection.isReusable()) {
      // In turn, so that none grows so old that the gateway would close it.
      kept.addLast(connection);
    } else {
      connection.close();
    }
  }

  /** Forgets the connections, as clients do whose gateway has gone. */
  @Override
  public void close() {
    for (HttpConnection old = kept.poll(); old != null; old = kept.poll()) {
      old.close();
    }
  }
}
