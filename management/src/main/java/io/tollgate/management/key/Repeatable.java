package io.tollgate.management.key;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyFormat;
import io.tollgate.key.KeyId;
import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.wire.ApiError;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.buffer.Buffer;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * Creating keys by requests that may be sent again: within a day the same request gives the same
 * key and the same secret. The secret is not kept for that; it is derived from a salt under the
 * pepper, and from nothing else that is stored.
 *
 * <p>Safe for all virtual threads.
 */
final class Repeatable {
  private static final int SALT_BYTES = 32;

  /** Some at a time, so that no request pays for all. */
  private static final String FORGET =
      """
      DELETE FROM tollgate.idempotency WHERE at < now() - interval '24 hours' AND (name = $1
        OR name IN (
          SELECT name FROM tollgate.idempotency WHERE at < now() - interval '24 hours' LIMIT 20
          FOR UPDATE SKIP LOCKED))
      """;

  /** Waits for whoever is about to write the same name. */
  private static final String REMEMBER =
      """
      INSERT INTO tollgate.idempotency (name, request, key_id, salt) VALUES ($1, $2, $3, $4)
      ON CONFLICT (name) DO NOTHING
      """;

  private static final String RECALL =
      """
      SELECT i.request, i.salt, s.digest, %s
      FROM tollgate.idempotency i
      LEFT JOIN tollgate.api_key k ON k.id = i.key_id
      LEFT JOIN tollgate.api_key_secret s
        ON s.key_id = k.id AND (s.expires_at IS NULL OR s.expires_at > now())
      WHERE i.name = $1
      """
          .formatted(ApiKey.COLUMNS);

  /** A key with its secret. */
  record Created(ApiKey key, Secret secret) {}

  private final Transactions transactions;
  private final KeyFormat format;
  private final Pepper.Authenticator derivation;
  private final SecretRecovery recovery;
  private final RandomGenerator random;

  Repeatable(
      Transactions transactions,
      KeyFormat format,
      Pepper.Authenticator derivation,
      SecretRecovery recovery,
      RandomGenerator random) {
    this.transactions = transactions;
    this.format = format;
    this.derivation = derivation;
    this.recovery = recovery;
    this.random = random;
  }

  /**
   * Creates a key, or returns the one that the same request has created.
   *
   * @throws ApiError 422 if the name stands for another request
   */
  Created create(RequestName name, NewKey wanted, Origin origin) {
    try {
      return transactions.change(change -> create(change, name, wanted, origin));
    } catch (PgException e) {
      throw KeyRegistry.explained(e, wanted.name());
    }
  }

  private Created create(Change change, RequestName name, NewKey wanted, Origin origin) {
    Buffer named = name.name();
    byte[] salt = new byte[SALT_BYTES];
    random.nextBytes(salt);
    KeyId id = KeyId.random(random);
    change.execute(FORGET, Tuple.of(named));
    int remembered =
        change
            .execute(REMEMBER, Tuple.of(named, name.request(), id.toString(), Buffer.buffer(salt)))
            .rowCount();
    if (remembered == 0) {
      return recall(change.execute(RECALL, Tuple.of(named)), name);
    }
    Secret secret = format.derive(derivation.code(salt));
    return new Created(
        KeyRegistry.insert(change, wanted, id, recovery.keep(id, secret), origin), secret);
  }

  private Created recall(RowSet<Row> rows, RequestName name) {
    if (rows.size() == 0) {
      throw new StoreUnreachable("the request's name has just been forgotten");
    }
    Row first = rows.iterator().next();
    if (!first.getBuffer("request").equals(name.request())) {
      throw new ApiError(
          422,
          "idempotency_key_reused",
          "Idempotency key reused",
          "The Idempotency-Key was sent before with another body.");
    }
    for (Row row : rows) {
      Buffer digest = row.getBuffer("digest");
      Secret secret = format.derive(derivation.code(first.getBuffer("salt").getBytes()));
      if (digest != null && Arrays.equals(digest.getBytes(), KeyDigest.of(secret).toBytes())) {
        return new Created(ApiKey.from(row), secret);
      }
    }
    // Deleted or rotated since, or made under a pepper that is retired now.
    throw new ApiError(
        409,
        "idempotent_creation_superseded",
        "Creation superseded",
        "The key that this request created has no longer the secret that it was created with.");
  }
}
