package io.tollgate.store;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.access.AddressRanges;
import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.vertx.core.Promise;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the rows of keys and of other records, one by one: a row that can't be one of ours (a null
 * where there must be none, an id or a scope that is no such thing) spoils neither its neighbours
 * nor the process. Of its key nothing is known then, which is 503, and an alarm counts it.
 */
public final class RecordRows {
  /**
   * What a statement selects, from {@code tollgate.api_key k} and its secret {@code s}. What has
   * ended by Postgres' clock is not enabled: so no gateway's clock can be too late for it.
   */
  public static final String KEY_COLUMNS =
      """
      s.digest AS address, k.number, k.since, k.id, k.subject, k.created_by, k.scopes,
      k.addresses, k.revoked_at IS NOT NULL AS revoked,
      k.enabled AND coalesce(least(k.expires_at, s.expires_at) > now(), true) AS enabled,
      least(k.expires_at, s.expires_at) AS expires_at, NULL::text AS body
      """;

  /** The same of {@code tollgate.record r}. */
  public static final String RECORD_COLUMNS =
      """
      r.address, NULL::bigint AS number, NULL::bigint AS since, r.name AS id,
      NULL::text AS subject, NULL::text AS created_by, NULL::text[] AS scopes,
      NULL::text[] AS addresses, NULL::boolean AS revoked, NULL::boolean AS enabled,
      NULL::timestamptz AS expires_at, r.body
      """;

  private static final Logger LOG = LoggerFactory.getLogger(RecordRows.class);

  private final Counter refused;

  RecordRows(MeterRegistry metrics) {
    refused =
        Counter.builder("tollgate.records.refused")
            .description("Rows of keys in Postgres that could not be read; each is a fault")
            .register(metrics);
  }

  /** What one answer held, by address. */
  record Found(Map<KeyDigest, StoredRecord> records, Set<KeyDigest> unreadable) {
    void tell(KeyDigest address, Promise<Optional<StoredRecord>> asked) {
      if (unreadable.contains(address)) {
        asked.fail(new StoreUnreachable("the record's row in Postgres can't be read"));
      } else {
        asked.complete(Optional.ofNullable(records.get(address)));
      }
    }
  }

  Found read(RowSet<Row> rows) {
    var found = new Found(new HashMap<>(), new HashSet<>());
    for (Row row : rows) {
      KeyDigest address = KeyDigest.fromBytes(row.getBuffer("address").getBytes());
      try {
        found.records.put(address, record(row));
      } catch (RuntimeException unreadable) {
        refused.increment();
        var name = new RecordName(row.getString("id"));
        LOG.error("the row of {} can't be read: {}", name, unreadable.toString());
        found.unreadable.add(address);
      }
    }
    return found;
  }

  private static StoredRecord record(Row row) {
    @Nullable String body = row.getString("body");
    return body == null ? key(row) : RecordText.decode(body);
  }

  /**
   * Reads a key.
   *
   * @throws RuntimeException of some kind if the row can't be one of ours
   */
  public static KeyRecord key(Row row) {
    @Nullable OffsetDateTime expiresAt = row.getOffsetDateTime("expires_at");
    var subject = new Subject(row.getString("subject"));
    List<String> addresses = List.of(row.getArrayOfStrings("addresses"));
    // Judged here, so that what can't be read is found where it can be told.
    AddressRanges.of(addresses);
    return new KeyRecord(
        row.getLong("number"),
        row.getLong("since"),
        KeyId.parse(row.getString("id")),
        subject,
        member(subject, row.getString("created_by")),
        Scopes.of(List.of(row.getArrayOfStrings("scopes"))),
        addresses,
        row.getBoolean("revoked"),
        row.getBoolean("enabled"),
        expiresAt == null ? KeyRecord.NEVER : expiresAt.toInstant().toEpochMilli());
  }

  /** Whose role bounds the key: its user, or the user who made it for an organization. */
  private static @Nullable Subject member(Subject subject, @Nullable String creator) {
    if (subject.isUser()) {
      return subject;
    }
    return subject.isOrganization() && creator != null ? new Subject(creator) : null;
  }
}
