package io.tollgate.management.role;

import io.tollgate.management.audit.Change;
import io.tollgate.management.wire.ApiError;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;

/**
 * A role as one of a role set, which is what a member has. Immutable.
 *
 * @param roleSetId mostly that of the member's organization
 */
record RoleInSet(String roleSetId, String roleId) {
  private static final String OF_ORGANIZATION =
      """
      SELECT o.role_set_id, r.id FROM tollgate.organization o
      JOIN tollgate.role_set_role i ON i.role_set_id = o.role_set_id
      JOIN tollgate.role r ON r.id = i.role_id
      WHERE o.id = $1 AND r.key = $2
      """;

  /** Returns the role that an organization has to give; roles must be held. */
  static RoleInSet ofOrganization(Change change, String organizationId, String roleKey) {
    for (Row row : change.execute(OF_ORGANIZATION, Tuple.of(organizationId, roleKey))) {
      return new RoleInSet(row.getString("role_set_id"), row.getString("id"));
    }
    throw ApiError.form(
        "form_resource_not_found",
        "was not found",
        MembershipRegistry.ROLE,
        "role must name a role of the organization's role set, was "
            + ApiError.quote(roleKey)
            + ".");
  }

  /** Returns what whoever makes an organization of this role set is. */
  static RoleInSet ofCreator(Change change, String roleSetId) {
    String sql = "SELECT creator_role_id FROM tollgate.role_set WHERE id = $1";
    Row row = change.execute(sql, Tuple.of(roleSetId)).iterator().next();
    return new RoleInSet(roleSetId, row.getString("creator_role_id"));
  }

  /** Returns whether a member has it. */
  boolean isHeld(Change change) {
    String sql = "SELECT FROM tollgate.membership WHERE role_set_id = $1 AND role_id = $2 LIMIT 1";
    return change.execute(sql, Tuple.of(roleSetId, roleId)).rowCount() > 0;
  }
}
