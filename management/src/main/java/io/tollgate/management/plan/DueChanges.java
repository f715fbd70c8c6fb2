package io.tollgate.management.plan;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.work.Worker;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks each second for what time alone changes, and does it. Every management has one; they leave
 * to each other what another one has begun. A verticle of a virtual thread.
 */
public final class DueChanges extends Worker {
  private static final Logger LOG = LoggerFactory.getLogger(DueChanges.class);
  private static final long REST_MILLIS = 1_000;

  private final DueWork work;
  private boolean failing;

  /** Makes one that goes by the clock of Postgres. */
  public DueChanges(Transactions transactions) {
    super(REST_MILLIS);
    work = new DueWork(transactions, PlanVersion::now);
  }

  @Override
  protected boolean work() {
    try {
      boolean isMore = work.step() >= DueWork.AT_ONCE;
      failing = false;
      return isMore;
    } catch (RuntimeException | Error e) {
      // Errors too: one that has died silently is worse than one that tries again.
      if (!failing) {
        LOG.warn("what is due waits: {}", e.toString());
      }
      failing = true;
      return false;
    }
  }
}
