package io.tollgate.management.key;

import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.wire.ApiError;
import io.tollgate.store.RecordName;
import io.tollgate.store.StoredRecord;
import io.tollgate.store.SubjectRecord;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What may be done to a key that is there. Each change locks the key before it is judged, so of two
 * at once none is lost. Safe for all virtual threads.
 */
final class KeyChanges {
  /** How many secrets of a key may be valid at once. */
  static final int SECRETS_MAX = 5;

  private static final String LOCK =
      "SELECT " + ApiKey.COLUMNS + " FROM tollgate.api_key k WHERE k.id = $1 FOR UPDATE";

  private static final String REVOKE =
      """
      WITH unsealed AS (
        UPDATE tollgate.api_key_secret SET sealed = NULL WHERE key_id = $1 AND sealed IS NOT NULL
      )
      UPDATE tollgate.api_key AS k
      SET revoked_at = now(), revocation_reason = $2, updated_at = now()
      WHERE k.id = $1
      RETURNING %s
      """
          .formatted(ApiKey.COLUMNS);

  private static final String SWITCH =
      """
      UPDATE tollgate.api_key AS k SET enabled = $2, updated_at = now() WHERE k.id = $1
      RETURNING %s
      """
          .formatted(ApiKey.COLUMNS);

  private static final String TOUCH =
      "UPDATE tollgate.api_key AS k SET updated_at = now() WHERE k.id = $1 RETURNING "
          + ApiKey.COLUMNS;

  /** What ended before now is needed by nobody; what ends now must still be told to gateways. */
  private static final String DROP_ENDED =
      """
      WITH ended AS (
        DELETE FROM tollgate.api_key_secret WHERE key_id = $1 AND expires_at < now()
        RETURNING digest, last_used_at
      ), noted AS (
        UPDATE tollgate.api_key SET last_used_at =
          greatest(last_used_at, (SELECT max(last_used_at) FROM ended))
        WHERE id = $1
      )
      SELECT digest FROM ended
      """;

  private static final String END_SECRETS =
      """
      UPDATE tollgate.api_key_secret SET sealed = NULL, expires_at = least(expires_at,
        date_trunc('milliseconds', now()) + $2::bigint * interval '1 millisecond')
      WHERE key_id = $1
      """;

  private static final String ADD_SECRET =
      "INSERT INTO tollgate.api_key_secret (digest, key_id, sealed) VALUES ($1, $2, $3)";

  /**
   * A key after a change.
   *
   * @param epoch names the history of the change log that the number belongs to
   * @param number the change's, or the log's last where nothing had to be done
   */
  record Changed(ApiKey key, String epoch, long number) {}

  private final Transactions transactions;

  KeyChanges(Transactions transactions) {
    this.transactions = transactions;
  }

  /** What is done to a key; empty where nothing has to be. */
  private interface Work {
    Optional<ApiKey> on(Change change, ApiKey before);
  }

  /** Returns empty where there is no such key. */
  private Optional<Changed> change(KeyId id, Origin origin, String action, Work work) {
    return transactions.change(
        change -> {
          RowSet<Row> rows = change.execute(LOCK, Tuple.of(id.toString()));
          if (rows.size() == 0) {
            return Optional.empty();
          }
          ApiKey before = only(rows);
          return Optional.of(
              work.on(change, before)
                  .map(after -> record(change, origin, action, before, after))
                  .orElseGet(() -> nothing(change, before)));
        });
  }

  /**
   * What is so already may be so by another change than the key's own last one, which an earlier
   * call may not have proven: whatever it was, it is not behind the log's head.
   */
  private static Changed nothing(Change change, ApiKey before) {
    Change.Recorded newest = change.newest();
    return new Changed(before, newest.epoch(), newest.number());
  }

  private static Changed record(
      Change change, Origin origin, String action, ApiKey before, ApiKey after) {
    change.touch(before.id());
    Change.Recorded recorded =
        change.record(
            origin.entry(action, before.id(), KeyJson.encode(before), KeyJson.encode(after)));
    return new Changed(after.withNumber(recorded.number()), recorded.epoch(), recorded.number());
  }

  private static ApiKey only(RowSet<Row> rows) {
    return ApiKey.from(rows.iterator().next());
  }

  /** Revokes a key; one that is revoked already stays as it is. */
  Optional<Changed> revoke(KeyId id, @Nullable String reason, Origin origin) {
    return change(
        id,
        origin,
        "api_key.revoke",
        (change, before) ->
            before.revoked()
                ? Optional.empty()
                : Optional.of(only(change.execute(REVOKE, Tuple.of(before.id(), reason)))));
  }

  /** Switches a key on or off. */
  Optional<Changed> enable(KeyId id, boolean enabled, Origin origin) {
    return change(
        id,
        origin,
        enabled ? "api_key.enable" : "api_key.disable",
        (change, before) ->
            before.enabled() == enabled
                ? Optional.empty()
                : Optional.of(only(change.execute(SWITCH, Tuple.of(before.id(), enabled)))));
  }

