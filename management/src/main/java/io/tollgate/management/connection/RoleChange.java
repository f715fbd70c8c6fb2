package io.tollgate.management.connection;

import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Origin;
import io.vertx.core.json.JsonObject;
import org.jspecify.annotations.Nullable;

/**
 * What groups have made of a member's role.
 *
 * @param before the role's id; null where he was no member
 * @param after the same; null where he is no member any more
 * @param mappedBy the mapping that tells it; {@link RoleResolution#DEFAULT} where none does, null
 *     where it is as it was given by hand
 */
public record RoleChange(
    String organizationId,
    String userId,
    @Nullable String before,
    @Nullable String after,
    @Nullable String mappedBy) {
  /** Returns a line of the audit. */
  public AuditEntry entry(Origin origin) {
    JsonObject told = new JsonObject().put("organization_id", organizationId);
    @Nullable String was = before == null ? null : told.copy().put("role_id", before).encode();
    @Nullable String is =
        after == null
            ? null
            : told.copy().put("role_id", after).put("mapped_by", mappedBy).encode();
    return origin.entry("membership.resolve_role", userId, was, is);
  }
}
