package io.tollgate.store;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyDigest;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The keys as Postgres has them, which is the truth.
 *
 * <p>Look-ups that wait are asked for together: a bounded number of statements is under way, each
 * for many secrets, so that a Redis that went away does not become a herd in front of Postgres.
 *
 * <p>Confined to the context it was made on.
 */
public final class PostgresRecords implements RecordSource {
  private static final int BATCH_MAX = 256;

  /** Looks up what stands at some addresses. */
  static final String FIND =
      """
      SELECT %s
      FROM tollgate.api_key_secret s JOIN tollgate.api_key k ON k.id = s.key_id
      WHERE s.digest = ANY($1)
      UNION ALL
      SELECT %s FROM tollgate.record r WHERE r.address = ANY($1)
      """
          .formatted(RecordRows.KEY_COLUMNS, RecordRows.RECORD_COLUMNS);

  private final Pool pool;
  private final StoreLink<SqlConnection> link;
  private final Deque<Wanted> waiting = new ArrayDeque<>();
  private final long deadlineNanos;
  private final RecordRows records;
  private final int waitingMax;
  private final int statementsMax;

  /** Written on the context alone. */
  private final AtomicInteger statements = new AtomicInteger();

  private record Wanted(
      KeyDigest address, Promise<Optional<StoredRecord>> answer, long sinceNanos) {}

  /**
   * Opens a connection, and again whenever it is lost.
   *
   * @param waitingMax the most secrets that wait for a statement, 1 or more
   * @param statementsMax the most statements that are under way at once, 1 or more
   */
  public PostgresRecords(
      Vertx vertx,
      PostgresConfig config,
      int waitingMax,
      int statementsMax,
      MeterRegistry metrics) {
    this.waitingMax = waitingMax;
    this.statementsMax = statementsMax;
    Gauge.builder("tollgate.postgres.statements", statements, AtomicInteger::get)
        .description("Statements under way that look keys up in Postgres")
        .register(metrics);
    deadlineNanos = config.deadline().toNanos();
    records = new RecordRows(metrics);
    PostgresLine line = PostgresLine.of(vertx, config);
    pool = line.pool();
    link = new StoreLink<>(vertx, "Postgres", line, config.deadline(), config.connectDeadline());
    link.open();
  }

  @Override
  public Future<Optional<StoredRecord>> find(KeyDigest address) {
    if (waiting.size() >= waitingMax) {
      return Future.failedFuture(new StoreUnreachable("too many look-ups wait for Postgres"));
    }
    Promise<Optional<StoredRecord>> answer = Promise.promise();
    waiting.add(new Wanted(address, answer, System.nanoTime()));
    askNext();
    return answer.future();
  }

  private void askNext() {
    dropOverdue();
    while (statements.get() < statementsMax && !waiting.isEmpty()) {
      List<Wanted> batch = new ArrayList<>(Math.min(BATCH_MAX, waiting.size()));
      while (batch.size() < BATCH_MAX && !waiting.isEmpty()) {
        batch.add(waiting.remove());
      }
      ask(batch);
    }
  }

  /** What has waited for a statement as long as one may take is not worth asking for any more. */
  private void dropOverdue() {
    long nowNanos = System.nanoTime();
    while (!waiting.isEmpty() && nowNanos - waiting.peek().sinceNanos() > deadlineNanos) {
      waiting.remove().answer().fail(new StoreUnreachable("Postgres can't keep up"));
    }
  }

  private void ask(List<Wanted> batch) {
    Buffer[] addresses =
        batch.stream()
            .map(wanted -> Buffer.buffer(wanted.address().toBytes()))
            .toArray(Buffer[]::new);
    statements.incrementAndGet();
    link.call(connection -> connection.preparedQuery(FIND).execute(Tuple.of(addresses)))
        .map(records::read)
        .onComplete(
            found -> {
              statements.decrementAndGet();
              batch.forEach(wanted -> found.tell(wanted.address(), wanted.answer()));
              askNext();
            },
            failure -> {
              statements.decrementAndGet();
              batch.forEach(wanted -> wanted.answer().fail(failure));
              askNext();
            });
  }

  public Future<Void> close() {
    link.close();
    return pool.close();
  }
}
