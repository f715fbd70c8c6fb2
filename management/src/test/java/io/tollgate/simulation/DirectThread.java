package io.tollgate.simulation;

import io.vertx.core.Future;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A thread of a node that waits for each of its steps, as management's code does. It and the
 * scheduler's thread hand one turn to each other: never do two run at once, so nothing depends on
 * how they are scheduled.
 */
final class DirectThread {
  /** Ends a thread whose process has died; nothing may catch it and go on. */
  static final class ProcessDied extends Error {
    private static final long serialVersionUID = 1L;

    ProcessDied() {
      super("the process has died", null, false, false);
    }
  }

  private final Thread thread;
  private volatile boolean turn;
  private volatile @Nullable Thread scheduler;
  private volatile @Nullable Throwable failure;
  private boolean killed;
  private boolean ended;

  private DirectThread(Runnable body) {
    thread = Thread.ofVirtual().unstarted(() -> run(body));
  }

  /** Starts a thread, which runs at once until it waits for the first time. */
  static DirectThread start(Consumer<DirectThread> body) {
    var starting = new DirectThread[1];
    var direct = new DirectThread(() -> body.accept(starting[0]));
    starting[0] = direct;
    direct.hand(direct.thread::start);
    return direct;
  }

  private void run(Runnable body) {
    try {
      body.run();
    } catch (ProcessDied died) {
      // As it should be.
    } catch (Throwable unexpected) {
      failure = unexpected;
    } finally {
      ended = true;
      turn = false;
      LockSupport.unpark(scheduler);
    }
  }

  /** Waits for an outcome; throws what it failed with. */
  <R extends @Nullable Object> R await(Future<R> outcome) {
    if (killed) {
      throw new ProcessDied();
    }
    if (!outcome.isComplete()) {
      outcome.onComplete(any -> resume());
      block();
    }
    if (outcome.failed()) {
      throw (RuntimeException) outcome.cause();
    }
    return outcome.result();
  }

  private void block() {
    turn = false;
    LockSupport.unpark(scheduler);
    while (!turn) {
      LockSupport.park(this);
    }
    if (killed) {
      throw new ProcessDied();
    }
  }

  private void resume() {
    if (!ended) {
      hand(() -> LockSupport.unpark(thread));
    }
  }

  /** Gives the turn to this thread and waits until it gives it back. */
  private void hand(Runnable wake) {
    scheduler = Thread.currentThread();
    turn = true;
    wake.run();
    while (turn) {
      LockSupport.park(this);
    }
    Throwable unexpected = failure;
    if (unexpected != null) {
      failure = null;
      throw new IllegalStateException("a thread of the simulation has failed", unexpected);
    }
  }

  /** Ends the thread where it waits. */
  void kill() {
    killed = true;
    resume();
  }
}
