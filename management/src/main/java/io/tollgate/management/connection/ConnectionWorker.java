package io.tollgate.management.connection;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.role.DepartedUsers;
import io.tollgate.management.work.Worker;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes what is to be logged of connections, forgets what is too old, and carries changes over to
 * the users of directories, and forgets who those were who have departed. Every management has one;
 * they leave to each other what another one has begun. A verticle of a virtual thread.
 */
final class ConnectionWorker extends Worker {
  private static final Logger LOG = LoggerFactory.getLogger(ConnectionWorker.class);
  private static final long REST_MILLIS = 250;

  /** In rests: each second, and each minute. */
  private static final int ROUNDS_TO_CARRY = 4;

  private static final int ROUNDS_TO_FORGET = 240;

  private final Transactions transactions;
  private final ConnectionLog log;
  private final Recompute recompute;
  private final DepartedUsers departed;
  private final LogErasure erasure = new LogErasure();
  private int round;
  private boolean failing;

  ConnectionWorker(
      Transactions transactions, ConnectionLog log, Recompute recompute, DepartedUsers departed) {
    super(REST_MILLIS);
    this.transactions = transactions;
    this.log = log;
    this.recompute = recompute;
    this.departed = departed;
  }

  @Override
  protected boolean work() {
    round++;
    all(() -> log.write(transactions));
    if (round % ROUNDS_TO_CARRY == 0) {
      all(recompute::step);
      all(this::forgetSome);
    }
    if (round % ROUNDS_TO_FORGET == 0) {
      all(() -> ConnectionLog.forget(transactions));
    }
    return false;
  }

  /** Never more than some at a time, however many there are: nobody waits for it. */
  private boolean forgetSome() {
    departed.clear(erasure);
    return false;
  }

  /** What has happened until now is not lost by a stop. */
  @Override
  protected void end() {
    all(
        () -> {
          while (log.write(transactions)) {}
          return false;
        });
  }

  /** Does a step as long as there is more of it; where it fails it is tried again later. */
  private void all(BooleanSupplier step) {
    try {
      boolean isMore = true;
      while (isMore) {
        isMore = step.getAsBoolean() && !isStopping();
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
}
