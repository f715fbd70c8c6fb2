package io.tollgate.store;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetClientOptions;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The keys as Postgres has them, which is the truth.
 *
 * <p>Look-ups that wait are asked for together: a bounded number of statements is under way, each
 * for many secrets, so that a Redis that went away does not become a herd in front of Postgres.
 *
 * <p>Confined to the context it was made on.
 */
public final class PostgresKeys implements KeySource {
  private static final Logger LOG = LoggerFactory.getLogger(PostgresKeys.class);
  private static final int BATCH_MAX = 256;
  private static final int STATEMENTS_MAX = 4;

  /** More than this many secrets waiting means that Postgres can't keep up. */
  private static final int WAITING_MAX = 16_384;

  private static final String FIND =
      """
      SELECT s.digest, k.number, k.id, k.subject, k.scopes, k.revoked_at, k.expires_at
      FROM tollgate.api_key_secret s JOIN tollgate.api_key k ON k.id = s.key_id
      WHERE s.digest = ANY($1)""";

  private final Pool pool;
  private final StoreLink<SqlConnection> link;
  private final Deque<Wanted> waiting = new ArrayDeque<>();
  private final long deadlineNanos;
  private int statements;

  private record Wanted(KeyDigest digest, Promise<Optional<KeyRecord>> answer, long sinceNanos) {}

  public PostgresKeys(Vertx vertx, PostgresConfig config) {
    deadlineNanos = config.deadline().toNanos();
    NetClientOptions net =
        config
            .netOptions()
            .setIdleTimeoutUnit(TimeUnit.MILLISECONDS)
            .setReadIdleTimeout((int) StoreLink.SILENCE_MAX.toMillis());
    pool = config.pool(vertx, 1, 1, net);
    link =
        new StoreLink<>(
            vertx, "Postgres", new PostgresLine(pool), config.deadline(), config.connectDeadline());
    link.open();
  }

  @Override
  public Future<Optional<KeyRecord>> find(KeyDigest digest) {
    if (waiting.size() >= WAITING_MAX) {
      return Future.failedFuture(new StoreUnreachable("too many look-ups wait for Postgres"));
    }
    Promise<Optional<KeyRecord>> answer = Promise.promise();
    waiting.add(new Wanted(digest, answer, System.nanoTime()));
    askNext();
    return answer.future();
  }

  private void askNext() {
    dropOverdue();
    while (statements < STATEMENTS_MAX && !waiting.isEmpty()) {
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
    Buffer[] digests =
        batch.stream()
            .map(wanted -> Buffer.buffer(wanted.digest().toBytes()))
            .toArray(Buffer[]::new);
    statements++;
    link.call(connection -> connection.preparedQuery(FIND).execute(Tuple.of(digests)))
        .map(PostgresKeys::records)
        .onComplete(
            records -> {
              statements--;
              batch.forEach(
                  wanted ->
                      wanted.answer().complete(Optional.ofNullable(records.get(wanted.digest()))));
              askNext();
            },
            failure -> {
              statements--;
              batch.forEach(wanted -> wanted.answer().fail(failure));
              askNext();
            });
  }

  private static Map<KeyDigest, KeyRecord> records(RowSet<Row> rows) {
    Map<KeyDigest, KeyRecord> records = new HashMap<>();
    for (Row row : rows) {
      records.put(KeyDigest.fromBytes(row.getBuffer("digest").getBytes()), record(row));
    }
    return records;
  }

  private static KeyRecord record(Row row) {
    @Nullable OffsetDateTime expiresAt = row.getOffsetDateTime("expires_at");
    return new KeyRecord(
        row.getLong("number"),
        KeyId.parse(row.getString("id")),
        new Subject(row.getString("subject")),
        Scopes.of(List.of(row.getArrayOfStrings("scopes"))),
        row.getOffsetDateTime("revoked_at") != null,
        expiresAt == null ? KeyRecord.NEVER : expiresAt.toInstant().toEpochMilli());
  }

  @Override
  public Future<Void> probe() {
    return link.call(PostgresKeys::alive).mapEmpty();
  }

  private static Future<RowSet<Row>> alive(SqlConnection connection) {
    return connection.query("SELECT 1").execute();
  }

  public Future<Void> close() {
    link.close();
    return pool.close();
  }

  private record PostgresLine(Pool pool) implements StoreLink.Line<SqlConnection> {
    @Override
    public Future<SqlConnection> dial(Runnable closed) {
      return pool.getConnection().compose(connection -> checked(connection, closed));
    }

    /** Asked each time, since the schema may have been migrated while this process ran. */
    private static Future<SqlConnection> checked(SqlConnection connection, Runnable closed) {
      return SchemaCheck.check(connection)
          .map(
              fits -> {
                connection.closeHandler(unused -> closed.run());
                // Its end is what counts, and closeHandler tells that; the default would log a
                // trace.
                connection.exceptionHandler(
                    failure -> LOG.debug("Postgres: {}", failure.getMessage()));
                return connection;
              })
          .onFailure(unfit -> connection.close());
    }

    @Override
    public Future<?> heartbeat(SqlConnection connection) {
      return alive(connection);
    }
  }
}
