package io.tollgate.management.key;

import io.tollgate.access.Subject;
import io.tollgate.key.ForeignHash;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.key.Secret;
import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.wire.ApiError;
import io.tollgate.store.RecordName;
import io.tollgate.store.SubjectRecord;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The keys in Postgres. Safe for all virtual threads. */
final class KeyRegistry {
  static final String UNIQUE_VIOLATION = "23505";
  private static final String NAME_INDEX = "api_key_name";

  /** Times of expiry are whole milliseconds, as the wire and Redis spell them. */
  static final String INSERT =
      """
      WITH created AS (
        INSERT INTO tollgate.api_key AS k (
          id, type, subject, name, description, claims, scopes, created_by, expires_at, addresses,
          metadata, number, since)
        VALUES ($1, $2, $3, $4, $5, $6::text::json, $7, $8,
          date_trunc('milliseconds', now()) + $9::bigint * interval '1 millisecond', $10,
          $11::text::json, 0, -1)
        RETURNING %s
      ), secret AS (
        INSERT INTO tollgate.api_key_secret (digest, key_id, algorithm, sealed)
        SELECT $12, id, $13, $14 FROM created
      )
      SELECT * FROM created
      """
          .formatted(ApiKey.COLUMNS);

  /**
   * A creation is metered like a request, under the version of a plan that its subject has: in one
   * trip, for which the statement reads the two records that say so, and returns whether keys of
   * the subject work at all. The subject's is there and does not change before the end, since
   * whoever creates a key has written or shared it.
   */
  private static final String METER =
      """
      WITH subject AS (
        SELECT body::json AS body FROM tollgate.record WHERE name = 'subject:' || $1::text
      ), had AS (
        SELECT coalesce((SELECT body ->> 'plan' FROM subject),
          (SELECT body::json ->> CASE split_part($1, '_', 1)
              WHEN 'user' THEN 'user_plan' WHEN 'org' THEN 'organization_plan' END
            FROM tollgate.record WHERE name = 'instance:'),
          '') AS version
      ), minute AS (
        INSERT INTO tollgate.usage_minute AS u (minute, subject, key_id, version_id, keys_created)
        SELECT date_trunc('minute', now()), $1, $2, version, 1 FROM had
        ON CONFLICT (subject, minute, key_id, version_id)
        DO UPDATE SET keys_created = u.keys_created + 1
      )
      INSERT INTO tollgate.usage_hour AS u (
        subject, hour, key_id, version_id, came_at, keys_created)
      SELECT $1, date_trunc('hour', now(), 'UTC'), $2, version, date_trunc('hour', now(), 'UTC'), 1
      FROM had
      ON CONFLICT (subject, hour, key_id, version_id, came_at)
      DO UPDATE SET keys_created = u.keys_created + 1
      RETURNING (SELECT (body ->> 'enabled')::boolean FROM subject) AS enabled
      """;

  /** Whoever is about to change one of them is waited for. */
  private static final String SHARE_SUBJECTS =
      """
      SELECT name, (body::json ->> 'enabled')::boolean AS enabled FROM tollgate.record
      WHERE name = ANY($1) ORDER BY name FOR SHARE
      """;

  static final String FIND =
      "SELECT " + ApiKey.COLUMNS + " FROM tollgate.api_key k WHERE k.id = $1";

  static final String FIND_BY_DIGEST =
      "SELECT "
          + ApiKey.COLUMNS
          + " FROM tollgate.api_key_secret s JOIN tollgate.api_key k ON k.id = s.key_id"
          + " WHERE s.digest = $1 AND (s.expires_at IS NULL OR s.expires_at > now())";

  /** One statement, so that page and total are of one moment; the total stands also beside none. */
  static final String LIST =
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

  private final Transactions transactions;

  KeyRegistry(Transactions transactions) {
    this.transactions = transactions;
  }

  ApiKey insert(NewKey wanted, KeyId id, NewSecret secret, Origin origin) {
    try {
      return transactions.change(change -> insert(change, wanted, id, secret, origin));
    } catch (PgException e) {
      throw explained(e, wanted.name());
    }
  }

  /** Returns what the caller is to be told where a name is taken, else the failure itself. */
  static RuntimeException explained(PgException e, String name) {
    return UNIQUE_VIOLATION.equals(e.getSqlState()) && NAME_INDEX.equals(e.getConstraint())
        ? nameTaken(name)
        : e;
  }

