package io.tollgate.management.role;

import io.tollgate.management.audit.Change;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.Map;
import java.util.Optional;

/**
 * The roles that groups of directories tell, which must be among those that their organizations
 * have to give. Whoever changes which those are has locked roles.
 */
final class MappedRoles {
  private static final String OF_SET =
      """
      FROM tollgate.group_role_mapping g
      JOIN tollgate.directory d ON d.id = g.directory_id
      JOIN tollgate.organization o ON o.id = d.organization_id
      WHERE o.role_set_id = $1 AND g.role_id = $2
      """;

  /** Whoever has read one of the lists has read what is not so any more. */
  private static final String MOVE =
      """
      WITH moved AS (
        UPDATE tollgate.group_role_mapping SET role_id = $3, updated_at = now() WHERE id IN (
          SELECT g.id %s)
        RETURNING directory_id
      )
      UPDATE tollgate.directory SET mapping_version = mapping_version + 1
      WHERE id IN (SELECT directory_id FROM moved)
      """
          .formatted(OF_SET);

  private MappedRoles() {}

  /** Returns whether a group of an organization of that role set tells the role. */
  static boolean isMapped(Change change, RoleInSet role) {
    Tuple parameters = Tuple.of(role.roleSetId(), role.roleId());
    return change.execute("SELECT " + OF_SET + " LIMIT 1", parameters).rowCount() > 0;
  }

  /** Lets groups that tell a role tell another one, wherever the two are not the same. */
  static void move(Change change, String roleSetId, Map<String, String> roles) {
    roles.forEach(
        (from, to) -> {
          if (!from.equals(to)) {
            change.execute(MOVE, Tuple.of(roleSetId, from, to));
          }
        });
  }

  /** Returns the key of a role that groups of the organization tell, and the role set lacks. */
  static Optional<String> lacking(Change change, String organizationId, String roleSetId) {
    String sql =
        """
        SELECT r.key FROM tollgate.group_role_mapping g
        JOIN tollgate.directory d ON d.id = g.directory_id AND d.organization_id = $1
        JOIN tollgate.role r ON r.id = g.role_id
        WHERE NOT EXISTS (SELECT FROM tollgate.role_set_role i
          WHERE i.role_set_id = $2 AND i.role_id = g.role_id)
        LIMIT 1
        """;
    for (Row row : change.execute(sql, Tuple.of(organizationId, roleSetId))) {
      return Optional.of(row.getString("key"));
    }
    return Optional.empty();
  }
}
