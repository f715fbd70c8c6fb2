package io.tollgate.management.audit;

import io.tollgate.key.KeyDigest;
import io.tollgate.store.LogPosition;
import io.tollgate.store.RecordName;
import io.tollgate.store.RecordText;
import io.tollgate.store.StoredRecord;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** An open transaction. Confined to the virtual thread that opened it. */
public final class Change {
  /** Where Postgres tells its sessions that a change was committed. */
  public static final String CHANNEL = "tollgate_change";

  /**
   * Takes the next number and writes it wherever it belongs. The counter's row lock is held from
   * here to the commit, hence one statement, and the last one: it is what all changes queue for.
   *
   * <p>A key that was just made, and a subject all of whose keys end, hold this number too, which
   * they have kept a place for.
   *
   * <p>The secrets are those of the statement's snapshot: they can't change while it waits for the
   * counter, since whoever changes a key holds its row's lock before.
   */
  private static final String RECORD =
      """
      WITH counted AS (
        UPDATE tollgate.change_counter
        SET number = number + 1, id = gen_random_uuid()::text,
          audit_hash = tollgate.audit_hash(
            audit_hash, number + 1, now(), $4, $5, $6, $7, $8::text, $9::text)
        RETURNING number, id, audit_hash
      ), logged AS (
        INSERT INTO tollgate.change_log (number, id, keys, records, addresses)
        SELECT number, id, $1, $2,
          ARRAY(SELECT digest FROM tollgate.api_key_secret WHERE key_id = ANY($1)
            UNION ALL SELECT tollgate.address(name) FROM unnest($2::text[]) name
            UNION ALL SELECT unnest($3::bytea[]))
        FROM counted
      ), numbered AS (
        UPDATE tollgate.api_key k
        SET number = counted.number, since = CASE WHEN since < 0 THEN counted.number ELSE since END
        FROM counted WHERE k.id = ANY($1)
      ), filled AS (
        UPDATE tollgate.record r
        SET body = replace(body, '"revoked_before":-1', '"revoked_before":' || counted.number)
        FROM counted WHERE r.name = ANY($2)
      ), audited AS (
        INSERT INTO tollgate.audit (
          number, at, actor, request_id, action, object, before, after, hash)
        SELECT number, now(), $4, $5, $6, $7, $8::text::json, $9::text::json, audit_hash
        FROM counted
      )
      SELECT number, id, tollgate.epoch() AS epoch, pg_notify('%s', '')::text AS told FROM counted
      """
          .formatted(CHANNEL);

  private static final String PUT =
      """
      INSERT INTO tollgate.record (name, address, body) VALUES ($1, tollgate.address($1), $2)
      ON CONFLICT (name) DO UPDATE SET body = excluded.body
      WHERE record.body <> excluded.body
      """;

  /** Of the name or of the address: who comes at the same moment may meet either first. */
  private static final String INSERT =
      """
      INSERT INTO tollgate.record (name, address, body) VALUES ($1, tollgate.address($1), $2)
      ON CONFLICT DO NOTHING
      """;

  private static final String PUT_ALL =
      """
      INSERT INTO tollgate.record (name, address, body)
      SELECT name, tollgate.address(name), body FROM unnest($1::text[], $2::text[]) r (name, body)
      ORDER BY name COLLATE "C"
      ON CONFLICT (name) DO UPDATE SET body = excluded.body WHERE record.body <> excluded.body
      RETURNING name
      """;

  private static final String INSERT_ALL =
      """
      INSERT INTO tollgate.record (name, address, body)
      SELECT name, tollgate.address(name), $2 FROM unnest($1::text[]) r (name)
      ORDER BY name COLLATE "C"
      ON CONFLICT DO NOTHING RETURNING name
      """;

  private static final String LOCK_ALL =
      """
      SELECT name, body FROM tollgate.record WHERE name = ANY($1::text[])
      ORDER BY name COLLATE "C" FOR UPDATE
      """;

  static final String BODY = "SELECT body FROM tollgate.record WHERE name = $1";

  private static final String SHARE = "SELECT FROM tollgate.record WHERE name = $1 FOR SHARE";

