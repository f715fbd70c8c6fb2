package io.tollgate.management.instance;

import io.tollgate.key.KeyDigest;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.wire.Actor;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.store.RecordName;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The secret keys in Postgres. Beside each secret of theirs stands the record that readers follow,
 * which is gone with it. Safe for all virtual threads.
 */
final class SecretKeyRegistry {
  /** How many secrets of a key may work at once. */
  static final int SECRETS_MAX = 5;

  private static final String INSERT =
      """
      INSERT INTO tollgate.secret_key AS k (id, name, areas, expires_at)
      VALUES ($1, $2, $3,
        date_trunc('milliseconds', now()) + $4::bigint * interval '1 millisecond')
      RETURNING %s
      """
          .formatted(SecretKey.COLUMNS);

  private static final String FIND =
      "SELECT " + SecretKey.COLUMNS + " FROM tollgate.secret_key k WHERE k.id = $1";

  /** One statement, so that page and total are of one moment; the total stands also beside none. */
  private static final String LIST =
      """
      SELECT total.total, %s
      FROM (SELECT count(*) AS total FROM tollgate.secret_key) total
      LEFT JOIN (
        SELECT * FROM tollgate.secret_key ORDER BY created_at DESC, id DESC LIMIT $1 OFFSET $2
      ) k ON true
      ORDER BY k.created_at DESC, k.id DESC
      """
          .formatted(SecretKey.COLUMNS);

  private static final String REVOKE =
      "UPDATE tollgate.secret_key AS k SET revoked_at = now() WHERE k.id = $1 RETURNING "
          + SecretKey.COLUMNS;

  private static final String ADD_SECRET =
      "INSERT INTO tollgate.secret_key_secret (digest, key_id) VALUES ($1, $2)";

  private static final String DROP_ENDED =
      """
      DELETE FROM tollgate.secret_key_secret
      WHERE key_id = $1 AND ($2 OR expires_at < now())
      RETURNING digest
      """;

  private static final String END_SECRETS =
      """
      UPDATE tollgate.secret_key_secret SET expires_at = least(expires_at,
        date_trunc('milliseconds', now()) + $2::bigint * interval '1 millisecond')
      WHERE key_id = $1
      RETURNING digest, expires_at
      """;

  /** A part of a list. */
  record Listed(List<SecretKey> page, long total) {}

  /** A key after a change, and the change that made it so. */
  record Changed(SecretKey key, Change.Recorded change) {}

  private final Transactions transactions;

  SecretKeyRegistry(Transactions transactions) {
    this.transactions = transactions;
  }

  SecretKey insert(NewSecretKey wanted, String id, KeyDigest digest, Actor actor, Origin origin) {
    return transactions.change(
        change -> {
          String[] areas = wanted.areas().toArray(String[]::new);
          Tuple parameters = Tuple.of(id, wanted.name(), areas, wanted.lifetimeMillis());
          SecretKey key = only(change.execute(INSERT, parameters));
          refuseMore(actor, key);
          addSecret(change, key, digest);
          record(change, origin, "secret_key.create", null, key);
          return key;
        });
  }

  /** Nobody hands on more than he has himself, or for longer; to be read-only is less. */
  private static void refuseMore(Actor actor, SecretKey key) {
    if (key.expiryMillis() > actor.expiresAtMillis()) {
      throw new ApiError(
          403,
          "authorization_invalid",
          "Not authorized",
          "Your secret key ends before that time, so it can make no key that works until then.");
    }
    for (String area : key.areas()) {
      if (!area.equals(Area.READ_ONLY) && !actor.areas().contains(area)) {
        throw new ApiError(
            403,
            "authorization_invalid",
            "Not authorized",
            "Your secret key does not open this area, so it can make no key that does: "
                + area
                + ".");
      }
    }
  }

