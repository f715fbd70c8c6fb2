package io.tollgate.management;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds what clients may hold open: how many connections there are, and how long one may stay
 * without beginning a request. Whoever sends a head or a body a byte at a time, never idle and
 * never done, is sent away by that too. Confined to one event loop, but for the count.
 */
final class ClientConnections {
  /** Longer than a connection may be idle, and than any request may take that is sent at once. */
  static final Duration WITHOUT_REQUEST_MAX = Duration.ofMinutes(2);

  private static final int LOOKS_PER_SPAN = 4;

  /** When the last request began, in {@link System#nanoTime}. */
  private static final class Begun {
    long nanos = System.nanoTime();
  }

  private final AtomicInteger open;
  private final int max;
  private final Duration withoutRequest;
  private final Map<HttpConnection, Begun> connections = new HashMap<>();

  /**
   * Makes the bounds of an event loop.
   *
   * @param open counts the connections of all loops
   * @param max how many there may be in all
   */
  ClientConnections(AtomicInteger open, int max, Duration withoutRequest) {
    this.open = open;
    this.max = max;
    this.withoutRequest = withoutRequest;
  }

  /** Looks from now on after connections that begin no request. */
  void watch(Vertx vertx) {
    vertx.setPeriodic(withoutRequest.toMillis() / LOOKS_PER_SPAN, again -> closeStale());
  }

  void opened(HttpConnection connection) {
    if (open.incrementAndGet() > max) {
      open.decrementAndGet();
      connection.close();
      return;
    }
    connections.put(connection, new Begun());
    connection.closeHandler(closed -> forget(connection));
  }

  private void forget(HttpConnection connection) {
    if (connections.remove(connection) != null) {
      open.decrementAndGet();
    }
  }

  void requested(HttpConnection connection) {
    Begun begun = connections.get(connection);
    if (begun != null) {
      begun.nanos = System.nanoTime();
    }
  }

  private void closeStale() {
    long now = System.nanoTime();
    List<HttpConnection> stale =
        connections.entrySet().stream()
            .filter(one -> now - one.getValue().nanos > withoutRequest.toNanos())
            .map(Map.Entry::getKey)
            .toList();
    // Outside the walk: closing takes them out of the map.
    stale.forEach(HttpConnection::close);
  }
}
