package io.tollgate.store;

import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One connection to a store, which knows whether the store can be asked.
 *
 * <p>A store that is dead closes the connection; one that is frozen does not, so every command has
 * a deadline. Once one is missed, callers are refused at once instead of each waiting in vain,
 * until the store answers again: the overdue commands themselves, or a heartbeat on a new
 * connection, show that it does. A connection on which nothing arrives for {@link #SILENCE_MAX} is
 * closed and dialled anew, one attempt at a time, with jitter.
 *
 * <p>Confined to the context it was made for.
 *
 * @param <C> the driver's connection
 */
final class StoreLink<C> {
  /** Twice the heartbeat and more, so that only a store that is silent loses its connection. */
  static final Duration SILENCE_MAX = Duration.ofSeconds(3);

  private static final Duration HEARTBEAT = Duration.ofSeconds(1);

  private static final long REDIAL_MILLIS_MIN = 50;
  private static final long REDIAL_MILLIS_MAX = 1_000;
  private static final Logger LOG = LoggerFactory.getLogger(StoreLink.class);

  /** How a link reaches its store. */
  interface Line<C> {
    /** Opens a connection and calls {@code closed} once when it has ended for any reason. */
    Future<C> dial(Runnable closed);

    /** Hears that the link uses a connection from now on. */
    default void taken(C connection) {}

    /** Closes a connection that came too late to be used. */
    void discard(C connection);

    /** Sends the cheapest command that shows the store alive. */
    Future<?> heartbeat(C connection);
  }

  private final Vertx vertx;
  private final Context context;
  private final String store;
  private final Line<C> line;
  private final Duration deadline;
  private final Duration connectDeadline;

  private @Nullable C connection;
  private @Nullable Promise<C> dialling;
  private boolean overdue;
  private long overdueSinceNanos;
  private boolean reachable = true;
  private boolean closed;
  private long redialMillis = REDIAL_MILLIS_MIN;
  private int generation;

  StoreLink(Vertx vertx, String store, Line<C> line, Duration deadline, Duration connectDeadline) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.store = store;
    this.line = line;
    this.deadline = deadline;
    this.connectDeadline = connectDeadline;
  }

  /** Dials for the first time; the link lives until {@link #close}. */
  void open() {
    dial();
    vertx.setPeriodic(HEARTBEAT.toMillis(), this::beat);
  }

  void close() {
    closed = true;
  }

  /**
   * Sends one command.
   *
   * @return its answer; failed with {@link StoreUnreachable} when the deadline has passed, when the
   *     connection broke, or at once when the store is known not to answer
   */
  <R> Future<R> call(Function<C, Future<R>> command) {
    C open = connection;
    if (open != null) {
      return overdue ? refused() : send(open, command);
    }
    // Only the first attempt is worth waiting for: after a failure the store counts as gone.
    Promise<C> attempt = dialling;
    if (attempt == null || !reachable) {
      return refused();
    }
    return sendOnceConnected(attempt, command);
  }

  private <R> Future<R> sendOnceConnected(Promise<C> attempt, Function<C, Future<R>> command) {
    Promise<R> answer = Promise.promise();
    // A timer of this context, since Future.timeout would answer on a thread of its own.
    long timer =
        vertx.setTimer(
            deadline.toMillis(),
            fired -> answer.tryFail(new StoreUnreachable(store + " is not connected yet")));
    attempt
        .future()
        .onComplete(
            open -> {
              if (vertx.cancelTimer(timer)) {
                send(open, command).onComplete(answer);
              }
            },
            failure -> {
              vertx.cancelTimer(timer);
              answer.tryFail(failure);
            });
    return answer.future();
  }

  private <R> Future<R> refused() {
    return Future.failedFuture(new StoreUnreachable(store + " does not answer"));
  }

  private <R> Future<R> send(C open, Function<C, Future<R>> command) {
    int sentOn = generation;
    long sentNanos = System.nanoTime();
    Promise<R> answer = Promise.promise();
    long timer =
        vertx.setTimer(
            deadline.toMillis(),
            fired -> vertx.setTimer(readingMillis(sentNanos), read -> overdue(answer, sentOn)));
    command
        .apply(open)
        .onComplete(
            outcome -> {
              vertx.cancelTimer(timer);
              answered(sentOn);
              if (outcome.succeeded()) {
                answer.tryComplete(outcome.result());
              } else {
                answer.tryFail(new StoreUnreachable(store + " failed", outcome.cause()));
              }
            });
    return answer.future();
  }

  /**
   * Returns how long what came is read before its answer is called late: a millisecond, or as long
   * as this event loop was held up, since meanwhile it has read nothing, but a deadline at most.
   */
  private long readingMillis(long sentNanos) {
    long lateMillis =
        TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - sentNanos) - deadline.toMillis();
    return Math.max(1, Math.min(lateMillis, deadline.toMillis()));
  }

  private void overdue(Promise<?> answer, int sentOn) {
    if (answer.tryFail(new StoreUnreachable(store + " missed its deadline"))) {
      missed(sentOn);
    }
  }

  private void missed(int sentOn) {
    if (sentOn == generation && connection != null) {
      if (!overdue) {
        overdueSinceNanos = System.nanoTime();
      }
      overdue = true;
      report(false, "missed its deadline of " + deadline.toMillis() + " ms");
    }
  }

  /** An answer, late or not, shows that the connection moves again. */
  private void answered(int sentOn) {
    if (sentOn == generation && connection != null) {
      overdue = false;
      report(true, "answers");
    }
  }

  private void beat(long timer) {
    if (closed) {
      vertx.cancelTimer(timer);
      return;
    }
    C open = connection;
    if (open == null) {
      return;
    }
    if (!overdue) {
      send(open, line::heartbeat)
          .onFailure(failure -> LOG.debug("{} heartbeat: {}", store, failure));
    } else if (System.nanoTime() - overdueSinceNanos > SILENCE_MAX.toNanos()) {
      // Something may still arrive, announcements say, but no answer.
      line.discard(open);
      broke(generation);
    }
  }

  private void dial() {
    int attemptGeneration = ++generation;
    Promise<C> attempt = Promise.promise();
    dialling = attempt;
    Future<C> dialled = line.dial(() -> context.runOnContext(unused -> broke(attemptGeneration)));
    dialled.onSuccess(open -> context.runOnContext(unused -> connected(attemptGeneration, open)));
    dialled
        .timeout(connectDeadline.toMillis(), TimeUnit.MILLISECONDS)
        .onFailure(failure -> context.runOnContext(unused -> failed(attemptGeneration, failure)));
  }

  private void connected(int attemptGeneration, C open) {
    if (attemptGeneration != generation || dialling == null) {
      // The attempt was given up before.
      line.discard(open);
      return;
    }
    connection = open;
    line.taken(open);
    overdue = false;
    redialMillis = REDIAL_MILLIS_MIN;
    Promise<C> waiting = dialling;
    dialling = null;
    report(true, "is connected");
    if (waiting != null) {
      waiting.complete(open);
    }
  }

  private void failed(int attemptGeneration, Throwable failure) {
    if (attemptGeneration != generation) {
      return;
    }
    Promise<C> waiting = dialling;
    dialling = null;
    report(false, "can't be reached: " + failure.getMessage());
    if (waiting != null) {
      waiting.fail(new StoreUnreachable(store + " can't be reached"));
    }
    redial();
  }

  private void broke(int brokenGeneration) {
    if (brokenGeneration != generation || connection == null) {
      return;
    }
    connection = null;
    report(false, "closed the connection");
    redial();
  }

  private void redial() {
    if (closed) {
      return;
    }
    long jittered = redialMillis / 2 + ThreadLocalRandom.current().nextLong(redialMillis / 2 + 1);
    redialMillis = Math.min(redialMillis * 2, REDIAL_MILLIS_MAX);
    vertx.setTimer(
        Math.max(1, jittered),
        timer -> {
          if (!closed && connection == null && dialling == null) {
            dial();
          }
        });
  }

  /** Logs only the turns: an outage is two lines, however long it lasts. */
  private void report(boolean nowReachable, String what) {
    if (reachable != nowReachable && !closed) {
      reachable = nowReachable;
      if (nowReachable) {
        LOG.info("{} {}", store, what);
      } else {
        LOG.warn("{} {}", store, what);
      }
    }
  }
}
