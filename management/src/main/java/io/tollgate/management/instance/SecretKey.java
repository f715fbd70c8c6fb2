package io.tollgate.management.instance;

import io.tollgate.store.KeyRecord;
import io.tollgate.store.SecretKeyRecord;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A key to the management API, without its secrets. Immutable.
 *
 * @param areas what it opens, in the order given, each once
 * @param revokedAtMillis null while it is not revoked
 */
record SecretKey(
    String id,
    String name,
    List<String> areas,
    long createdAtMillis,
    @Nullable Long expiresAtMillis,
    @Nullable Long revokedAtMillis) {
  /** What a statement must select, from {@code tollgate.secret_key k}, for {@link #from}. */
  static final String COLUMNS = "k.id, k.name, k.areas, k.created_at, k.expires_at, k.revoked_at";

  private static final Pattern ID = Pattern.compile("isk_[0-9a-f]{32}");

  static boolean isId(String text) {
    return ID.matcher(text).matches();
  }

  static SecretKey from(Row row) {
    return new SecretKey(
        row.getString("id"),
        row.getString("name"),
        List.of(row.getArrayOfStrings("areas")),
        row.getOffsetDateTime("created_at").toInstant().toEpochMilli(),
        millis(row.getOffsetDateTime("expires_at")),
        millis(row.getOffsetDateTime("revoked_at")));
  }

  static @Nullable Long millis(@Nullable OffsetDateTime time) {
    return time == null ? null : time.toInstant().toEpochMilli();
  }

  boolean revoked() {
    return revokedAtMillis != null;
  }

  /** Returns what readers are told of one of its secrets. */
  SecretKeyRecord record(@Nullable Long secretEndsAtMillis) {
    long ends = secretEndsAtMillis == null ? KeyRecord.NEVER : secretEndsAtMillis;
    return new SecretKeyRecord(id, Set.copyOf(areas), Math.min(ends, expiryMillis()));
  }

  /** Returns when it stops, or {@link KeyRecord#NEVER}. */
  long expiryMillis() {
    return expiresAtMillis == null ? KeyRecord.NEVER : expiresAtMillis;
  }

  JsonObject toJson() {
    return new JsonObject()
        .put("object", "secret_key")
        .put("id", id)
        .put("name", name)
        .put("areas", new JsonArray(areas))
        .put("revoked", revoked())
        .put("revoked_at", revokedAtMillis)
        .put("expiration", expiresAtMillis)
        .put("created_at", createdAtMillis);
  }
}
