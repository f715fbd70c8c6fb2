package io.tollgate.simulation;

/**
 * A connection of a node to a store. Each side learns that it is over by what the other one sent
 * last, late like any message, or never.
 */
final class Connection {
  private final Cable cable;
  private final Pipe up;
  private final Pipe down;
  private Runnable atServer = () -> {};
  private Runnable atClient = () -> {};
  private boolean over;

  Connection(Cable cable) {
    this.cable = cable;
    up = new Pipe(cable, true);
    down = new Pipe(cable, false);
  }

  /** Names who hears at the store that the connection is over. */
  void onEndAtServer(Runnable listener) {
    atServer = listener;
  }

  /** Names who hears at the node that the connection is over. */
  void onEndAtClient(Runnable listener) {
    atClient = listener;
  }

  Cable cable() {
    return cable;
  }

  boolean isOver() {
    return over;
  }

  /** Returns whether nothing can come of it any more. */
  boolean isGone() {
    return over && up.isEmpty() && down.isEmpty();
  }

  void ask(Runnable arrival) {
    up.send(arrival);
  }

  void answer(Runnable arrival) {
    down.send(arrival);
  }

  void goOn() {
    up.goOn();
    down.goOn();
  }

  void closeByClient() {
    over = true;
    down.drop();
    up.end(() -> atServer.run());
  }

  void closeByServer() {
    over = true;
    up.drop();
    down.end(() -> atClient.run());
  }

  /** The client's process has died at once; part of what it sent may be lost. */
  void abandon(boolean noticed) {
    over = true;
    down.drop();
    up.breakOff();
    if (noticed) {
      up.tellEnd(() -> atServer.run());
    }
  }

  /** The store's process has died at once; part of what it sent may be lost. */
  void crash(boolean noticed) {
    over = true;
    up.drop();
    down.breakOff();
    if (noticed) {
      down.tellEnd(() -> atClient.run());
    }
  }

  void cut(boolean noticed) {
    over = true;
    up.breakOff();
    down.breakOff();
    if (noticed) {
      up.tellEnd(() -> atServer.run());
      down.tellEnd(() -> atClient.run());
    }
  }
}
