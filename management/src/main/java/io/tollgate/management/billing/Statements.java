package io.tollgate.management.billing;

import io.tollgate.management.audit.Transactions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The statements: one that is closed is what was written down then, all others are made anew each
 * time. Safe for all virtual threads.
 */
final class Statements {
  static final String FIND = "SELECT body FROM tollgate.statement WHERE payer = $1 AND period = $2";

  /** A payer of whom a period that is over has not been followed by its next one, or its end. */
  private static final String BEHIND =
      """
      SELECT FROM tollgate.subscription s
      JOIN tollgate.subscription_item i ON i.subscription_id = s.id
      WHERE s.payer = $1 AND i.status IN ('active', 'canceled')
        AND i.period_end < ($2::date + interval '1 month') AT TIME ZONE 'UTC'
      """;

  private static final String IS_BEHIND = "SELECT EXISTS (" + BEHIND + ") AS behind";

  /**
   * What stands stays: whoever closes it at the same time has made the same bytes. Whether it may
   * be closed is asked again here, where no clock but Postgres' has a say.
   */
  private static final String CLOSE =
      """
      INSERT INTO tollgate.statement (payer, period, body)
      SELECT $1, $2::date, $3
      WHERE now() >= ($2::date + interval '1 month') AT TIME ZONE 'UTC' + interval '%d hours'
        AND NOT EXISTS (%s)
      ON CONFLICT (payer, period) DO NOTHING
      """
          .formatted(Month.GRACE.toHours(), BEHIND);

  static final String OF_PERIOD =
      """
      SELECT total.total, s.body
      FROM (SELECT count(*) AS total FROM tollgate.statement WHERE period = $1) total
      LEFT JOIN (
        SELECT payer, body FROM tollgate.statement WHERE period = $1
        ORDER BY payer LIMIT $2 OFFSET $3
      ) s ON true
      ORDER BY s.payer
      """;

  /** Each month since the first in which anything was, newest first; most of them are by index. */
  static final String MONTHS =
      """
      WITH first AS (
        SELECT date_trunc('month', least(
          (SELECT min(hour) FROM tollgate.usage_hour WHERE subject = $1),
          (SELECT min(period_start) FROM tollgate.subscription_period WHERE payer = $1)),
          'UTC') AS at
      ), month AS (
        SELECT local, local AT TIME ZONE 'UTC' AS at,
          (local + interval '1 month') AT TIME ZONE 'UTC' AS until
        FROM first, generate_series(
          first.at AT TIME ZONE 'UTC', $2::date::timestamp, interval '1 month') local
      )
      SELECT local::date AS month FROM month
      WHERE EXISTS (
          SELECT FROM tollgate.usage_hour
          WHERE subject = $1 AND hour >= at AND hour < until AND came_at < until)
        OR EXISTS (
          SELECT FROM tollgate.usage_hour
          WHERE subject = $1 AND came_at >= at AND came_at < until AND came_at <> hour)
        OR EXISTS (
          SELECT FROM tollgate.subscription_period
          WHERE payer = $1 AND period_start >= at AND period_start < until)
      ORDER BY 1 DESC
      """;

  /**
   * A part of a list.
   *
   * @param data each as the wire spells it
   */
  record Listed(List<String> data, long total) {}

  private final Transactions transactions;
  private final Accounts accounts;

  Statements(Transactions transactions) {
    this.transactions = transactions;
    accounts = new Accounts(transactions);
  }

  /** Returns a statement, nothing where there was neither use nor subscription. */
  Optional<String> find(StatementId id, Instant now) {
    Optional<String> written = written(id);
    return written.isPresent() ? written : make(id, now);
  }

  /** Closes a statement that is due; returns whether it stands now, or there is none to be made. */
  boolean close(StatementId id) {
    if (written(id).isPresent()) {
      return true;
    }
    return !isBehind(id) && rate(id, true).map(body -> isWritten(id, body)).orElse(true);
  }

  private Optional<String> written(StatementId id) {
    for (Row row : transactions.read(FIND, Tuple.of(id.payer(), id.month().firstDay()))) {
      return Optional.of(row.getString("body"));
    }
    return Optional.empty();
  }

  private Optional<String> make(StatementId id, Instant now) {
    Month month = id.month();
    if (month.start().toInstant().isAfter(now)) {
      return Optional.empty();
    }
    // Asked before the fees are read: what is made good from then on may be missing among them.
    if (!month.isClosed(now) || isBehind(id)) {
      return rate(id, false);
    }
    Optional<String> closed = rate(id, true);
    if (closed.isEmpty()) {
      return closed;
    }
    // Whoever was first decides, for all that are asked from now on.
    return isWritten(id, closed.get()) ? written(id) : rate(id, false);
  }

  private boolean isBehind(StatementId id) {
    Tuple of = Tuple.of(id.payer(), id.month().firstDay());
    return transactions.read(IS_BEHIND, of).iterator().next().getBoolean("behind");
  }

  /** Writes a statement down if it may be, and returns whether one stands. */
  private boolean isWritten(StatementId id, String body) {
    Tuple statement = Tuple.of(id.payer(), id.month().firstDay(), body);
    return transactions.note(CLOSE, statement).rowCount() > 0 || written(id).isPresent();
  }

  /** Makes a statement of what the ledger holds now, whether one is written down or not. */
  Optional<String> rate(StatementId id, boolean isClosed) {
    Account account = accounts.read(id.payer(), id.month());
    return account.isEmpty() ? Optional.empty() : Optional.of(Statement.of(account, isClosed));
  }

  /** Returns a part of a payer's statements, newest first. */
  Listed ofPayer(String payer, Instant now, int limit, int offset) {
    List<Month> months = new ArrayList<>();
    LocalDate newest = Month.at(now).firstDay();
    for (Row row : transactions.read(MONTHS, Tuple.of(payer, newest))) {
      months.add(Month.of(row.getLocalDate("month")));
    }
    List<String> data =
        months.stream()
            .skip(offset)
            .limit(limit)
            .flatMap(month -> find(new StatementId(payer, month), now).stream())
            .toList();
    return new Listed(data, months.size());
  }

  /** Returns a part of the statements of a month that have been closed, by payer. */
  Listed ofPeriod(Month month, int limit, int offset) {
    List<String> data = new ArrayList<>();
    long total = 0;
    for (Row row : transactions.read(OF_PERIOD, Tuple.of(month.firstDay(), limit, offset))) {
      total = row.getLong("total");
      if (row.getString("body") != null) {
        data.add(row.getString("body"));
      }
    }
    return new Listed(data, total);
  }
}
