package io.tollgate.management.billing;

import io.tollgate.management.audit.Transactions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Writes down the statements of each month that is over, of some payers at a time, and notes how
 * far it has come. Where two do it at once, both write the same. Safe for all virtual threads.
 */
final class StatementClosing {
  private static final Logger LOG = LoggerFactory.getLogger(StatementClosing.class);

  /** How many payers one step looks at. */
  static final int AT_ONCE = 50;

  /**
   * The next payers in order, found by jumping from one to the next in two indexes: what a step
   * costs does not depend on how much each has used.
   */
  static final String PAYERS =
      """
      WITH RECURSIVE payer AS (
        SELECT %1$s AS name, 1 AS place FROM (SELECT $1::text AS name) before
        UNION ALL
        SELECT %1$s, before.place + 1 FROM payer before
        WHERE before.name IS NOT NULL AND before.place < $2
      )
      SELECT name FROM payer WHERE name IS NOT NULL ORDER BY place
      """
          .formatted(
              """
              (SELECT least(
                (SELECT subject FROM tollgate.usage_hour
                  WHERE subject > before.name ORDER BY subject LIMIT 1),
                (SELECT payer FROM tollgate.subscription_period
                  WHERE payer > before.name ORDER BY payer LIMIT 1)))
              """
                  .strip());

  /** The first month that anything is known of. */
  private static final String FIRST =
      """
      SELECT (date_trunc('month', least(
        (SELECT min(hour) FROM tollgate.usage_hour),
        (SELECT min(period_start) FROM tollgate.subscription_period)), 'UTC')
        AT TIME ZONE 'UTC')::date AS month
      """;

  private static final String NEXT =
      """
      SELECT period, after_payer, walked FROM tollgate.statement_closing
      ORDER BY period DESC LIMIT 1
      """;

  private static final String BEGIN =
      "INSERT INTO tollgate.statement_closing (period) VALUES ($1) ON CONFLICT DO NOTHING";

  /** Only from where this step began: who was slower must not set it back. */
  private static final String NOTE =
      """
      UPDATE tollgate.statement_closing SET after_payer = $3, walked = $4
      WHERE period = $1 AND after_payer = $2 AND NOT walked
      """;

  private static final String LEAVE =
      """
      INSERT INTO tollgate.statement_left (period, payer) VALUES ($1, $2)
      ON CONFLICT (period, payer) DO UPDATE SET tries = statement_left.tries + 1,
        try_at = now() + interval '1 minute' * least(2 ^ least(statement_left.tries, 10), 60)
      """;

  private static final String LEFT =
      """
      SELECT period, payer, tries FROM tollgate.statement_left WHERE try_at <= now()
      ORDER BY try_at LIMIT $1
      """;

  private static final String SETTLE =
      "DELETE FROM tollgate.statement_left WHERE period = $1 AND payer = $2";

  private static final String FINISH =
      """
      UPDATE tollgate.statement_closing c SET done = true
      WHERE walked AND NOT done
        AND NOT EXISTS (SELECT FROM tollgate.statement_left l WHERE l.period = c.period)
      """;

  /** How far the closing of a month has come. */
  private record Place(Month month, String after, boolean walked) {}

  private final Transactions transactions;
  private final Statements statements;

  StatementClosing(Transactions transactions, Statements statements) {
    this.transactions = transactions;
    this.statements = statements;
  }

  /** Closes some; returns whether there is more to be closed by then. */
  boolean step(Instant now) {
    tryAgain();
    boolean isMore = walk(now);
    transactions.note(FINISH, Tuple.tuple());
    return isMore;
  }

  private boolean walk(Instant now) {
    Optional<Place> found = place();
    if (found.isEmpty()) {
      return begin(first(), now);
    }
    Place place = found.get();
    if (place.walked) {
      return begin(Optional.of(place.month.next()), now);
    }
    List<String> payers = payers(place.after);
    for (String payer : payers) {
      if (Asked.isPayer(payer) && !close(place.month, payer, 0)) {
        transactions.note(LEAVE, Tuple.of(place.month.firstDay(), payer));
      }
    }
    boolean isWalked = payers.size() < AT_ONCE;
    String last = payers.isEmpty() ? place.after : payers.getLast();
    transactions.note(NOTE, Tuple.of(place.month.firstDay(), place.after, last, isWalked));
    return true;
  }

  /** Those who were left are tried again, each after a minute, and then ever more seldom. */
  private void tryAgain() {
    for (Row row : transactions.read(LEFT, Tuple.of(AT_ONCE))) {
      Month month = Month.of(row.getLocalDate("period"));
      String payer = row.getString("payer");
      String then = close(month, payer, row.getInteger("tries")) ? SETTLE : LEAVE;
      transactions.note(then, Tuple.of(month.firstDay(), payer));
    }
  }

  /** Whoever can't be rated holds nobody else up. */
  private boolean close(Month month, String payer, int tries) {
    try {
      return statements.close(new StatementId(payer, month));
    } catch (RuntimeException e) {
      // Once for each, not at each try; and where Postgres is away, noting it fails as well.
      if (tries == 0) {
        LOG.error("the statement of {} for {} could not be closed", payer, month, e);
      }
      return false;
    }
  }

  private boolean begin(Optional<Month> month, Instant now) {
    Optional<Month> due = month.filter(one -> one.isClosed(now));
    due.ifPresent(one -> transactions.note(BEGIN, Tuple.of(one.firstDay())));
    return due.isPresent();
  }

  private Optional<Place> place() {
    for (Row row : transactions.read(NEXT, Tuple.tuple())) {
      return Optional.of(
          new Place(
              Month.of(row.getLocalDate("period")),
              row.getString("after_payer"),
              row.getBoolean("walked")));
    }
    return Optional.empty();
  }

  private Optional<Month> first() {
    Row row = transactions.read(FIRST, Tuple.tuple()).iterator().next();
    return Optional.ofNullable(row.getLocalDate("month")).map(Month::of);
  }

  private List<String> payers(String after) {
    RowSet<Row> rows = transactions.read(PAYERS, Tuple.of(after, AT_ONCE));
    List<String> payers = new ArrayList<>();
    rows.forEach(row -> payers.add(row.getString("name")));
    return payers;
  }
}
