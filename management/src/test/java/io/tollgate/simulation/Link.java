package io.tollgate.simulation;

import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A gateway's link to a store, which behaves as the gateway's own does: deadlines, refusal at once
 * after a missed one, closing after silence, redialling with jitter.
 *
 * @param <S> the connection as the server has it
 */
final class Link<S> {
  private static final long BEAT_NANOS = Scheduler.SECOND;
  private static final long SILENCE_NANOS_MAX = 3 * Scheduler.SECOND;
  private static final long REDIAL_NANOS_MIN = 50 * Scheduler.MILLI;
  private static final long REDIAL_NANOS_MAX = Scheduler.SECOND;

  /** How a link reaches its store. */
  interface Dialler<S> {
    Line<S> dial(long number, Runnable opened, Runnable ended);

    /** The link uses this connection from now on. */
    default void taken(long number) {}
  }

  private final Node node;
  private final Dialler<S> dialler;
  private final long deadlineNanos;
  private final long connectDeadlineNanos;
  private final List<Runnable> waiting = new ArrayList<>();
  private Deque<Promise<?>> underWay = new ArrayDeque<>();
  private @Nullable Line<S> line;
  private boolean open;
  private boolean overdue;
  private long overdueSinceNanos;
  private boolean reachable = true;
  private boolean closed;
  private long redialNanos = REDIAL_NANOS_MIN;
  private long generation;

  Link(Node node, Dialler<S> dialler, long deadlineNanos, long connectDeadlineNanos) {
    this.node = node;
    this.dialler = dialler;
    this.deadlineNanos = deadlineNanos;
    this.connectDeadlineNanos = connectDeadlineNanos;
  }

  void open() {
    dial();
    node.after(BEAT_NANOS, this::beat);
  }

  /** Returns the number of the connection in use, or of the newest attempt. */
  long number() {
    return generation;
  }

  <R extends @Nullable Object> Future<R> call(Function<S, R> command) {
    Line<S> known = line;
    if (known != null && open) {
      return overdue ? refused() : send(known, command);
    }
    if (known == null || !reachable) {
      return refused();
    }
    Promise<R> answer = Promise.promise();
    node.after(
        deadlineNanos, () -> answer.tryFail(new StoreUnreachable("the store is not connected")));
    waiting.add(
        () -> {
          if (open && !answer.future().isComplete()) {
            send(known, command)
                .onComplete(answer::tryComplete, failure -> answer.tryFail(failure));
          } else {
            answer.tryFail(new StoreUnreachable("the store can't be reached"));
          }
        });
    return answer.future();
  }

  private static <R extends @Nullable Object> Future<R> refused() {
    return Future.failedFuture(new StoreUnreachable("the store does not answer"));
  }

  private <R extends @Nullable Object> Future<R> send(Line<S> on, Function<S, R> command) {
    long sentOn = generation;
    Promise<R> answer = Promise.promise();
    Deque<Promise<?>> asked = underWay;
    asked.add(answer);
    node.after(
        deadlineNanos,
        () -> {
          if (answer.tryFail(new StoreUnreachable("the store missed its deadline"))) {
            missed(sentOn);
          }
        });
    on.ask(
        command,
        result -> {
          asked.poll();
          if (sentOn == generation && open) {
            overdue = false;
            reachable = true;
          }
          answer.tryComplete(result);
        });
    return answer.future();
  }

  private void missed(long sentOn) {
    if (sentOn == generation && open) {
      if (!overdue) {
        overdueSinceNanos = node.scheduler().nanos();
      }
      overdue = true;
      reachable = false;
    }
  }

  private void beat() {
    if (closed) {
      return;
    }
    Line<S> known = line;
    if (known != null && open) {
      long nowNanos = node.scheduler().nanos();
      boolean silent = nowNanos - known.readNanos() > SILENCE_NANOS_MAX;
      if (silent || (overdue && nowNanos - overdueSinceNanos > SILENCE_NANOS_MAX)) {
        known.hangUp();
        broke(generation);
      } else if (!overdue) {
        send(known, session -> true);
      }
    }
    node.after(BEAT_NANOS, this::beat);
  }

  private void dial() {
    long attempt = ++generation;
    open = false;
    line = dialler.dial(attempt, () -> opened(attempt), () -> broke(attempt));
    node.after(connectDeadlineNanos, () -> failed(attempt));
  }

  private void opened(long attempt) {
    if (attempt != generation || line == null || closed) {
      return;
    }
    open = true;
    dialler.taken(attempt);
    overdue = false;
    reachable = true;
    redialNanos = REDIAL_NANOS_MIN;
    release();
  }

  private void failed(long attempt) {
    Line<S> known = line;
    if (attempt == generation && known != null && !open) {
      known.hangUp();
      broke(attempt);
    }
  }

  private void broke(long attempt) {
    if (attempt != generation || line == null) {
      return;
    }
    line = null;
    open = false;
    reachable = false;
    release();
    Deque<Promise<?>> unanswered = underWay;
    underWay = new ArrayDeque<>();
    unanswered.forEach(answer -> answer.tryFail(new StoreUnreachable("the connection has ended")));
    if (!closed) {
      long jittered = redialNanos / 2 + node.scheduler().random.nextLong(redialNanos / 2);
      redialNanos = Math.min(2 * redialNanos, REDIAL_NANOS_MAX);
      node.after(jittered, this::redial);
    }
  }

  private void redial() {
    if (!closed && line == null) {
      dial();
    }
  }

  private void release() {
    List<Runnable> released = List.copyOf(waiting);
    waiting.clear();
    released.forEach(Runnable::run);
  }

  void close() {
    closed = true;
    Line<S> known = line;
    if (known != null) {
      line = null;
      open = false;
      known.close();
    }
  }

  /** The process has died. */
  void abandon(boolean noticed) {
    closed = true;
    Line<S> known = line;
    if (known != null) {
      known.abandon(noticed);
    }
  }
}
