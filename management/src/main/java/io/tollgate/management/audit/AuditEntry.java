package io.tollgate.management.audit;

import org.jspecify.annotations.Nullable;

/**
 * One line of the audit: who did what to which object, and how it looked before and after.
 *
 * @param actor who, as {@link io.tollgate.management.wire.Actor} spells it
 * @param object its id
 * @param before JSON, without secret or digest; null where it did not exist
 * @param after the same, where it does not exist any more
 */
public record AuditEntry(
    String actor,
    String requestId,
    String action,
    String object,
    @Nullable String before,
    @Nullable String after) {}