  /** A change's place in the log, and the name of the log's history. */
  public record Recorded(LogPosition position, String epoch) {
    public long number() {
      return position.number();
    }
  }

  private final Set<String> keys = new TreeSet<>();
  private final Set<String> records = new TreeSet<>();
  private final List<Buffer> gone = new ArrayList<>();
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

  /**
   * Runs one statement once for each of several, one after the other, in one trip.
   *
   * @return what each came to
   */
  public List<RowSet<Row>> executeAll(String sql, List<Tuple> parameters) {
    if (recorded) {
      throw new IllegalStateException("a change's number is its last statement");
    }
    List<RowSet<Row>> results = new ArrayList<>();
    if (!parameters.isEmpty()) {
      RowSet<Row> next =
          PostgresFailures.await(
              connection.preparedQuery(sql).executeBatch(parameters), remaining());
      while (next != null) {
        results.add(next);
        next = next.next();
      }
    }
    return results;
  }

  /** Says that the key has changed, so that its documents are to be written anew. */
  public void touch(String keyId) {
    keys.add(keyId);
  }

  /** Says that this secret is no key's any more. */
  public void remove(KeyDigest digest) {
    gone.add(Buffer.buffer(digest.toBytes()));
  }

  /** Writes what keys have in common; nothing changes where it stands so already. */
  public void put(RecordName name, StoredRecord record) {
    if (execute(PUT, Tuple.of(name.text(), RecordText.encode(record))).rowCount() > 0) {
      records.add(name.text());
    }
  }

  /** Writes it where nothing is there yet; either way nobody else changes it until the end. */
  public void putIfAbsent(RecordName name, StoredRecord record) {
    if (!insert(name, record)) {
      execute(SHARE, Tuple.of(name.text()));
    }
  }

  /** Writes it wherever nothing is there yet, as {@link #putIfAbsent(RecordName, StoredRecord)}. */
  public void putIfAbsent(Collection<RecordName> names, StoredRecord record) {
    // In one order for all, so that no two wait for each other.
    List<String> sorted = names.stream().map(RecordName::text).distinct().sorted().toList();
    String body = RecordText.encode(record);
    List<RowSet<Row>> inserted =
        executeAll(INSERT, sorted.stream().map(name -> Tuple.of(name, body)).toList());
    List<Tuple> there = new ArrayList<>();
    for (int i = 0; i < sorted.size(); i++) {
      if (inserted.get(i).rowCount() > 0) {
        records.add(sorted.get(i));
      } else {
        there.add(Tuple.of(sorted.get(i)));
      }
    }
    executeAll(SHARE, there);
  }

  private boolean insert(RecordName name, StoredRecord record) {
    if (execute(INSERT, Tuple.of(name.text(), RecordText.encode(record))).rowCount() == 0) {
      return false;
    }
    records.add(name.text());
    return true;
  }

  /**
   * Returns what stands there, the given record if nothing did, and locks it as {@link #lock} does.
   * Two who shared it before they locked it would wait for each other.
   */
  public StoredRecord lockOrPut(RecordName name, StoredRecord absent) {
    return insert(name, absent) ? absent : lock(name).orElseThrow();
  }

  /**
   * Does the same of many in few trips, in the order of their names, in which all lock several.
   *
   * @return what stands there now, by name
   */
  public Map<RecordName, StoredRecord> lockOrPut(
      Collection<RecordName> names, StoredRecord absent) {
    String[] sorted =
        names.stream().map(RecordName::text).distinct().sorted().toArray(String[]::new);
    Tuple given = Tuple.tuple().addArrayOfString(sorted).addString(RecordText.encode(absent));
    execute(INSERT_ALL, given).forEach(row -> records.add(row.getString("name")));
    Map<RecordName, StoredRecord> locked = new TreeMap<>(Comparator.comparing(RecordName::text));
    for (Row row : execute(LOCK_ALL, Tuple.tuple().addArrayOfString(sorted))) {
      locked.put(new RecordName(row.getString("name")), RecordText.decode(row.getString("body")));
    }
    return locked;
  }

