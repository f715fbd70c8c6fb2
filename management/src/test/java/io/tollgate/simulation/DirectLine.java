package io.tollgate.simulation;

import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A connection to a store for threads that wait for each answer. After a failure it is of no use
 * any more.
 *
 * @param <S> the connection as the server has it
 */
final class DirectLine<S> {
  static final long DEADLINE_NANOS = 2 * Scheduler.SECOND;

  private final Node node;
  private final Line<S> line;
  private final Deque<Promise<?>> underWay = new ArrayDeque<>();
  private boolean ended;

  private DirectLine(Node node, Cable cable, Server<S> server, Consumer<S> first) {
    this.node = node;
    Promise<Boolean> opened = Promise.promise();
    underWay.add(opened);
    line =
        Line.dial(
            node,
            cable,
            server,
            first,
            open -> {
              underWay.poll();
              opened.tryComplete(true);
            },
            this::end);
  }

  /** Dials and waits until the store has answered. */
  static <S> DirectLine<S> open(
      DirectThread thread, Node node, Cable cable, Server<S> server, Consumer<S> first) {
    var direct = new DirectLine<S>(node, cable, server, first);
    direct.wait(thread, direct.underWay.getFirst(), DEADLINE_NANOS);
    return direct;
  }

  Server<S> server() {
    return line.server();
  }

  /** Returns what the server does to make something heard at the node. */
  Runnable arrival(Runnable work) {
    return line.arrival(work);
  }

  boolean isEnded() {
    return ended;
  }

  /** Sends a command and waits for its answer. */
  <R extends @Nullable Object> R ask(DirectThread thread, Function<S, R> command) {
    return ask(thread, command, DEADLINE_NANOS);
  }

  <R extends @Nullable Object> R ask(
      DirectThread thread, Function<S, R> command, long deadlineNanos) {
    if (ended) {
      throw new StoreUnreachable("the connection has ended");
    }
    Promise<R> answer = Promise.promise();
    underWay.add(answer);
    line.ask(
        command,
        result -> {
          underWay.poll();
          answer.tryComplete(result);
        });
    return wait(thread, answer, deadlineNanos);
  }

  private <R extends @Nullable Object> R wait(
      DirectThread thread, Promise<R> answer, long deadlineNanos) {
    node.after(
        deadlineNanos, () -> answer.tryFail(new StoreUnreachable("the store gave no answer")));
    return thread.await(answer.future());
  }

  private void end() {
    ended = true;
    Deque<Promise<?>> unanswered = new ArrayDeque<>(underWay);
    underWay.clear();
    unanswered.forEach(answer -> answer.tryFail(new StoreUnreachable("the connection has ended")));
  }

  void close() {
    if (!ended) {
      ended = true;
      line.close();
    }
  }

  void abandon(boolean noticed) {
    if (!ended) {
      ended = true;
      line.abandon(noticed);
    }
  }
}