  private static void addSecret(Change change, SecretKey key, KeyDigest digest) {
    change.execute(ADD_SECRET, Tuple.of(Buffer.buffer(digest.toBytes()), key.id()));
    change.put(RecordName.secretKey(digest), key.record(null));
  }

  private static Changed record(
      Change change, Origin origin, String action, @Nullable SecretKey before, SecretKey after) {
    @Nullable String was = before == null ? null : before.toJson().encode();
    var recorded = change.record(origin.entry(action, after.id(), was, after.toJson().encode()));
    return new Changed(after, recorded);
  }

  Optional<SecretKey> find(String id) {
    return first(transactions.read(FIND, Tuple.of(id)));
  }

  Listed list(int limit, int offset) {
    List<SecretKey> page = new ArrayList<>();
    long total = 0;
    for (Row row : transactions.read(LIST, Tuple.of(limit, offset))) {
      total = row.getLong("total");
      if (row.getString("id") != null) {
        page.add(SecretKey.from(row));
      }
    }
    return new Listed(page, total);
  }

  /** Revokes a key; one that is revoked already stays as it is. Empty where there is none. */
  Optional<Changed> revoke(String id, Origin origin) {
    return transactions.change(
        change ->
            lock(change, id)
                .map(
                    before ->
                        before.revoked()
                            ? new Changed(before, change.newest())
                            : revoked(change, before, origin)));
  }

  private static Changed revoked(Change change, SecretKey before, Origin origin) {
    dropSecrets(change, before, true);
    SecretKey after = only(change.execute(REVOKE, Tuple.of(before.id())));
    return record(change, origin, "secret_key.revoke", before, after);
  }

  private static void dropSecrets(Change change, SecretKey key, boolean all) {
    for (Row dropped : change.execute(DROP_ENDED, Tuple.of(key.id(), all))) {
      change.remove(RecordName.secretKey(digest(dropped)));
    }
  }

  /**
   * Gives a key another secret. Whoever does is shown it, and so may not have less than the key.
   *
   * @param overlap how long those before it still work
   */
  Optional<Changed> rotate(
      String id, KeyDigest digest, Duration overlap, Actor actor, Origin origin) {
    return transactions.change(
        change ->
            lock(change, id)
                .map(
                    key -> {
                      refuseMore(actor, key);
                      endSecrets(change, key, overlap);
                      addSecret(change, key, digest);
                      return record(change, origin, "secret_key.rotate", key, key);
                    }));
  }

  private static void endSecrets(Change change, SecretKey key, Duration overlap) {
    if (key.revoked()) {
      throw new ApiError(
          409,
          "secret_key_revoked",
          "Secret key revoked",
          "The secret key is revoked, and a revoked key never works again.");
    }
    dropSecrets(change, key, overlap.isZero());
    RowSet<Row> others = change.execute(END_SECRETS, Tuple.of(key.id(), overlap.toMillis()));
    if (others.rowCount() >= SECRETS_MAX) {
      throw new ApiError(
          409,
          "secret_key_secrets_exceeded",
          "Too many secrets",
          "The key has "
              + others.rowCount()
              + " secrets that still work; wait until one of them has ended, or rotate with an"
              + " overlap of 0.");
    }
    for (Row other : others) {
      @Nullable Long ends = SecretKey.millis(other.getOffsetDateTime("expires_at"));
      change.put(RecordName.secretKey(digest(other)), key.record(ends));
    }
  }

  private static Optional<SecretKey> lock(Change change, String id) {
    return first(change.execute(FIND + " FOR UPDATE", Tuple.of(id)));
  }

  private static KeyDigest digest(Row row) {
    return KeyDigest.fromBytes(row.getBuffer("digest").getBytes());
  }

  private static SecretKey only(RowSet<Row> rows) {
    return SecretKey.from(rows.iterator().next());
  }

  private static Optional<SecretKey> first(RowSet<Row> rows) {
    return rows.size() == 0 ? Optional.empty() : Optional.of(only(rows));
  }
}
