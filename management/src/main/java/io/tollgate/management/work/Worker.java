package io.tollgate.management.work;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;

/**
 * Works and rests in turn until it is stopped, and then ends what it is at. A verticle of one
 * virtual thread, on which all of it runs but the stop.
 */
public abstract class Worker extends VerticleBase {
  private final long restMillis;
  private final Promise<Void> ended = Promise.promise();
  private volatile boolean stopping;
  private @Nullable Promise<Void> resting;

  /** Makes one that rests so long when there is nothing to do, in milliseconds. */
  protected Worker(long restMillis) {
    this.restMillis = restMillis;
  }

  /** Does some of what is due, and throws nothing; returns whether there is more at once. */
  protected abstract boolean work();

  /** Comes before the first work; does nothing unless overridden. */
  protected void begin() {}

  /** Comes after the last work; does nothing unless overridden. */
  protected void end() {}

  /** Returns whether no more is to be begun. Safe for all threads. */
  protected final boolean isStopping() {
    return stopping;
  }

  @Override
  public Future<?> start() {
    context.runOnContext(started -> run());
    return Future.succeededFuture();
  }

  @Override
  public Future<?> stop() {
    stopping = true;
    context.runOnContext(
        stop -> {
          if (resting != null) {
            resting.tryComplete();
          }
        });
    return ended.future();
  }

  private void run() {
    begin();
    while (!stopping) {
      boolean isMore = work();
      if (!stopping && !isMore) {
        rest();
      }
    }
    end();
    ended.complete();
  }

  /** Waits until the rest is over, or it is to stop. */
  protected final void rest() {
    Promise<Void> rest = Promise.promise();
    resting = rest;
    long timer = vertx.setTimer(restMillis, over -> rest.tryComplete());
    rest.future().await();
    vertx.cancelTimer(timer);
  }
}
