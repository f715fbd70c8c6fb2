package io.tollgate.simulation;

import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * One connection to a store, as a node has it: commands go out in order, answers come in order.
 *
 * @param <S> the connection as the server has it
 */
final class Line<S> {
  private final Node node;
  private final Server<S> server;
  private final Connection connection;
  private Runnable ended = () -> {};
  private @Nullable S session;
  private long readNanos;

  private Line(Node node, Server<S> server, Connection connection) {
    this.node = node;
    this.server = server;
    this.connection = connection;
    readNanos = node.scheduler().nanos();
  }

  /**
   * Dials, and sends a first command.
   *
   * @param opened hears that the first command was answered
   * @param ended hears that the connection is over, unless it was closed from here
   */
  static <S> Line<S> dial(
      Node node,
      Cable cable,
      Server<S> server,
      Consumer<S> first,
      Consumer<Line<S>> opened,
      Runnable ended) {
    Connection connection = cable.connect();
    var line = new Line<S>(node, server, connection);
    line.ended = ended;
    connection.onEndAtClient(() -> node.deliver(connection, ended));
    connection.ask(
        () -> {
          S accepted = server.accept(connection);
          if (accepted != null) {
            line.session = accepted;
            line.receive(
                accepted,
                session -> {
                  first.accept(session);
                  return true;
                },
                done -> opened.accept(line));
          }
        });
    return line;
  }

  Server<S> server() {
    return server;
  }

  /** Returns when anything was read last, in true time. */
  long readNanos() {
    return readNanos;
  }

  <R extends @Nullable Object> void ask(Function<S, R> command, Consumer<R> answered) {
    connection.ask(
        () -> {
          S known = session;
          if (known != null) {
            receive(known, command, answered);
          }
        });
  }

  private <R extends @Nullable Object> void receive(
      S known, Function<S, R> command, Consumer<R> answered) {
    server.receive(
        known,
        () -> {
          R result = command.apply(known);
          server.reply(known, () -> hear(() -> answered.accept(result)));
        });
  }

  /** Something has arrived at the node. */
  void hear(Runnable work) {
    node.deliver(
        connection,
        () -> {
          readNanos = node.scheduler().nanos();
          work.run();
        });
  }

  /** Returns what the server does to make something heard at the node. */
  Runnable arrival(Runnable work) {
    return () -> hear(work);
  }

  /** Closes it, and hears that it is over like whoever did not close it. */
  void hangUp() {
    close();
    node.scheduler()
        .after(
            node.scheduler().random.nextLong(Scheduler.MILLI),
            () -> node.deliver(connection, ended));
  }

  void close() {
    connection.closeByClient();
  }

  /** The node's process has died. */
  void abandon(boolean noticed) {
    connection.abandon(noticed);
  }
}
