package io.tollgate.management.billing;

import io.tollgate.management.audit.Transactions;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Writes down the statements of each month that is over, of some payers at a time, and notes how
 * far it has come. Where two do it at once, both write the same. Safe for all virtual threads.
 */
final class StatementClosing {
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
      SELECT period, after_payer, done FROM tollgate.statement_closing ORDER BY period DESC LIMIT 1
      """;

  private static final String BEGIN =
      "INSERT INTO tollgate.statement_closing (period) VALUES ($1) ON CONFLICT DO NOTHING";

  /** Only from where this step began: who was slower must not set it back. */
  private static final String NOTE =
      """
      UPDATE tollgate.statement_closing SET after_payer = $3, done = $4
      WHERE period = $1 AND after_payer = $2 AND NOT done
      """;

  /** How far the closing of a month has come. */
  private record Place(Month month, String after, boolean done) {}

  private final Transactions transactions;
  private final Statements statements;

  StatementClosing(Transactions transactions, Statements statements) {
    this.transactions = transactions;
    this.statements = statements;
  }

  /** Closes some; returns whether there is more to be closed by then. */
  boolean step(Instant now) {
    Optional<Place> found = place();
    if (found.isEmpty()) {
      return begin(first(), now);
    }
    Place place = found.get();
    if (place.done) {
      return begin(Optional.of(place.month.next()), now);
    }
    List<String> payers = payers(place.after);
    payers.stream()
        .filter(Asked::isPayer)
        .forEach(payer -> statements.find(new StatementId(payer, place.month), now));
    boolean isDone = payers.size() < AT_ONCE;
    String last = payers.isEmpty() ? place.after : payers.getLast();
    transactions.note(NOTE, Tuple.of(place.month.firstDay(), place.after, last, isDone));
    return true;
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
              row.getBoolean("done")));
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
