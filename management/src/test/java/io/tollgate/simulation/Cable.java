package io.tollgate.simulation;

import java.util.ArrayList;
import java.util.List;

/**
 * The network between one node and one store. Each way can be held up by itself, as TCP does with a
 * network that loses everything for a while: what was sent arrives afterwards, in order.
 */
final class Cable {
  private static final long LATENCY_NANOS_MIN = 50 * Scheduler.MICRO;
  private static final long LATENCY_NANOS_MAX = 600 * Scheduler.MICRO;
  private static final long SLOW_NANOS_MAX = 80 * Scheduler.MILLI;
  private static final double SLOW_SHARE = 0.2;

  private final Scheduler scheduler;
  private final List<Connection> connections = new ArrayList<>();
  private boolean upHeld;
  private boolean downHeld;
  private boolean slow;

  Cable(Scheduler scheduler) {
    this.scheduler = scheduler;
  }

  Scheduler scheduler() {
    return scheduler;
  }

  /** Opens the two pipes of a connection; who is at the other end is told by the first message. */
  Connection connect() {
    connections.removeIf(Connection::isGone);
    var connection = new Connection(this);
    connections.add(connection);
    return connection;
  }

  long latencyNanos() {
    return slow && scheduler.chance(SLOW_SHARE)
        ? scheduler.between(LATENCY_NANOS_MAX, SLOW_NANOS_MAX)
        : scheduler.between(LATENCY_NANOS_MIN, LATENCY_NANOS_MAX);
  }

  boolean isHeld(boolean up) {
    return up ? upHeld : downHeld;
  }

  /** Returns whether anything is wrong with it just now. */
  boolean isDisturbed() {
    return upHeld || downHeld || slow;
  }

  void hold(boolean up, boolean down) {
    upHeld |= up;
    downHeld |= down;
  }

  void slowDown() {
    slow = true;
  }

  void heal() {
    upHeld = false;
    downHeld = false;
    slow = false;
    connections.forEach(Connection::goOn);
  }

  /** Ends all connections amid whatever is on its way. */
  void cut(boolean noticed) {
    for (Connection connection : connections) {
      if (!connection.isOver()) {
        connection.cut(noticed);
      }
    }
  }
}
