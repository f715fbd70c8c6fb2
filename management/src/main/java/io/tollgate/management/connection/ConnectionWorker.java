package io.tollgate.management.connection;

import io.tollgate.management.audit.Transactions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what is to be logged of connections, forgets what is too old, and carries changes over to
 * the users of directories. Every management has one; they leave to each other what another one has
 * begun. A verticle of a virtual thread.
 */
final class ConnectionWorker extends VerticleBase {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionWorker.class);
  private static final long REST_MILLIS = 250;

  /** In rests: each second, and each minute. */
  private static final int ROUNDS_TO_CARRY = 4;

  private static final int ROUNDS_TO_FORGET = 240;

  private final Transactions transactions;
  private final ConnectionLog log;
  private final Recompute recompute;
  private final Promise<Void> ended = Promise.promise();
  private volatile boolean stopping;
  private @Nullable Promise<Void> resting;
  private boolean failing;

  ConnectionWorker(Transactions transactions, ConnectionLog log, Recompute recompute) {
    this.transactions = transactions;
    this.log = log;
    this.recompute = recompute;
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
    int round = 0;
    while (!stopping) {
      round++;
      all(() -> log.write(transactions));
      if (round % ROUNDS_TO_CARRY == 0) {
        all(recompute::step);
      }
      if (round % ROUNDS_TO_FORGET == 0) {
        all(() -> ConnectionLog.forget(transactions));
      }
      if (!stopping) {
        rest();
      }
    }
    // What has happened until now is not lost by a stop.
    all(
        () -> {
          while (log.write(transactions)) {}
          return false;
        });
    ended.complete();
  }

  /** Does a step as long as there is more of it; where it fails it is tried again later. */
  private void all(BooleanSupplier step) {
    try {
      boolean isMore = true;
      while (isMore) {
        isMore = step.getAsBoolean() && !stopping;
      }
      failing = false;
    } catch (RuntimeException | Error e) {
      // Errors too: one that has died silently is worse than one that tries again.
      if (!failing) {
        LOG.warn("what is due of connections has to wait: {}", e.toString());
      }
      failing = true;
    }
  }

  private void rest() {
    Promise<Void> rest = Promise.promise();
    resting = rest;
    long timer = vertx.setTimer(REST_MILLIS, over -> rest.tryComplete());
    rest.future().await();
    vertx.cancelTimer(timer);
  }
}
