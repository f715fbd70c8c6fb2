package io.tollgate.management.billing;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.billing.UsageSink.Delivery;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.math.BigInteger;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tells one sink of all events since the month in which it was first seen, in order, each until it
 * is taken: what was told and not noted is told again, under the same id. One process at a time
 * does so, by a lease. Confined to one virtual thread.
 */
final class UsageDelivery {
  static final int AT_ONCE = 100;
  static final Duration BACKOFF_MIN = Duration.ofSeconds(1);
  static final Duration BACKOFF_MAX = Duration.ofMinutes(5);

  private static final Logger LOG = LoggerFactory.getLogger(UsageDelivery.class);

  private static final String BEGIN =
      "INSERT INTO tollgate.usage_sink (name, began) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING";

  /** Longer than a delivery may take; who has died is followed by another after it. */
  private static final String LEASE =
      """
      UPDATE tollgate.usage_sink SET holder = $2, held_until = now() + interval '2 minutes'
      WHERE name = $1 AND (holder = $2 OR held_until < now())
      RETURNING sequence, began
      """;

  static final String NEXT =
      """
      SELECT e.sequence, e.id, e.hour, e.subject, e.key_id, e.version_id, e.meter, e.revision,
        e.units::text AS units, e.previous_units::text AS previous_units,
        coalesce(
          (SELECT private_metadata ->> 'stripe_customer_id' FROM tollgate.app_user u
            WHERE u.id = e.subject),
          (SELECT private_metadata ->> 'stripe_customer_id' FROM tollgate.organization o
            WHERE o.id = e.subject)) AS customer
      FROM tollgate.usage_event e WHERE e.sequence > $1 ORDER BY e.sequence LIMIT $2
      """;

  private static final String NOTE =
      "UPDATE tollgate.usage_sink SET sequence = $3 WHERE name = $1 AND holder = $2";

  private static final String REFUSED =
      """
      INSERT INTO tollgate.usage_refused (sink, event_id, status) VALUES ($1, $2, $3)
      ON CONFLICT (sink, event_id) DO NOTHING
      """;

  /**
   * Where a sink stands.
   *
   * @param began the first hour that it is told of
   */
  private record Place(long sequence, OffsetDateTime began) {}

  private final Transactions transactions;
  private final UsageSink sink;
  private final UUID holder = UUID.randomUUID();
  private boolean begun;
  private int failures;
  private Instant notBefore = Instant.MIN;

  UsageDelivery(Transactions transactions, UsageSink sink) {
    this.transactions = transactions;
    this.sink = sink;
  }

  /** Tells of some; returns whether there is more to be told at once. */
  boolean step(Instant now) {
    if (now.isBefore(notBefore)) {
      return false;
    }
    Optional<Place> place = lease(now);
    if (place.isEmpty()) {
      return false;
    }
    List<UsageEvent> events = events(place.get().sequence);
    if (events.isEmpty()) {
      return false;
    }
    List<UsageEvent> wanted =
        events.stream().filter(event -> !event.hour().isBefore(place.get().began)).toList();
    Delivery delivery = wanted.isEmpty() ? new Delivery(0, List.of(), null) : sink.deliver(wanted);
    for (UsageSink.Refused refused : delivery.refused()) {
      LOG.warn(
          "the sink {} refused event {} for good, with {}",
          sink.name(),
          refused.id(),
          refused.status());
      transactions.note(REFUSED, Tuple.of(sink.name(), refused.id(), refused.status()));
    }
    boolean isAll = delivery.done() == wanted.size();
    if (isAll || delivery.done() > 0) {
      UsageEvent last = isAll ? events.getLast() : wanted.get(delivery.done() - 1);
      transactions.note(NOTE, Tuple.of(sink.name(), holder, last.sequence()));
    }
    judge(delivery, now);
    return delivery.failure() == null && (events.size() == AT_ONCE || !isAll);
  }

  private void judge(Delivery delivery, Instant now) {
    if (delivery.failure() == null) {
      if (failures > 0) {
        LOG.info("the sink {} takes usage again", sink.name());
      }
      failures = 0;
      return;
    }
    if (failures == 0) {
      LOG.warn("the sink {} {}; it is told of usage later", sink.name(), delivery.failure());
    }
    Duration wait = BACKOFF_MIN.multipliedBy(1L << Math.min(failures, 20));
    notBefore = now.plus(wait.compareTo(BACKOFF_MAX) < 0 ? wait : BACKOFF_MAX);
    failures++;
  }

  private Optional<Place> lease(Instant now) {
    if (!begun) {
      transactions.note(BEGIN, Tuple.of(sink.name(), Month.at(now).start()));
      begun = true;
    }
    for (Row row : transactions.note(LEASE, Tuple.of(sink.name(), holder))) {
      return Optional.of(new Place(row.getLong("sequence"), row.getOffsetDateTime("began")));
    }
    return Optional.empty();
  }

  private List<UsageEvent> events(long after) {
    List<UsageEvent> events = new ArrayList<>();
    for (Row row : transactions.read(NEXT, Tuple.of(after, AT_ONCE))) {
      events.add(
          new UsageEvent(
              row.getLong("sequence"),
              row.getString("id"),
              row.getOffsetDateTime("hour"),
              row.getString("subject"),
              row.getString("key_id"),
              row.getString("version_id"),
              row.getString("meter"),
              row.getInteger("revision"),
              new BigInteger(row.getString("units")),
              new BigInteger(row.getString("previous_units")),
              row.getString("customer")));
    }
    return events;
  }
}
