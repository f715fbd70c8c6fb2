package io.tollgate.management.role;

import io.tollgate.management.audit.AuditEntry;
import io.tollgate.management.audit.Change;
import io.tollgate.management.audit.Origin;
import io.tollgate.store.SubjectRecord;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;
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

  /** A row for each that groups told, and which the role is that he has without them. */
  private static final String TOLD =
      """
      SELECT m.organization_id, m.role_id AS was, o.role_set_id,
        coalesce(kept.role_id, s.default_role_id) AS role_id
      FROM tollgate.membership m
      JOIN tollgate.organization o ON o.id = m.organization_id
      JOIN tollgate.role_set s ON s.id = o.role_set_id
      LEFT JOIN tollgate.role_set_role kept
        ON kept.role_set_id = o.role_set_id AND kept.role_id = m.manual_role_id
      WHERE m.user_id = $1 AND m.mapped_by IS NOT NULL AND m.left_at IS NULL
      ORDER BY m.organization_id FOR NO KEY UPDATE OF m
      """;

  private static final String LAPSE =
      """
      UPDATE tollgate.membership SET role_set_id = $3, role_id = $4, mapped_by = NULL,
        manual_role_id = NULL, updated_at = now()
      WHERE organization_id = $1 AND user_id = $2
      """;

  private MappedRoles() {}

  /**
   * Takes roles back that groups told of a user whom no directory manages any more: while he was
   * away nobody told him anew, so that they may be what no group gives by now. His record must be
   * locked.
   *
   * @return what has changed, for the audit
   */
  static List<AuditEntry> lapse(Change change, Origin origin, String userId) {
    List<AuditEntry> lines = new ArrayList<>();
    for (Row row : change.execute(TOLD, Tuple.of(userId))) {
      String organizationId = row.getString("organization_id");
      String roleId = row.getString("role_id");
      change.execute(LAPSE, Tuple.of(organizationId, userId, row.getString("role_set_id"), roleId));
      // Locked already: what it holds by now.
      SubjectRecord record = MemberRoles.lock(change, userId);
      MemberRoles.put(change, userId, record, organizationId, roleId);
      JsonObject told = new JsonObject().put("organization_id", organizationId);
      String before = told.copy().put("role_id", row.getString("was")).encode();
      String after = told.copy().put("role_id", roleId).putNull("mapped_by").encode();
      lines.add(origin.entry("membership.resolve_role", userId, before, after));
    }
    return lines;
  }

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
