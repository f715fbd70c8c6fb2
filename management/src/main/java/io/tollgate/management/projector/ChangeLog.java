package io.tollgate.management.projector;

import io.tollgate.key.KeyDigest;
import io.tollgate.management.audit.Change;
import io.tollgate.store.LogPage.Continuity;
import io.tollgate.store.LogPosition;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RecordDocument;
import io.tollgate.store.RecordRows;
import io.tollgate.store.RedisNames;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgConnection;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The projector's session with Postgres: the change log, the keys, and the lock of him who
 * projects.
 *
 * <p>The lock lives and dies with the session, and every reading goes through it, so a lost lock
 * shows itself. Confined to the projector's virtual thread.
 */
final class ChangeLog implements TruthStore {
  /** The most changes, keys or records read and written at once; one change is never cut. */
  static final int BATCH_MAX = 500;

  /** How many of the newest changes stay for readers that were away. */
  static final int KEPT_MAX = 100_000;

  private static final int PRUNED_AT_ONCE_MAX = 10_000;

  /** Any number will do that no other user of the database's advisory locks takes. */
  static final long LOCK = 0x746f_6c6c_6761_7465L;

  /** The second ends the session, and with it the lock, of a projector that stands still. */
  private static final Map<String, String> SESSION =
      Map.of("statement_timeout", "2000", "idle_session_timeout", "10000");

  private static final String HEAD =
      """
      SELECT tollgate.epoch() AS epoch, number AS end_number, id AS end_id
      FROM tollgate.change_counter
      """;

  /**
   * One statement, hence one moment: what stands at an address is not older than any number of the
   * batch. What is neither a key's nor a record's address any more comes without either.
   *
   * <p>Each is found by an index: OFFSET 0 keeps the planner, which can't know how few they are,
   * from joining them with all keys there are.
   */
  static final String CHANGES =
      """
      WITH log_end AS (
        %s
      ), batch AS (
        SELECT number, id, keys, records, addresses FROM (
          SELECT next.*,
            sum(cardinality(addresses)) OVER (ORDER BY number) - cardinality(addresses) AS before
          FROM (
            SELECT * FROM tollgate.change_log WHERE number > $1 ORDER BY number LIMIT $2
          ) next
        ) measured WHERE before < $2
      )
      SELECT log_end.*,
        (SELECT id FROM tollgate.change_log WHERE number = $1) AS anchor_id,
        batch.number AS change, batch.id AS change_id, stands.*
      FROM log_end
      LEFT JOIN batch ON true
      LEFT JOIN LATERAL (
        SELECT of_key.* FROM unnest(batch.keys) changed (id)
        CROSS JOIN LATERAL (
          SELECT %s FROM tollgate.api_key k JOIN tollgate.api_key_secret s ON s.key_id = k.id
          WHERE k.id = changed.id OFFSET 0
        ) of_key
        UNION ALL
        SELECT %s FROM tollgate.record r WHERE r.name = ANY(batch.records)
        UNION ALL
        SELECT gone.address, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL, NULL
        FROM unnest(batch.addresses) gone (address)
        LEFT JOIN LATERAL (
          SELECT true AS there FROM tollgate.api_key_secret s WHERE s.digest = gone.address OFFSET 0
        ) secret ON true
        LEFT JOIN LATERAL (
          SELECT true AS there FROM tollgate.record r WHERE r.address = gone.address OFFSET 0
        ) named ON true
        WHERE secret.there IS NULL AND named.there IS NULL
      ) stands ON true
      ORDER BY batch.number
      """
          .formatted(HEAD, RecordRows.KEY_COLUMNS, RecordRows.RECORD_COLUMNS);

  static final String KEYS =
      """
      WITH page AS (SELECT * FROM tollgate.api_key WHERE id > $1 ORDER BY id LIMIT $2)
      SELECT page.id AS place, stands.*
      FROM page LEFT JOIN LATERAL (
        SELECT %s FROM (SELECT page.*) k JOIN tollgate.api_key_secret s ON s.key_id = k.id
      ) stands ON true
      ORDER BY page.id
      """
          .formatted(RecordRows.KEY_COLUMNS);

  static final String RECORDS =
      """
      SELECT r.name AS place, %s FROM tollgate.record r WHERE r.name > $1 ORDER BY r.name LIMIT $2
      """
          .formatted(RecordRows.RECORD_COLUMNS);

  /** Starts the places among records, which follow those among keys. */
  private static final String AMONG_RECORDS = "record ";

  private static final String PRUNE =
      """
      DELETE FROM tollgate.change_log WHERE number IN (
        SELECT number FROM tollgate.change_log WHERE number <= $1 ORDER BY number LIMIT $2)
      """;

  private static final String RENEW =
      """
      UPDATE tollgate.schema_state SET history = gen_random_uuid()::text
      WHERE tollgate.epoch() = $1
      """;

  private static final String NOTE_EPOCH =
      "INSERT INTO tollgate.epoch_seen (epoch) SELECT tollgate.epoch() ON CONFLICT DO NOTHING";

  private static final String DROP_DEAD =
      """
      DELETE FROM tollgate.gateway
      WHERE seen_at + (absence_max_millis + $1) * interval '1 millisecond' < now()
      """;

