package io.tollgate.management.projector;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.store.KeyDocument;
import io.tollgate.store.KeyRecord;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RedisNames;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The projector's session with Postgres: the change log, the keys, and the lock of him who
 * projects.
 *
 * <p>The lock lives and dies with the session, and every reading goes through it, so a lost lock
 * shows itself. Confined to the projector's virtual thread.
 */
final class ChangeLog {
  /** The most changes, or keys, read and written at once. */
  static final int BATCH_MAX = 500;

  /** How many of the newest changes stay for readers that were away. */
  static final int KEPT_MAX = 100_000;

  private static final int PRUNED_AT_ONCE_MAX = 10_000;

  /** Any number will do that no other user of the database's advisory locks takes. */
  static final long LOCK = 0x746f_6c6c_6761_7465L;

  /** The second ends the session, and with it the lock, of a projector that stands still. */
  private static final Map<String, String> SESSION =
      Map.of("statement_timeout", "2000", "idle_session_timeout", "10000");

  private static final String RECORD =
      """
      k.id, k.subject, k.scopes, k.expires_at, k.number,
      k.revoked_at IS NOT NULL AS revoked, s.digest
      """;

  private static final String COUNTER = "SELECT number FROM tollgate.change_counter";

  /** One statement, hence one moment: a key's state is not older than any number of the batch. */
  private static final String CHANGES =
      """
      WITH batch AS (
        SELECT number, key_id FROM tollgate.change_log
        WHERE number > $1 ORDER BY number LIMIT $2
      )
      SELECT batch.number AS change, %s
      FROM batch
      LEFT JOIN tollgate.api_key k ON k.id = batch.key_id
      LEFT JOIN tollgate.api_key_secret s ON s.key_id = k.id
      ORDER BY batch.number
      """
          .formatted(RECORD);

  private static final String KEYS =
      """
      WITH page AS (SELECT * FROM tollgate.api_key WHERE id > $1 ORDER BY id LIMIT $2)
      SELECT %s FROM page k LEFT JOIN tollgate.api_key_secret s ON s.key_id = k.id
      ORDER BY k.id
      """
          .formatted(RECORD);

  private static final String PRUNE =
      """
      DELETE FROM tollgate.change_log WHERE number IN (
        SELECT number FROM tollgate.change_log WHERE number <= $1 ORDER BY number LIMIT $2)
      """;

  /** Changes that follow each other without a gap, and the documents that they lead to. */
  record Batch(long first, long last, List<Write> writes) {}

  /** Documents of some keys, and the last key's id, null where there are no more. */
  record Page(List<Write> writes, @Nullable String lastId) {}

  private final Pool pool;
  private final SqlConnection connection;
  private final KeyDocument documents;
  private boolean holdsLock;

  private ChangeLog(Pool pool, SqlConnection connection, KeyDocument documents) {
    this.pool = pool;
    this.connection = connection;
    this.documents = documents;
  }

  static ChangeLog open(Vertx vertx, PostgresConfig config, KeyDocument documents) {
    Pool pool = config.pool(vertx, 1, 1, SESSION);
    try {
      return new ChangeLog(pool, StoreAnswer.await("Postgres", pool.getConnection()), documents);
    } catch (RuntimeException e) {
      pool.close();
      throw e;
    }
  }

  /** Returns whether this session has the lock, having tried to take it. */
  boolean leads() {
    // Not asked again: each asking would count, and the lock can't be lost but with the session.
    if (!holdsLock) {
      Row row = query("SELECT pg_try_advisory_lock($1) AS taken", Tuple.of(LOCK)).iterator().next();
      holdsLock = row.getBoolean("taken");
    }
    return holdsLock;
  }

  /** Returns the number of the newest change. */
  long counter() {
    return query(COUNTER, Tuple.tuple()).iterator().next().getLong("number");
  }

  /** Returns the changes after this one; null where the log does not hold the very next one. */
  @Nullable Batch after(long number) {
    Map<String, Write> writes = new LinkedHashMap<>();
    long last = number;
    for (Row row : query(CHANGES, Tuple.of(number, BATCH_MAX))) {
      long change = row.getLong("change");
      // A key with two secrets gives two rows of one change.
      if (change - last > 1) {
        return null;
      }
      last = change;
      write(row, writes);
    }
    return last == number ? null : new Batch(number + 1, last, List.copyOf(writes.values()));
  }

  /** Returns the next keys; the first id is empty. */
  Page keys(String afterId) {
    Map<String, Write> writes = new LinkedHashMap<>();
    String last = null;
    for (Row row : query(KEYS, Tuple.of(afterId, BATCH_MAX))) {
      last = row.getString("id");
      write(row, writes);
    }
    return new Page(List.copyOf(writes.values()), last);
  }

  private void write(Row row, Map<String, Write> writes) {
    Buffer digestBytes = row.getBuffer("digest");
    if (digestBytes == null) {
      return;
    }
    KeyDigest digest = KeyDigest.fromBytes(digestBytes.getBytes());
    String name = RedisNames.key(digest);
    writes.put(name, new Write(name, documents.encode(digest, record(row))));
  }

  private static KeyRecord record(Row row) {
    OffsetDateTime expiresAt = row.getOffsetDateTime("expires_at");
    return new KeyRecord(
        row.getLong("number"),
        KeyId.parse(row.getString("id")),
        new Subject(row.getString("subject")),
        Scopes.of(List.of(row.getArrayOfStrings("scopes"))),
        row.getBoolean("revoked"),
        expiresAt == null ? KeyRecord.NEVER : expiresAt.toInstant().toEpochMilli());
  }

  /** Returns those of the digests that belong to a key. */
  Set<KeyDigest> known(Collection<KeyDigest> digests) {
    Buffer[] wanted =
        digests.stream().map(digest -> Buffer.buffer(digest.toBytes())).toArray(Buffer[]::new);
    Set<KeyDigest> known = new HashSet<>();
    for (Row row :
        query(
            "SELECT digest FROM tollgate.api_key_secret WHERE digest = ANY($1)",
            Tuple.tuple().addArrayOfBuffer(wanted))) {
      known.add(KeyDigest.fromBytes(row.getBuffer("digest").getBytes()));
    }
    return known;
  }

  /** Drops changes that are carried and not among the newest. */
  void prune(long applied, long counter) {
    long upTo = Math.min(applied, counter - KEPT_MAX);
    int dropped = PRUNED_AT_ONCE_MAX;
    while (upTo > 0 && dropped == PRUNED_AT_ONCE_MAX) {
      dropped = query(PRUNE, Tuple.of(upTo, PRUNED_AT_ONCE_MAX)).rowCount();
    }
  }

  void close() {
    connection.close();
    pool.close();
  }

  private RowSet<Row> query(String sql, Tuple parameters) {
    return StoreAnswer.await("Postgres", connection.preparedQuery(sql).execute(parameters));
  }
}
