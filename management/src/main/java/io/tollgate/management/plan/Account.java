package io.tollgate.management.plan;

import io.tollgate.access.Subject;
import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.Spelled;
import io.tollgate.management.object.WordId;
import io.tollgate.store.RecordName;
import io.tollgate.store.SubjectRecord;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What one payer has subscribed to, locked by an open change: what is done to his items, with the
 * lines of the audit, the periods that begin, and the record that bounds his keys. Confined to the
 * change.
 */
final class Account {
  private static final String INSERT =
      """
      INSERT INTO tollgate.subscription_item (id, subscription_id, plan_id, version_id, plan_period,
        status, is_free_trial, anchor_at, period_start, period_end)
      VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8, $9)
      """;

  private static final String BEGIN =
      """
      INSERT INTO tollgate.subscription_period (item_id, payer, version_id, plan_period,
        is_free_trial, period_start, period_end, amount)
      SELECT i.id, $2, i.version_id, i.plan_period, i.is_free_trial, $3, i.period_end,
        CASE WHEN i.is_free_trial THEN 0 WHEN i.plan_period = 'month' THEN v.fee
          ELSE v.annual_fee END
      FROM tollgate.subscription_item i JOIN tollgate.plan_version v ON v.id = i.version_id
      WHERE i.id = $1
      """;

  private static final String HAD_TRIAL =
      """
      SELECT FROM tollgate.subscription_period p JOIN tollgate.plan_version v ON v.id = p.version_id
      WHERE p.payer = $1 AND p.is_free_trial AND v.plan_id = $2 LIMIT 1
      """;

  private static final String CANCELED_FOR =
      """
      SELECT FROM tollgate.subscription_item i JOIN tollgate.subscription_item other
        ON other.subscription_id = i.subscription_id AND other.created_at = i.canceled_at
      WHERE i.id = $1 AND i.status = 'canceled' AND other.id <> i.id LIMIT 1
      """;

  /** As the audit calls whoever does what time alone changes, which no request asks for. */
  static final Origin SCHEDULE = new Origin("schedule", "none");

  private final List<AuditEntry> lines;
  private final Change change;
  private final Origin origin;
  private final String id;
  private final String payer;

  /**
   * Takes up an account whose subscription the change has locked.
   *
   * @param id of the subscription
   */
  Account(Change change, Origin origin, String id, String payer) {
    this(change, origin, id, payer, new ArrayList<>());
  }

  private Account(Change change, Origin origin, String id, String payer, List<AuditEntry> lines) {
    this.change = change;
    this.origin = origin;
    this.id = id;
    this.payer = payer;
    this.lines = lines;
  }

  /**
   * Ends each period that is over at a time, and begins what follows it. Whoever changes an item
   * does this first: else a period that has begun would be lost, with what is due for it.
   */
  void makeGood(OffsetDateTime now) {
    var schedule = new Account(change, SCHEDULE, id, payer, lines);
    boolean more = true;
    while (more) {
      more = schedule.rollDue(now);
    }
  }

  /** Does the same of one period; returns whether there was one. */
  boolean rollDue(OffsetDateTime now) {
    Optional<Item> due = current().filter(item -> !item.end().isAfter(now));
    due.ifPresent(this::roll);
    return due.isPresent();
  }

  /** Ends a period, and begins what follows it. */
  private void roll(Item item) {
    if (item.is(Item.ACTIVE)) {
      renew(item);
      return;
    }
    Optional<Item> next = upcoming();
    end(item, item.end());
    next.ifPresent(this::activate);
  }

  /** Returns the item that holds, if one does. */
  Optional<Item> current() {
    return find("status IN ('active', 'canceled')");
  }

  /** Returns the item that follows it. */
  Optional<Item> upcoming() {
    return find("status = 'upcoming'");
  }

  Item item(String itemId) {
    return find("id = $2", itemId).orElseThrow();
  }

  private Optional<Item> find(String condition, Object... values) {
    String sql =
        "SELECT * FROM tollgate.subscription_item WHERE subscription_id = $1 AND " + condition;
    Tuple parameters = Tuple.of(id);
    Arrays.asList(values).forEach(parameters::addValue);
    for (Row row : change.execute(sql, parameters)) {
      return Optional.of(Item.of(row));
    }
    return Optional.empty();
  }

