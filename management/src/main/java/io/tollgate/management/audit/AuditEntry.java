package io.tollgate.management.audit;

import org.jspecify.annotations.Nullable;

/**
 * One line of the audit: who did what to which key, and how the key looked before and after.
 *
 * @param actor who, for example {@link #SECRET_KEY}
 * @param before JSON, without secret or digest; null where the key did not exist
 * @param after the same
 */
public record AuditEntry(
    String actor,
    String requestId,
    String action,
    String keyId,
    @Nullable String before,
    @Nullable String after) {
  /** Whoever holds the instance's secret key. */
  public static final String SECRET_KEY = "secret_key:instance";
}
