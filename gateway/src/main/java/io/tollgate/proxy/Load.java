package io.tollgate.proxy;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.ToIntFunction;

/**
 * What an endpoint has under way, of which each event loop counts its own part. Safe for all
 * threads.
 */
final class Load {
  private final List<Part> parts = new CopyOnWriteArrayList<>();

  /** One count for all event loops, since there is a bound for all together. */
  private final AtomicInteger apart = new AtomicInteger();

  /** The part of one event loop, which alone writes it: no request waits for another's count. */
  static final class Part {
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger webSockets = new AtomicInteger();
    private final AtomicInteger connections = new AtomicInteger();

    private static void add(AtomicInteger to, int count) {
      to.lazySet(to.getPlain() + count);
    }

    void addRequests(int count) {
      add(requests, count);
    }

    void addWebSockets(int count) {
      add(webSockets, count);
    }

    void addConnections(int count) {
      add(connections, count);
    }

    /** Returns how many exchanges there are, those that wait for a connection included. */
    int requests() {
      return requests.get();
    }

    /** Returns how many WebSockets are open, which are no exchanges under way. */
    int webSockets() {
      return webSockets.get();
    }

    /** Returns how many connections stand, those of WebSockets apart. */
    int connections() {
      return connections.get();
    }
  }

  Part begin() {
    var part = new Part();
    parts.add(part);
    return part;
  }

  /** An event loop has nothing to do with the endpoint any more. */
  void end(Part part) {
    parts.remove(part);
  }

  /** Counts one more that asks to become a WebSocket; returns how many there are with it. */
  int beginApart() {
    return apart.incrementAndGet();
  }

  void endApart() {
    apart.decrementAndGet();
  }

  /** Returns how many WebSockets there are, those whose handshake is under way included. */
  int apart() {
    return apart.get();
  }

  private int sum(ToIntFunction<Part> of) {
    int sum = 0;
    for (Part part : parts) {
      sum += of.applyAsInt(part);
    }
    return sum;
  }

  int requests() {
    return sum(Part::requests);
  }

  int webSockets() {
    return sum(Part::webSockets);
  }

  int connections() {
    return sum(Part::connections);
  }
}