  /** Writes many in one trip; nothing changes where one stands so already. */
  public void put(Map<RecordName, ? extends StoredRecord> all) {
    List<RecordName> names = List.copyOf(all.keySet());
    Tuple given =
        Tuple.tuple()
            .addArrayOfString(names.stream().map(RecordName::text).toArray(String[]::new))
            .addArrayOfString(
                names.stream()
                    .map(name -> RecordText.encode(Objects.requireNonNull(all.get(name))))
                    .toArray(String[]::new));
    execute(PUT_ALL, given).forEach(row -> records.add(row.getString("name")));
  }

  /** Returns what stands there; nobody else changes or names it until this change has ended. */
  public Optional<StoredRecord> lock(RecordName name) {
    return find(BODY + " FOR UPDATE", name);
  }

  /** Returns what stands there; nobody else changes it until this change has ended. */
  public Optional<StoredRecord> share(RecordName name) {
    return find(BODY + " FOR SHARE", name);
  }

  /** Returns what stands there, which others may be about to change. */
  public Optional<StoredRecord> find(RecordName name) {
    return find(BODY, name);
  }

  private Optional<StoredRecord> find(String sql, RecordName name) {
    return decoded(execute(sql, Tuple.of(name.text())));
  }

  /** Returns the record that {@link #BODY} has read. */
  static Optional<StoredRecord> decoded(RowSet<Row> rows) {
    for (Row row : rows) {
      return Optional.of(RecordText.decode(row.getString("body")));
    }
    return Optional.empty();
  }

  /** Removes what keys have in common. */
  public void remove(RecordName name) {
    execute("DELETE FROM tollgate.record WHERE name = $1", Tuple.of(name.text()));
    records.add(name.text());
  }

  /** Returns whether anything was changed so far that gateways go by. */
  public boolean concernsGateways() {
    return !keys.isEmpty() || !records.isEmpty() || !gone.isEmpty();
  }

  /**
   * Returns the newest of all changes, for whom nothing is left to be done: what was found done
   * under a lock was done by then. A statement of its own, since one that waited for the lock would
   * see the counter as of before.
   */
  public Recorded newest() {
    String sql = "SELECT number, id, tollgate.epoch() AS epoch FROM tollgate.change_counter";
    return recorded(execute(sql, Tuple.tuple()).iterator().next());
  }

  /** Ends the change with its audit row and its place in the log, which is returned. */
  public Recorded record(AuditEntry entry) {
    Row row = execute(RECORD, line(keys, records, gone, entry)).iterator().next();
    recorded = true;
    return recorded(row);
  }

  /**
   * Ends what is several changes at once, each with a line and a number of its own, of which the
   * last is returned. A line is of the key that is its object; all else goes with the first.
   */
  public Recorded record(List<AuditEntry> entries) {
    List<Tuple> lines = new ArrayList<>();
    for (AuditEntry entry : entries) {
      boolean first = lines.isEmpty();
      Set<String> named = keys.remove(entry.object()) ? Set.of(entry.object()) : Set.of();
      lines.add(line(named, first ? records : Set.of(), first ? gone : List.of(), entry));
    }
    if (!keys.isEmpty()) {
      throw new IllegalStateException("each key that was touched needs a line");
    }
    List<RowSet<Row>> rows = executeAll(RECORD, lines);
    recorded = true;
    return recorded(rows.getLast().iterator().next());
  }

  private static Tuple line(
      Set<String> keys, Set<String> records, List<Buffer> gone, AuditEntry entry) {
    return Tuple.from(
        Arrays.asList(
            keys.toArray(String[]::new),
            records.toArray(String[]::new),
            gone.toArray(Buffer[]::new),
            entry.actor(),
            entry.requestId(),
            entry.action(),
            entry.object(),
            entry.before(),
            entry.after()));
  }

  private static Recorded recorded(Row row) {
    var position = new LogPosition(row.getLong("number"), row.getString("id"));
    return new Recorded(position, row.getString("epoch"));
  }

  Duration remaining() {
    return Transactions.DEADLINE.minusNanos(System.nanoTime() - startNanos);
  }
}