  private static final String OLDEST =
      """
      SELECT coalesce(date_part('epoch', clock_timestamp() - oldest.at), 0) AS seconds
      FROM (SELECT 1) one LEFT JOIN (
        SELECT at FROM tollgate.change_log WHERE number > $1 ORDER BY number LIMIT 1
      ) oldest ON true
      """;

  private static final Logger LOG = LoggerFactory.getLogger(ChangeLog.class);

  private final Pool pool;
  private final SqlConnection connection;
  private final RecordDocument documents;
  private boolean holdsLock;

  private ChangeLog(Pool pool, SqlConnection connection, RecordDocument documents) {
    this.pool = pool;
    this.connection = connection;
    this.documents = documents;
  }

  /**
   * Connects.
   *
   * @param onChange runs on any thread whenever a change was committed, by whomever
   */
  static ChangeLog open(
      Vertx vertx, PostgresConfig config, RecordDocument documents, Runnable onChange) {
    Pool pool = config.pool(vertx, 1, 1, SESSION);
    try {
      SqlConnection connection = StoreAnswer.await("Postgres", pool.getConnection());
      var log = new ChangeLog(pool, connection, documents);
      PgConnection.cast(connection).notificationHandler(changed -> onChange.run());
      log.query("LISTEN " + Change.CHANNEL, Tuple.tuple());
      return log;
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

  @Override
  public Head head() {
    return head(query(HEAD, Tuple.tuple()).iterator().next());
  }

  private static Head head(Row row) {
    return new Head(
        row.getString("epoch"),
        new LogPosition(row.getLong("end_number"), row.getString("end_id")));
  }

  @Override
  public Batch after(LogPosition place) {
    RowSet<Row> rows = query(CHANGES, Tuple.of(place.number(), BATCH_MAX));
    Row first = rows.iterator().next();
    Map<String, Write> writes = new LinkedHashMap<>();
    LogPosition last = place;
    boolean gap = false;
    for (Row row : rows) {
      @Nullable Long change = row.getLong("change");
      if (change != null) {
        // A key with two secrets gives two rows of one change, and so on.
        gap |= change - last.number() > 1;
        last = new LogPosition(change, row.getString("change_id"));
        write(row, writes);
      }
    }
    Head head = head(first);
    boolean broken = gap || last.equals(place);
    return new Batch(
        head,
        Continuity.of(first.getString("anchor_id"), place, head.end(), broken),
        last,
        List.copyOf(writes.values()));
  }

  @Override
  public Page page(String place) {
    if (!place.startsWith(AMONG_RECORDS)) {
      Page keys = page(KEYS, place, "");
      if (keys.last() != null) {
        return keys;
      }
    }
    String name = place.startsWith(AMONG_RECORDS) ? place.substring(AMONG_RECORDS.length()) : "";
    return page(RECORDS, name, AMONG_RECORDS);
  }

  private Page page(String sql, String after, String prefix) {
    Map<String, Write> writes = new LinkedHashMap<>();
    String last = null;
    for (Row row : query(sql, Tuple.of(after, BATCH_MAX))) {
      last = prefix + row.getString("place");
      write(row, writes);
    }
    return new Page(List.copyOf(writes.values()), last);
  }

  private void write(Row row, Map<String, Write> writes) {
    Buffer bytes = row.getBuffer("address");
    if (bytes == null) {
      return;
    }
    KeyDigest address = KeyDigest.fromBytes(bytes.getBytes());
    String name = RedisNames.record(address);
    writes.put(name, new Write(name, document(row, address)));
  }

  private String document(Row row, KeyDigest address) {
    @Nullable String body = row.getString("body");
    if (body != null) {
      return documents.seal(address, body);
    }
    if (row.getString("id") == null) {
      return "";
    }
    try {
      return documents.encode(address, RecordRows.key(row));
    } catch (RuntimeException unreadable) {
      // Without a document Postgres is asked, where the row is told of; the others go on.
      LOG.error("the row of {} can't be read: {}", row.getString("id"), unreadable.toString());
      return "";
    }
  }

  @Override
  public Set<KeyDigest> known(Collection<KeyDigest> addresses) {
    Buffer[] wanted =
        addresses.stream().map(address -> Buffer.buffer(address.toBytes())).toArray(Buffer[]::new);
    Set<KeyDigest> known = new HashSet<>();
    for (Row row :
        query(
            "SELECT digest FROM tollgate.api_key_secret WHERE digest = ANY($1)"
                + " UNION ALL SELECT address FROM tollgate.record WHERE address = ANY($1)",
            Tuple.tuple().addArrayOfBuffer(wanted))) {
      known.add(KeyDigest.fromBytes(row.getBuffer("digest").getBytes()));
    }
    return known;
  }

  @Override
  public void renewHistory(String epoch) {
    query(RENEW, Tuple.of(epoch));
  }

  /** Notes since when the log's history is known, if that is not noted yet. */
  void noteEpoch() {
    query(NOTE_EPOCH, Tuple.tuple());
  }

  /** Takes gateways off the list that are dead for so long that no revocation waits for them. */
  void dropDeadGateways() {
    query(DROP_DEAD, Tuple.of(RevocationProof.ABSENCE_MARGIN.toMillis()));
  }

  /** Returns how long the oldest change that follows a number has waited, in seconds. */
  double oldestSeconds(long number) {
    return query(OLDEST, Tuple.of(number)).iterator().next().getDouble("seconds");
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