  static ApiError nameTaken(String name) {
    return new ApiError(
        409,
        "token_creation_conflict",
        "API Key name already exists.",
        "The subject has a key named "
            + ApiError.quote(name)
            + " already; revoke it or choose another name.");
  }

  /** A key of a user who has left would wake on the day that he comes back. */
  static ApiError subjectInactive(String subject) {
    return new ApiError(
        409,
        "subject_inactive",
        "Subject inactive",
        "The subject " + ApiError.quote(subject) + " has left; it can have no keys.");
  }

  /** Returns which of these subjects have left, and keeps all as they are. */
  static Set<String> inactive(BiFunction<String, Tuple, RowSet<Row>> postgres, Set<String> all) {
    Map<String, String> names = new HashMap<>();
    all.forEach(subject -> names.put(RecordName.subject(new Subject(subject)).text(), subject));
    Tuple parameters = Tuple.tuple().addArrayOfString(names.keySet().toArray(String[]::new));
    Set<String> inactive = new HashSet<>();
    for (Row row : postgres.apply(SHARE_SUBJECTS, parameters)) {
      if (!row.getBoolean("enabled")) {
        inactive.add(names.get(row.getString("name")));
      }
    }
    return inactive;
  }

  static ApiKey insert(Change change, NewKey wanted, KeyId id, NewSecret secret, Origin origin) {
    Row row = change.execute(INSERT, row(wanted, id, secret)).iterator().next();
    ApiKey key = ApiKey.from(row);
    change.touch(key.id());
    change.putIfAbsent(named(key), SubjectRecord.DEFAULTS);
    Row metered = change.execute(METER, Tuple.of(key.subject(), key.id())).iterator().next();
    if (!metered.getBoolean("enabled")) {
      throw subjectInactive(key.subject());
    }
    change.record(created("api_key.create", key, origin));
    return key;
  }

  /** Returns what {@link #INSERT} takes. */
  static Tuple row(NewKey wanted, KeyId id, NewSecret secret) {
    return Tuple.tuple()
        .addString(id.toString())
        .addString(wanted.type())
        .addString(wanted.subject())
        .addString(wanted.name())
        .addString(wanted.description())
        .addString(wanted.claims())
        .addArrayOfString(wanted.scopes().toArray(String[]::new))
        .addString(wanted.createdBy())
        .addLong(wanted.lifetimeMillis())
        .addArrayOfString(wanted.addresses().toArray(String[]::new))
        .addString(wanted.metadata())
        .addBuffer(Buffer.buffer(secret.digest().toBytes()))
        .addString(secret.algorithm())
        .addBuffer(secret.sealed());
  }

  /** Returns what a key names: its subject, and who made it for an organization. */
  static List<RecordName> named(ApiKey key) {
    RecordName subject = RecordName.subject(new Subject(key.subject()));
    @Nullable String maker = key.createdBy();
    return maker == null
        ? List.of(subject)
        : List.of(subject, RecordName.subject(new Subject(maker)));
  }

  static AuditEntry created(String action, ApiKey key, Origin origin) {
    return origin.entry(action, key.id(), null, KeyJson.encode(key));
  }

  Optional<ApiKey> find(KeyId id) {
    return first(transactions.read(FIND, Tuple.of(id.toString())));
  }

  Optional<ApiKey> find(KeyDigest digest) {
    return first(transactions.read(FIND_BY_DIGEST, Tuple.of(Buffer.buffer(digest.toBytes()))));
  }

  /** Finds a key by its secret, whichever of its hashes it is known by. */
  Optional<ApiKey> find(Secret secret) {
    return findAll(secret).stream().findFirst();
  }

  /** Finds all keys where somebody has imported one secret by both of its hashes. */
  List<ApiKey> findAll(Secret secret) {
    return Stream.of(
            KeyDigest.of(secret),
            ForeignHash.SHA256.address(secret),
            ForeignHash.SHA512.address(secret))
        .flatMap(digest -> find(digest).stream())
        .toList();
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

  private static Optional<ApiKey> first(RowSet<Row> rows) {
    return rows.size() == 0 ? Optional.empty() : Optional.of(ApiKey.from(rows.iterator().next()));
  }
}
