package io.tollgate.management.key;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.key.Secret;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.audit.Transactions;
import io.tollgate.management.wire.ApiError;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeping secrets so that they can be shown again, where the operator has given a recovery key;
 * without one only their digests are kept. Safe for all virtual threads.
 */
public final class SecretRecovery {
  /** Nobody revokes or rotates the key until the line of the audit stands. */
  private static final String HOLD = "SELECT FROM tollgate.api_key WHERE id = $1 FOR SHARE";

  /** A statement of its own: one that waited for the lock would see the secrets as of before. */
  static final String NEWEST =
      """
      SELECT k.revoked_at IS NOT NULL AS revoked, s.digest, s.sealed
      FROM tollgate.api_key k
      LEFT JOIN tollgate.api_key_secret s ON s.key_id = k.id AND s.expires_at IS NULL
      WHERE k.id = $1
      """;

  private final Transactions transactions;
  private final @Nullable RecoveryKey recoveryKey;
  private final RandomGenerator random;

  /**
   * Makes the keeper of secrets.
   *
   * @param recoveryKey null where no secret is to be kept
   * @param random must be cryptographically strong
   */
  public SecretRecovery(
      Transactions transactions, @Nullable RecoveryKey recoveryKey, RandomGenerator random) {
    this.transactions = transactions;
    this.recoveryKey = recoveryKey;
    this.random = random;
  }

  /** Returns what is stored of a secret that was made for a key. */
  NewSecret keep(KeyId id, Secret secret) {
    @Nullable Buffer sealed =
        recoveryKey == null ? null : Buffer.buffer(recoveryKey.seal(id, secret, random));
    return new NewSecret(KeyDigest.of(secret), null, sealed);
  }

  /**
   * Shows the newest secret of a key, and writes in the audit that it was shown.
   *
   * @return empty where there is no such key
   * @throws ApiError 400 where the secret can't be shown
   */
  Optional<Secret> reveal(KeyId id, Origin origin) {
    return transactions.change(
        change -> {
          change.execute(HOLD, Tuple.of(id.toString()));
          for (Row row : change.execute(NEWEST, Tuple.of(id.toString()))) {
            Secret secret = open(id, row);
            change.record(origin.entry("api_key.reveal", id.toString(), null, null));
            return Optional.of(secret);
          }
          return Optional.empty();
        });
  }

  private Secret open(KeyId id, Row row) {
    if (recoveryKey == null) {
      throw notRecoverable("Only a digest of the secret is kept.");
    }
    if (row.getBoolean("revoked")) {
      throw notRecoverable("The key is revoked.");
    }
    @Nullable Buffer sealed = row.getBuffer("sealed");
    @Nullable Secret secret =
        sealed == null
            ? null
            : recoveryKey.open(
                id, KeyDigest.fromBytes(row.getBuffer("digest").getBytes()), sealed.getBytes());
    if (secret == null) {
      throw notRecoverable("The secret was not kept under the recovery key that is in use.");
    }
    return secret;
  }

  private static ApiError notRecoverable(String why) {
    return new ApiError(
        400,
        "api_key_secret_not_recoverable",
        "Secret not recoverable",
        why + " Rotate the key, if it lives, to get another.");
  }
}
