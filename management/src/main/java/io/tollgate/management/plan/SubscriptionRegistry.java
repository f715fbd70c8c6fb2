package io.tollgate.management.plan;

import io.tollgate.access.Subject;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.object.Changed;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.WordId;
import io.tollgate.management.wire.ApiError;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** The subscriptions in Postgres. Safe for all virtual threads. */
final class SubscriptionRegistry {
  static final String PAYER = "payer_id";
  static final String PLAN = "plan_id";
  static final String PERIOD = "plan_period";
  static final String EXTEND_TO = "extend_to";

  private static final String PREFIX = "csub_";
  private static final Duration TRIAL_MAX = Duration.ofDays(365);

  private static final String OF_ITEM =
      """
      SELECT s.id, s.payer FROM tollgate.subscription s
      JOIN tollgate.subscription_item i ON i.subscription_id = s.id
      WHERE i.id = $1 FOR NO KEY UPDATE OF s
      """;

  private final Transactions transactions;
  private final RandomGenerator random;
  private final DueWork.Clock clock;

  SubscriptionRegistry(Transactions transactions, RandomGenerator random, DueWork.Clock clock) {
    this.transactions = transactions;
    this.random = random;
    this.clock = clock;
  }

  /**
   * What somebody subscribes to.
   *
   * @param atPeriodEnd whether what he has is to end with its period, not at once
   */
  record Order(Subject payer, String planId, Cycle cycle, boolean atPeriodEnd) {}

  /** Lets a payer have a plan, instead of what he has; returns his subscription. */
  Changed subscribe(Order order, Origin origin) {
    return transactions.change(
        change -> {
          PlanRegistry.hold(change);
          String id = lock(change, order.payer().id());
          OffsetDateTime now = clock.now(change);
          Account account = new Account(change, origin, id, order.payer().id());
          account.makeGood(now);
          Optional<Item> current = account.current();
          if (current.filter(item -> isTakenBack(item, order)).isPresent()) {
            account.upcoming().ifPresent(next -> account.end(next, now));
            account.resume(current.orElseThrow());
          } else {
            PlanVersion version = offered(change, order, now);
            current.ifPresent(item -> checkOther(item, order, version));
            replace(account, current, order, version, now);
          }
          change.execute(
              "UPDATE tollgate.subscription SET updated_at = now() WHERE id = $1", Tuple.of(id));
          var after = SubscriptionViews.SUBSCRIPTIONS.get(change::execute, id);
          return new Changed(after, account.record());
        });
  }

  private String lock(Change change, String payer) {
    change.execute(
        "INSERT INTO tollgate.subscription (id, payer) VALUES ($1, $2) ON CONFLICT DO NOTHING",
        Tuple.of(WordId.make(PREFIX, random), payer));
    String sql = "SELECT id FROM tollgate.subscription WHERE payer = $1 FOR NO KEY UPDATE";
    return change.execute(sql, Tuple.of(payer)).iterator().next().getString("id");
  }

  /** Returns the version that newcomers get, where this one may. */
  private static PlanVersion offered(Change change, Order order, OffsetDateTime now) {
    String sql = "SELECT for_payer_type, archived_at FROM tollgate.plan WHERE id = $1";
    for (Row row : change.execute(sql, Tuple.of(order.planId))) {
      if (row.getOffsetDateTime("archived_at") != null) {
        throw Fields.notOneOf(PLAN, order.planId, "a plan that is not archived");
      }
      if (row.getString("for_payer_type").equals("user") != order.payer.isUser()) {
        throw Fields.notOneOf(PAYER, order.payer.id(), "of the type that the plan is for");
      }
      PlanVersion version =
          PlanVersion.inForce(change, order.planId, now)
              .orElseThrow(() -> Fields.notOneOf(PLAN, order.planId, "a plan that is in force"));
      Fees fees = version.terms().fees();
      if ((order.cycle == Cycle.MONTH ? fees.fee() : fees.annual()) == null) {
        throw Fields.notOneOf(PERIOD, order.cycle.text(), "a period that the plan has a fee for");
      }
      return version;
    }
    throw Fields.missing(PLAN, order.planId);
  }

