package io.tollgate.management.key;

import io.tollgate.key.KeyId;
import io.tollgate.management.audit.Transactions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.Tuple;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What may be told of a key's secrets: when each came, when it ends and when it was last used, so
 * that an owner sees whether anybody still needs the one before. Safe for all virtual threads.
 */
final class KeySecrets {
  /** One row without a secret where the key has none; none where there is no key. */
  private static final String LIST =
      """
      SELECT s.created_at, s.expires_at, s.last_used_at, s.expires_at <= now() AS expired,
        s.algorithm
      FROM tollgate.api_key k LEFT JOIN tollgate.api_key_secret s ON s.key_id = k.id
      WHERE k.id = $1 ORDER BY s.created_at DESC, s.expires_at DESC NULLS FIRST
      """;

  private final Transactions transactions;

  KeySecrets(Transactions transactions) {
    this.transactions = transactions;
  }

  /** Returns them, newest first, or empty where there is no such key. */
  Optional<JsonObject> list(KeyId id) {
    RowSet<Row> rows = transactions.read(LIST, Tuple.of(id.toString()));
    if (rows.size() == 0) {
      return Optional.empty();
    }
    var data = new JsonArray();
    for (Row row : rows) {
      @Nullable Long created = ApiKey.millis(row.getOffsetDateTime("created_at"));
      if (created != null) {
        data.add(
            new JsonObject()
                .put("object", "api_key_secret")
                .put("imported_hash", row.getString("algorithm"))
                .put("created_at", created)
                .put("expiration", ApiKey.millis(row.getOffsetDateTime("expires_at")))
                .put("expired", Boolean.TRUE.equals(row.getBoolean("expired")))
                .put("last_used_at", ApiKey.millis(row.getOffsetDateTime("last_used_at"))));
      }
    }
    return Optional.of(new JsonObject().put("data", data).put("total_count", data.size()));
  }
}
