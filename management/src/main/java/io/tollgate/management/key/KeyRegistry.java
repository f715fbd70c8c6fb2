package io.tollgate.management.key;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.wire.ApiError;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The keys in Postgres. Safe for all virtual threads. */
final class KeyRegistry {
  private static final String UNIQUE_VIOLATION = "23505";
  private static final String NAME_INDEX = "api_key_name";

  /** Times of expiry are whole milliseconds, as the wire and Redis spell them. */
  private static final String INSERT =
      """
      WITH created AS (
        INSERT INTO tollgate.api_key AS k (
          id, type, subject, name, description, claims, scopes, created_by, expires_at, number)
        VALUES ($1, $2, $3, $4, $5, $6::text::json, $7, $8,
          date_trunc('milliseconds', now()) + $9::bigint * interval '1 millisecond', 0)
        RETURNING %s
      ), secret AS (
        INSERT INTO tollgate.api_key_secret (digest, key_id) SELECT $10, id FROM created
      )
      SELECT * FROM created
      """
          .formatted(ApiKey.COLUMNS);

  private static final String FIND =
      "SELECT " + ApiKey.COLUMNS + " FROM tollgate.api_key k WHERE k.id = $1";

  private static final String LOCK =
      "SELECT "
          + ApiKey.COLUMNS
          + ", tollgate.epoch() AS epoch FROM tollgate.api_key k WHERE k.id = $1 FOR UPDATE";

  private static final String FIND_BY_DIGEST =
      "SELECT "
          + ApiKey.COLUMNS
          + " FROM tollgate.api_key_secret s JOIN tollgate.api_key k ON k.id = s.key_id"
          + " WHERE s.digest = $1";

  private static final String REVOKE =
      """
      UPDATE tollgate.api_key AS k
      SET revoked_at = now(), revocation_reason = $2, updated_at = now()
      WHERE k.id = $1
      RETURNING %s
      """
          .formatted(ApiKey.COLUMNS);

  /** One statement, so that page and total are of one moment; the total stands also beside none. */
  private static final String LIST =
      """
      WITH matching AS MATERIALIZED (
        SELECT id, created_at FROM tollgate.api_key
        WHERE subject = $1 AND type = $2
          AND ($3 OR (revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())))
          AND ($4 = '%%%%' OR name ILIKE $4)
      ), page AS (
        SELECT id FROM matching ORDER BY created_at DESC, id DESC LIMIT $5 OFFSET $6
      )
      SELECT total.total, %s
      FROM (SELECT count(*) AS total FROM matching) total
      LEFT JOIN (page JOIN tollgate.api_key k ON k.id = page.id) ON true
      ORDER BY k.created_at DESC, k.id DESC
      """
          .formatted(ApiKey.COLUMNS);

  /** A part of a list. */
  record Listed(List<ApiKey> page, long total) {}

  /**
   * A revoked key, whose number is that of its revocation.
   *
   * @param epoch names the history of the change log that the number belongs to
   */
  record Revoked(ApiKey key, String epoch) {}

  private final Transactions transactions;

  KeyRegistry(Transactions transactions) {
    this.transactions = transactions;
  }

  ApiKey insert(NewKey wanted, KeyId id, KeyDigest digest, String requestId) {
    try {
      return transactions.change(change -> insert(change, wanted, id, digest, requestId));
    } catch (PgException e) {
      if (UNIQUE_VIOLATION.equals(e.getSqlState()) && NAME_INDEX.equals(e.getConstraint())) {
        throw new ApiError(
            409,
            "token_creation_conflict",
            "API Key name already exists.",
            "The subject has a key named "
                + ApiError.quote(wanted.name())
                + " already; revoke it or choose another name.");
      }
      throw e;
    }
  }

  private static ApiKey insert(
      Change change, NewKey wanted, KeyId id, KeyDigest digest, String requestId) {
    Tuple parameters =
        Tuple.tuple()
            .addString(id.toString())
            .addString(wanted.type())
            .addString(wanted.subject())
            .addString(wanted.name())
            .addString(wanted.description())
            .addString(wanted.claims())
            .addArrayOfString(wanted.scopes().toArray(String[]::new))
            .addString(wanted.createdBy())
            .addLong(wanted.lifetimeMillis())
            .addBuffer(Buffer.buffer(digest.toBytes()));
    ApiKey key = ApiKey.from(change.execute(INSERT, parameters).iterator().next());
    change.record(entry(requestId, "api_key.create", null, key));
    return key;
  }

  /**
   * Revokes a key; one that is revoked already stays as it is.
   *
   * @return empty where there is no such key
   */
  Optional<Revoked> revoke(KeyId id, @Nullable String reason, String requestId) {
    return transactions.change(
        change -> {
          // The lock is taken before the key is judged: of two calls one revokes, the other sees
          // it.
          RowSet<Row> rows = change.execute(LOCK, Tuple.of(id.toString()));
          if (rows.size() == 0) {
            return Optional.empty();
          }
          Row row = rows.iterator().next();
          ApiKey before = ApiKey.from(row);
          return Optional.of(
              before.revoked()
                  ? new Revoked(before, row.getString("epoch"))
                  : revoke(change, before, reason, requestId));
        });
  }

  private static Revoked revoke(
      Change change, ApiKey before, @Nullable String reason, String requestId) {
    ApiKey after =
        ApiKey.from(change.execute(REVOKE, Tuple.of(before.id(), reason)).iterator().next());
    Change.Recorded recorded = change.record(entry(requestId, "api_key.revoke", before, after));
    return new Revoked(after.withNumber(recorded.number()), recorded.epoch());
  }

  Optional<ApiKey> find(KeyId id) {
    return first(transactions.read(FIND, Tuple.of(id.toString())));
  }

  Optional<ApiKey> find(KeyDigest digest) {
    return first(transactions.read(FIND_BY_DIGEST, Tuple.of(Buffer.buffer(digest.toBytes()))));
  }

  Listed list(KeyPage wanted) {
    Tuple parameters =
        Tuple.of(
            wanted.subject(),
            wanted.type(),
            wanted.includeInvalid(),
            wanted.pattern(),
            wanted.limit(),
            wanted.offset());
    List<ApiKey> page = new ArrayList<>();
    long total = 0;
    for (Row row : transactions.read(LIST, parameters)) {
      total = row.getLong("total");
      if (row.getString("id") != null) {
        page.add(ApiKey.from(row));
      }
    }
    return new Listed(page, total);
  }

  private static AuditEntry entry(
      String requestId, String action, @Nullable ApiKey before, ApiKey after) {
    return new AuditEntry(
        AuditEntry.SECRET_KEY,
        requestId,
        action,
        after.id(),
        before == null ? null : KeyJson.encode(before),
        KeyJson.encode(after));
  }

  private static Optional<ApiKey> first(RowSet<Row> rows) {
    return rows.size() == 0 ? Optional.empty() : Optional.of(ApiKey.from(rows.iterator().next()));
  }
}