  /** Changes the members that are named. */
  Optional<Changed> patch(KeyId id, KeyPatch patch, Origin origin) {
    return change(
        id,
        origin,
        "api_key.update",
        (change, before) -> {
          try {
            return Optional.of(patched(change, patch, before));
          } catch (PgException e) {
            throw KeyRegistry.explained(e, before.name());
          }
        });
  }

  private static ApiKey patched(Change change, KeyPatch patch, ApiKey before) {
    if (patch.moves(before)) {
      refuseEnded(change, before);
    }
    ApiKey after = only(change.execute(KeyPatch.UPDATE, patch.parameters(before.id())));
    if (!after.subject().equals(before.subject())) {
      change.putIfAbsent(RecordName.subject(new Subject(after.subject())), SubjectRecord.DEFAULTS);
      if (!KeyRegistry.inactive(change::execute, Set.of(after.subject())).isEmpty()) {
        throw KeyRegistry.subjectInactive(after.subject());
      }
    }
    return after;
  }

  /**
   * A key that ended with all keys of its subject, or with the subject itself, has no mark of its
   * own, or not yet, and would work again under another subject. The record is held, so that who
   * ends all keys of the subject comes clearly before or after.
   */
  private static void refuseEnded(Change change, ApiKey key) {
    Optional<StoredRecord> found = change.share(RecordName.subject(new Subject(key.subject())));
    if (found.orElse(null) instanceof SubjectRecord subject && !subject.isOpen(key.since())) {
      throw revoked();
    }
  }

  private static ApiError revoked() {
    return new ApiError(
        409,
        "api_key_revoked",
        "API key revoked",
        "The key is revoked, and a revoked key never works again.");
  }

  /**
   * Gives a key another secret.
   *
   * @param overlap how long those before it still work
   */
  Optional<Changed> rotate(KeyId id, NewSecret secret, Duration overlap, Origin origin) {
    return change(
        id,
        origin,
        "api_key.rotate",
        (change, before) -> Optional.of(rotated(change, before, secret, overlap)));
  }

  private static ApiKey rotated(Change change, ApiKey before, NewSecret secret, Duration overlap) {
    if (before.revoked()) {
      throw revoked();
    }
    refuseEnded(change, before);
    for (Row ended : change.execute(DROP_ENDED, Tuple.of(before.id()))) {
      change.remove(KeyDigest.fromBytes(ended.getBuffer("digest").getBytes()));
    }
    int others = change.execute(END_SECRETS, Tuple.of(before.id(), overlap.toMillis())).rowCount();
    if (!overlap.isZero() && others >= SECRETS_MAX) {
      throw new ApiError(
          409,
          "api_key_secrets_exceeded",
          "Too many secrets",
          "The key has "
              + others
              + " secrets that still work; wait until one of them has ended, or rotate with an"
              + " overlap of 0.");
    }
    Buffer digest = Buffer.buffer(secret.digest().toBytes());
    change.execute(ADD_SECRET, Tuple.of(digest, before.id(), secret.sealed()));
    return only(change.execute(TOUCH, Tuple.of(before.id())));
  }

  /** The change that ended all keys of a subject. */
  record SubjectRevoked(String epoch, long number) {}

  /**
   * Revokes all keys of a subject by one record that they name, however many they are. A key that
   * is created meanwhile comes either before, and is revoked, or after, and is not.
   */
  SubjectRevoked revokeAll(Subject subject, Origin origin) {
    return transactions.change(
        change -> {
          var name = RecordName.subject(subject);
          var before = (SubjectRecord) change.lockOrPut(name, SubjectRecord.DEFAULTS);
          change.put(name, before.withKeysRevoked());
          Change.Recorded recorded =
              change.record(origin.entry("subject.revoke", subject.id(), null, null));
          return new SubjectRevoked(recorded.epoch(), recorded.number());
        });
  }

  /** Removes a key, which must be revoked, for good. */
  boolean delete(KeyId id, Origin origin) {
    return transactions.change(
        change -> {
          RowSet<Row> rows = change.execute(LOCK, Tuple.of(id.toString()));
          if (rows.size() > 0) {
            ApiKey before = only(rows);
            for (Row secret :
                change.execute(
                    "SELECT digest FROM tollgate.api_key_secret WHERE key_id = $1",
                    Tuple.of(before.id()))) {
              change.remove(KeyDigest.fromBytes(secret.getBuffer("digest").getBytes()));
            }
            change.execute("DELETE FROM tollgate.api_key WHERE id = $1", Tuple.of(before.id()));
            change.record(
                origin.entry("api_key.delete", before.id(), KeyJson.encode(before), null));
          }
          return rows.size() > 0;
        });
  }
}
