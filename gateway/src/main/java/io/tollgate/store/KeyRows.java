package io.tollgate.store;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
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
 * Reads the rows of keys, one by one: a row that can't be one of ours (a null where there must be
 * none, an id or a scope that is no such thing) spoils neither its neighbours nor the process. Of
 * its key nothing is known then, which is 503, and an alarm counts it.
 */
final class KeyRows {
  private static final Logger LOG = LoggerFactory.getLogger(KeyRows.class);

  private final Counter refused;

  KeyRows(MeterRegistry metrics) {
    refused =
        Counter.builder("tollgate.records.refused")
            .description("Rows of keys in Postgres that could not be read; each is a fault")
            .register(metrics);
  }

  /** What one answer held, by secret. */
  record Found(Map<KeyDigest, KeyRecord> records, Set<KeyDigest> unreadable) {
    void tell(KeyDigest digest, Promise<Optional<KeyRecord>> asked) {
      if (unreadable.contains(digest)) {
        asked.fail(new StoreUnreachable("the key's row in Postgres can't be read"));
      } else {
        asked.complete(Optional.ofNullable(records.get(digest)));
      }
    }
  }

  Found read(RowSet<Row> rows) {
    var found = new Found(new HashMap<>(), new HashSet<>());
    for (Row row : rows) {
      KeyDigest digest = KeyDigest.fromBytes(row.getBuffer("digest").getBytes());
      try {
        found.records.put(digest, record(row));
      } catch (RuntimeException unreadable) {
        refused.increment();
        LOG.error(
            "the row of key {} can't be read: {}", row.getString("id"), unreadable.toString());
        found.unreadable.add(digest);
      }
    }
    return found;
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
}