  /**
   * Opens an item: in a free trial where the plan offers one that the payer has not had yet.
   *
   * @param status whether it begins now or is to come
   */
  void open(
      RandomGenerator random,
      SubscriptionRegistry.Order order,
      PlanVersion version,
      String status,
      OffsetDateTime start) {
    String itemId = WordId.make(Item.PREFIX, random);
    @Nullable Long days = version.terms().trialDays();
    boolean hasTrial =
        days != null && change.execute(HAD_TRIAL, Tuple.of(payer, order.planId())).rowCount() == 0;
    OffsetDateTime end =
        days != null && hasTrial ? start.plusDays(days) : order.cycle().end(start, start);
    Tuple values =
        Tuple.of(itemId, id, order.planId(), version.id(), order.cycle().text(), status)
            .addBoolean(hasTrial)
            .addOffsetDateTime(start)
            .addOffsetDateTime(end);
    change.execute(INSERT, values);
    if (status.equals(Item.ACTIVE)) {
      begin(itemId, start);
      checkThere();
      putPlan(version.id());
    }
    line("subscription_item.create", itemId, null);
  }

  /** Notes that a period has begun, and what is due for it. */
  private void begin(String itemId, OffsetDateTime start) {
    change.execute(BEGIN, Tuple.of(itemId, payer, start));
  }

  /** Lets an item end with its period. */
  void cancel(Item item) {
    update(item, "subscription_item.cancel", "status = 'canceled', canceled_at = now()");
  }

  /**
   * Returns whether an item was canceled since another one was to follow it: that one was made by
   * the same change, hence at the same time.
   */
  boolean isCanceledForAnother(Item item) {
    return change.execute(CANCELED_FOR, Tuple.of(item.id())).rowCount() > 0;
  }

  /** Takes that back. */
  void resume(Item item) {
    update(item, "subscription_item.resume", "status = 'active', canceled_at = NULL");
  }

  /** Ends an item; if it held, the payer has the default plan then, until another one holds. */
  void end(Item item, OffsetDateTime at) {
    update(item, "subscription_item.end", "status = 'ended', ended_at = $2", at);
    if (!item.is(Item.UPCOMING)) {
      putPlan(null);
    }
  }

  /** Lets the item hold that was to come. */
  void activate(Item item) {
    begin(item.id(), item.start());
    update(item, "subscription_item.activate", "status = 'active'");
    putPlan(item.versionId());
  }

  /** Lets the next period of an item begin: after a trial the first one that is paid. */
  void renew(Item item) {
    OffsetDateTime start = item.end();
    OffsetDateTime anchor = item.isFreeTrial() ? start : item.anchor();
    Spelled before = spelled(item.id());
    String sql =
        """
        UPDATE tollgate.subscription_item SET is_free_trial = false, anchor_at = $2,
          period_start = $3, period_end = $4, updated_at = now() WHERE id = $1
        """;
    change.execute(sql, Tuple.of(item.id(), anchor, start, item.cycle().end(anchor, start)));
    begin(item.id(), start);
    line("subscription_item.renew", item.id(), before);
  }

  /** Lets a trial last longer: what is added is a period of its own, for which nothing is due. */
  void extend(Item item, OffsetDateTime end) {
    update(item, "subscription_item.extend_trial", "period_end = $2", end);
    begin(item.id(), item.end());
  }

  private void update(Item item, String action, String assignments, Object... values) {
    Spelled before = spelled(item.id());
    String sql =
        "UPDATE tollgate.subscription_item SET updated_at = now(), "
            + assignments
            + " WHERE id = $1";
    Tuple parameters = Tuple.of(item.id());
    Arrays.asList(values).forEach(parameters::addValue);
    change.execute(sql, parameters);
    line(action, item.id(), before);
  }

  private Spelled spelled(String itemId) {
    return SubscriptionViews.ITEMS.get(change::execute, itemId);
  }

  private void line(String action, String itemId, @Nullable Spelled before) {
    @Nullable String was = before == null ? null : before.text();
    lines.add(origin.entry(action, itemId, was, spelled(itemId).text()));
  }

  /** Lets the payer's keys do what a version lets them; null is the default plan's. */
  private void putPlan(@Nullable String versionId) {
    change.put(recordName(), lockRecord().withPlan(versionId));
  }

  /** Refuses one who is deleted, who would be billed for ever. */
  private void checkThere() {
    if (!lockRecord().enabled()) {
      throw Fields.notOneOf(
          SubscriptionRegistry.PAYER, payer, "a user or an organization that is not deleted");
    }
  }

  private SubjectRecord lockRecord() {
    return (SubjectRecord) change.lockOrPut(recordName(), SubjectRecord.DEFAULTS);
  }

  private RecordName recordName() {
    return RecordName.subject(new Subject(payer));
  }

  /** Returns the lines so far, for whoever ends the change with more than them. */
  List<AuditEntry> lines() {
    return List.copyOf(lines);
  }

  /** Ends the change, with a line of the audit for each item that it concerns. */
  Change.Recorded record() {
    return lines.isEmpty() ? change.newest() : change.record(lines);
  }
}