  /**
   * Returns whether somebody wants to go on with what he has canceled. Then he keeps his version,
   * whatever the plan costs newcomers meanwhile, and has paid for the period already.
   */
  private static boolean isTakenBack(Item current, Order order) {
    return current.is(Item.CANCELED)
        && current.planId().equals(order.planId)
        && current.cycle() == order.cycle;
  }

  private static void checkOther(Item current, Order order, PlanVersion version) {
    if (current.versionId().equals(version.id()) && current.cycle() == order.cycle) {
      throw new Settled(
          409,
          "subscription_exists",
          "Subscribed already",
          "The payer has this version of the plan already, by this period.");
    }
  }

  private void replace(
      Account account,
      Optional<Item> current,
      Order order,
      PlanVersion version,
      OffsetDateTime now) {
    account.upcoming().ifPresent(next -> account.end(next, now));
    if (current.isPresent() && order.atPeriodEnd) {
      Item item = current.orElseThrow();
      if (item.is(Item.ACTIVE)) {
        account.cancel(item);
      }
      account.open(random, order, version, Item.UPCOMING, item.end());
    } else {
      current.ifPresent(item -> account.end(item, now));
      account.open(random, order, version, Item.ACTIVE, now);
    }
  }

  /** What is done to an item that is there. */
  private interface Work {
    void on(Account account, Item item, OffsetDateTime now);
  }

  private Optional<Changed> change(String itemId, Origin origin, Work work) {
    return transactions.change(
        change -> {
          for (Row row : change.execute(OF_ITEM, Tuple.of(itemId))) {
            var account = new Account(change, origin, row.getString("id"), row.getString("payer"));
            OffsetDateTime now = clock.now(change);
            account.makeGood(now);
            work.on(account, account.item(itemId), now);
            var after = SubscriptionViews.ITEMS.get(change::execute, itemId);
            return Optional.of(new Changed(after, account.record()));
          }
          return Optional.empty();
        });
  }

  /**
   * Ends an item with its period, or now. Where it was to come, what it was to follow goes on, if
   * nothing else had canceled that. Empty where there is none.
   */
  Optional<Changed> cancel(String itemId, boolean endsNow, Origin origin) {
    return change(
        itemId,
        origin,
        (account, item, now) -> {
          if (item.is(Item.ENDED)) {
            throw new Settled(
                409,
                "subscription_item_no_longer_active",
                "No longer active",
                "The subscription item has ended.");
          }
          if (item.is(Item.CANCELED) && !endsNow) {
            throw new Settled(
                400,
                "commerce_subscription_item_already_canceled",
                "Already canceled",
                "The subscription item ends with its period already.");
          }
          if (!item.is(Item.UPCOMING) && !endsNow) {
            account.cancel(item);
            return;
          }
          account.end(item, now);
          if (item.is(Item.UPCOMING)) {
            account.current().filter(account::isCanceledForAnother).ifPresent(account::resume);
          } else {
            account.upcoming().ifPresent(next -> account.end(next, now));
          }
        });
  }

  /** Lets a free trial last until then. Empty where there is no such item. */
  Optional<Changed> extend(String itemId, OffsetDateTime until, Origin origin) {
    return change(
        itemId,
        origin,
        (account, item, now) -> {
          if (!item.is(Item.ACTIVE) || !item.isFreeTrial()) {
            throw new ApiError(
                403,
                "subscription_item_not_in_free_trial",
                "Not in a free trial",
                "The subscription item is not in a free trial.");
          }
          if (until.isEqual(item.end())) {
            // The call may be repeated.
            return;
          }
          if (until.isBefore(item.end()) || until.isAfter(now.plus(TRIAL_MAX))) {
            throw Fields.notOneOf(
                EXTEND_TO,
                until.toString(),
                "after the end of the trial, " + item.end() + ", and within 365 days");
          }
          account.extend(item, until);
        });
  }
}
