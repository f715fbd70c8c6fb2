package io.tollgate.management.plan;

import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Transactions;
import io.tollgate.store.InstanceRecord;
import io.tollgate.store.RecordName;
import io.tollgate.store.RecordText;
import io.tollgate.store.StoreUnreachable;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What time alone changes: versions of default plans come into force, and periods of subscriptions
 * end. Each is a change of its own with its line in the audit. Any number of these may work on one
 * Postgres. Confined to one thread.
 */
final class DueWork {
  private static final Logger LOG = LoggerFactory.getLogger(DueWork.class);

  /** The most that one step does. */
  static final int AT_ONCE = 100;

  private static final Duration FORGIVEN_AFTER = Duration.ofMinutes(1);

  /** What another one has taken is left to him. */
  private static final String DUE =
      """
      SELECT s.id, s.payer FROM tollgate.subscription_item i
      JOIN tollgate.subscription s ON s.id = i.subscription_id
      WHERE i.status IN ('active', 'canceled') AND i.period_end <= $1
        AND NOT s.id = ANY($2::text[])
      ORDER BY i.period_end LIMIT 1 FOR NO KEY UPDATE OF s SKIP LOCKED
      """;

  /** Tells the time of a change. */
  interface Clock {
    OffsetDateTime now(Change change);
  }

  private final Set<String> failed = new HashSet<>();
  private final Transactions transactions;
  private final Clock clock;
  private @Nullable String underWay;
  private long forgivenNanos = System.nanoTime();

  DueWork(Transactions transactions, Clock clock) {
    this.transactions = transactions;
    this.clock = clock;
  }

  /**
   * Does what is due, up to {@value #AT_ONCE} things.
   *
   * @return how many were done
   */
  int step() {
    int done = force() ? 1 : 0;
    if (System.nanoTime() - forgivenNanos > FORGIVEN_AFTER.toNanos()) {
      forgivenNanos = System.nanoTime();
      failed.clear();
    }
    while (done < AT_ONCE && next()) {
      done++;
    }
    return done;
  }

  /** Lets the instance's record name the versions that have come into force. */
  private boolean force() {
    InstanceRecord known = InstanceRecord.of(transactions.find(RecordName.INSTANCE));
    if (DefaultPlans.wanted(transactions::read, known).equals(known)) {
      return false;
    }
    return transactions.change(
        change -> {
          PlanRegistry.lock(change);
          // Anew: another one may have done it.
          InstanceRecord before = InstanceRecord.of(change.lock(RecordName.INSTANCE));
          InstanceRecord after = DefaultPlans.wanted(change::execute, before);
          if (after.equals(before)) {
            return false;
          }
          change.put(RecordName.INSTANCE, after);
          change.record(
              Account.SCHEDULE.entry(
                  "instance.plans.force",
                  "instance",
                  RecordText.encode(before),
                  RecordText.encode(after)));
          return true;
        });
  }

  /** Returns whether there was something to be done. */
  private boolean next() {
    underWay = null;
    try {
      return transactions.change(this::rollOne);
    } catch (StoreUnreachable e) {
      throw e;
    } catch (RuntimeException e) {
      String subscription = underWay;
      if (subscription == null) {
        throw e;
      }
      // It must not keep all others waiting, and is tried again after a while.
      LOG.error("the period of subscription {} could not be ended", subscription, e);
      return failed.add(subscription);
    }
  }

  private boolean rollOne(Change change) {
    OffsetDateTime now = clock.now(change);
    Tuple due = Tuple.of(now).addArrayOfString(failed.toArray(String[]::new));
    for (Row row : change.execute(DUE, due)) {
      String id = row.getString("id");
      underWay = id;
      Account account = new Account(change, Account.SCHEDULE, id, row.getString("payer"));
      // Anew: it may have been changed before it was locked.
      account.rollDue(now);
      account.record();
      return true;
    }
    return false;
  }
}
