package io.tollgate.management.audit;

import io.tollgate.store.LogPosition;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;

/** An open transaction. Confined to the virtual thread that opened it. */
public final class Change {
  /** Where Postgres tells its sessions that a change was committed. */
  public static final String CHANNEL = "tollgate_change";

  /**
   * Takes the next number and writes it wherever it belongs. The counter's row lock is held from
   * here to the commit, hence one statement, and the last one: it is what all changes queue for.
   *
   * <p>The secrets are those of the statement's snapshot: they can't change while it waits for the
   * counter, since whoever changes a key holds its row's lock before.
   */
  private static final String RECORD =
      """
      WITH counted AS (
        UPDATE tollgate.change_counter SET number = number + 1, id = gen_random_uuid()::text
        RETURNING number, id
      ), logged AS (
        INSERT INTO tollgate.change_log (number, id, key_id, digests)
        SELECT number, id, $1,
          ARRAY(SELECT digest FROM tollgate.api_key_secret WHERE key_id = $1) FROM counted
      ), numbered AS (
        UPDATE tollgate.api_key k SET number = counted.number FROM counted WHERE k.id = $1
      ), audited AS (
        INSERT INTO tollgate.audit (number, actor, request_id, action, key_id, before, after)
        SELECT number, $2, $3, $4, $1, $5::text::json, $6::text::json FROM counted
      )
      SELECT number, id, tollgate.epoch() AS epoch, pg_notify('%s', '')::text AS told FROM counted
      """
          .formatted(CHANNEL);

  /** A change's place in the log, and the name of the log's history. */
  public record Recorded(LogPosition position, String epoch) {
    public long number() {
      return position.number();
    }
  }

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

  /** Ends the change with its audit row and its place in the log, which is returned. */
  public Recorded record(AuditEntry entry) {
    Tuple parameters =
        Tuple.of(
            entry.keyId(),
            entry.actor(),
            entry.requestId(),
            entry.action(),
            entry.before(),
            entry.after());
    Row row = execute(RECORD, parameters).iterator().next();
    recorded = true;
    var position = new LogPosition(row.getLong("number"), row.getString("id"));
    return new Recorded(position, row.getString("epoch"));
  }

  Duration remaining() {
    return Transactions.DEADLINE.minusNanos(System.nanoTime() - startNanos);
  }
}
