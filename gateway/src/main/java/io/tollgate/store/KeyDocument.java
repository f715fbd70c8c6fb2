package io.tollgate.store;

import io.tollgate.access.Scopes;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.key.Pepper;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;

/**
 * The form in which a {@link KeyRecord} stands in Redis: JSON, sealed under the pepper.
 *
 * <p>A document that can't be read for any reason is no document: Postgres decides then. Immutable
 * and safe for all threads.
 */
public final class KeyDocument {
  /** Readers take this version only; writers of a newer one keep writing this beside it. */
  private static final int VERSION = 1;

  private final SealedText sealed;

  public KeyDocument(Pepper pepper) {
    sealed = new SealedText(pepper);
  }

  public String encode(KeyDigest digest, KeyRecord record) {
    var json =
        new JsonObject()
            .put("version", VERSION)
            .put("number", record.number())
            .put("id", record.id().toString())
            .put("subject", record.subject().id())
            .put("scopes", new JsonArray(record.scopes().toList()))
            .put("revoked", record.revoked());
    if (record.expiresAtMillis() != KeyRecord.NEVER) {
      json.put("expires_at", record.expiresAtMillis());
    }
    return sealed.seal(RedisNames.key(digest), json.encode());
  }

  /** Returns the record, or empty where the text is garbage, forged, foreign or too new. */
  public Optional<KeyRecord> decode(KeyDigest digest, String document) {
    return sealed.open(RedisNames.key(digest), document).flatMap(KeyDocument::read);
  }

  private static Optional<KeyRecord> read(String text) {
    try {
      var json = new JsonObject(text);
      if (json.getInteger("version") != VERSION) {
        return Optional.empty();
      }
      List<String> scopes = json.getJsonArray("scopes").stream().map(String.class::cast).toList();
      return Optional.of(
          new KeyRecord(
              json.getLong("number"),
              KeyId.parse(json.getString("id")),
              new Subject(json.getString("subject")),
              Scopes.of(scopes),
              json.getBoolean("revoked"),
              json.getLong("expires_at", KeyRecord.NEVER)));
    } catch (RuntimeException unreadable) {
      // Sealed by us, yet not ours to read: written by another version. Postgres decides.
      return Optional.empty();
    }
  }
}
