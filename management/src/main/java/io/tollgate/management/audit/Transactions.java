package io.tollgate.management.audit;

import io.tollgate.management.wire.ApiError;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RecordName;
import io.tollgate.store.SchemaCheck;
import io.tollgate.store.StoreUnreachable;
import io.tollgate.store.StoredRecord;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Transaction;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The way to Postgres for all endpoints: bounded connections, bounded waiting, deadlines on both
 * sides.
 *
 * <p>Safe for all virtual threads.
 */
public final class Transactions {
  /** How long a change or a reading may take in all, as seen from here. */
  public static final Duration DEADLINE = Duration.ofSeconds(5);

  /** The most callers that wait for a connection. */
  private static final int WAITING_MAX = 1_024;

  /**
   * The same bounds in Postgres itself, in milliseconds, so that nothing goes on there that nobody
   * waits for. The last frees the counter where this process stands still amid a change.
   */
  private static final Map<String, String> SESSION =
      Map.of(
          "statement_timeout", "3000",
          "lock_timeout", "2000",
          "idle_in_transaction_session_timeout", "5000");

  private final Pool pool;

  public Transactions(Vertx vertx, PostgresConfig config, int connectionsMax) {
    pool = config.pool(vertx, connectionsMax, WAITING_MAX, SESSION);
  }

  /** Runs one statement that changes nothing. */
  public RowSet<Row> read(String sql, Tuple parameters) {
    return read(sql, parameters, DEADLINE);
  }

  /** Runs one statement that changes nothing, and waits no longer than that. */
  public RowSet<Row> read(String sql, Tuple parameters, Duration within) {
    return PostgresFailures.await(pool.preparedQuery(sql).execute(parameters), within);
  }

  /** Returns the record of this name. */
  public Optional<StoredRecord> find(RecordName name) {
    return Change.decoded(read(Change.BODY, Tuple.of(name.text())));
  }

  /** Runs one statement that changes what no reader follows, and nobody has to answer for. */
  public RowSet<Row> note(String sql, Tuple parameters) {
    return read(sql, parameters);
  }

  /**
   * Does a change in one transaction, or nothing where the work throws.
   *
   * @throws StoreUnreachable if nothing was changed because Postgres did not answer
   * @throws ApiError if Postgres did not answer to the commit, so that either may be the case
   */
  public <T> T change(Function<Change, T> work) {
    SqlConnection connection = acquire();
    Change change = new Change(connection);
    T done;
    Transaction transaction;
    try {
      transaction = PostgresFailures.await(connection.begin(), change.remaining());
    } catch (RuntimeException e) {
      connection.close();
      throw e;
    }
    try {
      done = work.apply(change);
    } catch (RuntimeException e) {
      // Not awaited: behind a statement that hangs it would hang, and nobody needs its answer.
      transaction.rollback().onComplete(ended -> connection.close());
      throw e;
    }
    commit(transaction.commit().onComplete(ended -> connection.close()), change);
    return done;
  }

  private SqlConnection acquire() {
    Future<SqlConnection> acquired = pool.getConnection();
    try {
      return PostgresFailures.await(acquired, DEADLINE);
    } catch (RuntimeException e) {
      // One that comes after its caller has gone would else be lost to the pool for good.
      acquired.onSuccess(SqlConnection::close);
      throw e;
    }
  }

  private static void commit(Future<Void> commit, Change change) {
    try {
      PostgresFailures.await(commit, change.remaining());
    } catch (StoreUnreachable e) {
      throw ApiError.unavailable(
          "change_unconfirmed",
          "Change unconfirmed",
          "The database did not confirm the change: it may have been made or not."
              + " Look it up before you repeat it.",
          1);
    }
  }

  /** Completes if a change could be made now. */
  public Future<Void> probe() {
    return SchemaCheck.check(pool);
  }

  public Future<Void> close() {
    return pool.close();
  }
}
