package io.tollgate.management.audit;

import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;

/** An open transaction. Confined to the virtual thread that opened it. */
public final class Change {
  /**
   * Takes the next number and writes it wherever it belongs. The counter's row lock is held from
   * here to the commit, hence one statement, and the last one: it is what all changes queue for.
   */
  private static final String RECORD =
      """
      WITH counted AS (
        UPDATE tollgate.change_counter SET number = number + 1 RETURNING number
      ), logged AS (
        INSERT INTO tollgate.change_log (number, key_id) SELECT number, $1 FROM counted
      ), numbered AS (
        UPDATE tollgate.api_key k SET number = counted.number FROM counted WHERE k.id = $1
      ), audited AS (
        INSERT INTO tollgate.audit (number, actor, request_id, action, key_id, before, after)
        SELECT number, $2, $3, $4, $1, $5::text::json, $6::text::json FROM counted
      )
      SELECT number FROM counted
      """;

  private final SqlConnection connection;
  private final long startNanos = System.nanoTime();
  private boolean recorded;

  Change(SqlConnection connection) {
    this.connection = connection;
  }

  public RowSet<Row> execute(String sql, Tuple parameters) {
    if (recorded) {
      throw new IllegalStateException("a change's number is its last statement");
    }
    return PostgresFailures.await(connection.preparedQuery(sql).execute(parameters), remaining());
  }

  /** Ends the change with its audit row and its number, which is returned. */
  public long record(AuditEntry entry) {
    Tuple parameters =
        Tuple.of(
            entry.keyId(),
            entry.actor(),
            entry.requestId(),
            entry.action(),
            entry.before(),
            entry.after());
    long number = execute(RECORD, parameters).iterator().next().getLong("number");
    recorded = true;
    return number;
  }

  Duration remaining() {
    return Transactions.DEADLINE.minusNanos(System.nanoTime() - startNanos);
  }
}
