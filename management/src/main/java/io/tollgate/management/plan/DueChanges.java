package io.tollgate.management.plan;

import io.tollgate.management.audit.Transactions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks each second for what time alone changes, and does it. Every management has one; they leave
 * to each other what another one has begun. A verticle of a virtual thread.
 */
public final class DueChanges extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(DueChanges.class);
  private static final long REST_MILLIS = 1_000;

  private final DueWork work;
  private final Promise<Void> ended = Promise.promise();
  private volatile boolean stopping;
  private @Nullable Promise<Void> resting;
  private boolean failing;

  /** Makes one that goes by the clock of Postgres. */
  public DueChanges(Transactions transactions) {
    work = new DueWork(transactions, PlanVersion::now);
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
    while (!stopping) {
      boolean more = false;
      try {
        more = work.step() >= DueWork.AT_ONCE;
        failing = false;
      } catch (RuntimeException | Error e) {
        // Errors too: one that has died silently is worse than one that tries again.
        if (!failing) {
          LOG.warn("what is due waits: {}", e.toString());
        }
        failing = true;
      }
      if (!stopping && !more) {
        rest();
      }
    }
    ended.complete();
  }

  private void rest() {
    Promise<Void> rest = Promise.promise();
    resting = rest;
    long timer = vertx.setTimer(REST_MILLIS, over -> rest.tryComplete());
    rest.future().await();
    vertx.cancelTimer(timer);
  }
}
