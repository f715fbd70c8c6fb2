package io.tollgate.management.key;

import io.tollgate.access.Scopes;
import io.vertx.sqlclient.Row;
import java.time.OffsetDateTime;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * An API key as management keeps it: everything but its secret. Immutable.
 *
 * @param claims a JSON object as it came
 * @param scopes in the order given, each once
 * @param addresses where it may be used from; from everywhere if empty
 * @param metadata the owner's own notes, a JSON object as it came
 * @param readAtMillis when the row was read, by Postgres' clock, as are all its times
 * @param number the change-log number of its last change
 * @param since the number of the change that made it, or gave it to its subject
 */
record ApiKey(
    String id,
    String type,
    String subject,
    String name,
    @Nullable String description,
    @Nullable String claims,
    List<String> scopes,
    boolean enabled,
    List<String> addresses,
    @Nullable String metadata,
    @Nullable String createdBy,
    long createdAtMillis,
    long updatedAtMillis,
    @Nullable Long expiresAtMillis,
    long readAtMillis,
    @Nullable Long lastUsedAtMillis,
    boolean revoked,
    @Nullable String revocationReason,
    long number,
    long since) {

  /** What a statement must select, from {@code tollgate.api_key k}, for {@link #from}. */
  static final String COLUMNS =
      """
      k.id, k.type, k.subject, k.name, k.description, k.claims::text AS claims, k.scopes,
      k.enabled, k.addresses, k.metadata::text AS metadata, k.created_by, k.created_at,
      k.updated_at, k.expires_at, now() AS read_at,
      greatest(k.last_used_at, (SELECT max(used.last_used_at) FROM tollgate.api_key_secret used
        WHERE used.key_id = k.id)) AS last_used_at,
      k.revoked_at IS NOT NULL AS revoked, k.revocation_reason, k.number, k.since
      """;

  static ApiKey from(Row row) {
    return new ApiKey(
        row.getString("id"),
        row.getString("type"),
        row.getString("subject"),
        row.getString("name"),
        row.getString("description"),
        row.getString("claims"),
        List.of(row.getArrayOfStrings("scopes")),
        row.getBoolean("enabled"),
        List.of(row.getArrayOfStrings("addresses")),
        row.getString("metadata"),
        row.getString("created_by"),
        row.getOffsetDateTime("created_at").toInstant().toEpochMilli(),
        row.getOffsetDateTime("updated_at").toInstant().toEpochMilli(),
        millis(row.getOffsetDateTime("expires_at")),
        row.getOffsetDateTime("read_at").toInstant().toEpochMilli(),
        millis(row.getOffsetDateTime("last_used_at")),
        row.getBoolean("revoked"),
        row.getString("revocation_reason"),
        row.getLong("number"),
        row.getLong("since"));
  }

  static @Nullable Long millis(@Nullable OffsetDateTime time) {
    return time == null ? null : time.toInstant().toEpochMilli();
  }

  ApiKey withNumber(long last) {
    return new ApiKey(
        id,
        type,
        subject,
        name,
        description,
        claims,
        scopes,
        enabled,
        addresses,
        metadata,
        createdBy,
        createdAtMillis,
        updatedAtMillis,
        expiresAtMillis,
        readAtMillis,
        lastUsedAtMillis,
        revoked,
        revocationReason,
        last,
        since);
  }

  ApiKey withScopes(Scopes effective) {
    return new ApiKey(
        id,
        type,
        subject,
        name,
        description,
        claims,
        scopes.stream().filter(effective::contains).toList(),
        enabled,
        addresses,
        metadata,
        createdBy,
        createdAtMillis,
        updatedAtMillis,
        expiresAtMillis,
        readAtMillis,
        lastUsedAtMillis,
        revoked,
        revocationReason,
        number,
        since);
  }

  /** Returns whether the key's time was up when the row was read. */
  boolean expired() {
    return expiresAtMillis != null && expiresAtMillis <= readAtMillis;
  }

  boolean isValid() {
    return enabled && !revoked && !expired();
  }
}
