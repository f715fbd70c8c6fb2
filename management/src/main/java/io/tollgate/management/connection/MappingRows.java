package io.tollgate.management.connection;

import io.tollgate.management.audit.Change;
import io.tollgate.management.connection.MappingRegistry.Entry;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.WordId;
import io.tollgate.management.wire.ApiError;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** The lists of mappings in Postgres, read and written whole. Safe for all virtual threads. */
final class MappingRows {
  static final String PREFIX = "grpmap_";

  private static final String LIST =
      """
      SELECT id, coalesce(group_id, last_group_id, id) AS group_id, group_id IS NULL AS orphaned,
        role_id
      FROM tollgate.group_role_mapping WHERE directory_id = $1 ORDER BY precedence
      """;

  private static final String UPSERT =
      """
      INSERT INTO tollgate.group_role_mapping (
        id, directory_id, precedence, group_id, last_group_id, group_external_id,
        group_display_name, group_display_name_key, role_id)
      SELECT $1, $2, $3, g.id, g.id, g.external_id, g.display_name, g.display_name_key, $5
      FROM tollgate.scim_group g WHERE g.directory_id = $2 AND g.id = $4
      ON CONFLICT (id) DO UPDATE SET precedence = excluded.precedence, role_id = excluded.role_id,
        group_id = excluded.group_id, last_group_id = excluded.last_group_id,
        group_external_id = excluded.group_external_id,
        group_display_name = excluded.group_display_name,
        group_display_name_key = excluded.group_display_name_key,
        updated_at = CASE WHEN group_role_mapping.role_id = excluded.role_id
          AND group_role_mapping.precedence = excluded.precedence
          AND group_role_mapping.group_id = excluded.group_id
          THEN group_role_mapping.updated_at ELSE now() END
      """;

  /** Of one whose group is gone. */
  private static final String UPDATE_ORPHAN =
      """
      UPDATE tollgate.group_role_mapping SET precedence = $2, role_id = $3,
        updated_at = CASE WHEN role_id = $3 AND precedence = $2 THEN updated_at ELSE now() END
      WHERE id = $1
      """;

  private final RandomGenerator random;

  MappingRows(RandomGenerator random) {
    this.random = random;
  }

  List<Entry> read(Change change, String directoryId) {
    return change.execute(LIST, Tuple.of(directoryId)).stream()
        .map(
            row ->
                new Entry(
                    row.getString("id"),
                    row.getString("group_id"),
                    row.getBoolean("orphaned"),
                    row.getString("role_id")))
        .toList();
  }

  /** Puts a list in the place of the one that was there, from 1 on in its order. */
  void write(
      Change change, String directoryId, String organization, List<Entry> was, List<Entry> is) {
    Set<String> kept = new HashSet<>();
    List<Entry> entries = new ArrayList<>();
    for (Entry entry : is) {
      Entry known = known(was, entry);
      if (known.id() != null) {
        kept.add(known.id());
      }
      entries.add(known);
      checkRole(change, organization, entry);
    }
    change.execute(
        "DELETE FROM tollgate.group_role_mapping WHERE directory_id = $1"
            + " AND NOT id = ANY($2::text[])",
        Tuple.of(directoryId).addArrayOfString(kept.toArray(String[]::new)));
    for (int i = 0; i < entries.size(); i++) {
      write(change, directoryId, entries.get(i), i + 1);
    }
  }

  /** An entry of a group that has one keeps its id, so that members' reasons stay true. */
  private static Entry known(List<Entry> was, Entry entry) {
    if (entry.id() != null) {
      return entry;
    }
    return was.stream()
        .filter(one -> one.groupId().equals(entry.groupId()))
        .findFirst()
        .map(one -> new Entry(one.id(), one.groupId(), one.orphaned(), entry.roleId()))
        .orElse(entry);
  }

  private void write(Change change, String directoryId, Entry entry, int precedence) {
    if (entry.orphaned()) {
      change.execute(UPDATE_ORPHAN, Tuple.of(entry.id(), precedence, entry.roleId()));
      return;
    }
    String id = entry.id() == null ? WordId.make(PREFIX, random) : entry.id();
    Tuple parameters = Tuple.of(id, directoryId, precedence, entry.groupId(), entry.roleId());
    if (change.execute(UPSERT, parameters).rowCount() == 0) {
      throw Fields.missing(MappingFields.SCIM_GROUP, entry.groupId());
    }
  }

  private static void checkRole(Change change, String organization, Entry entry) {
    String sql =
        "SELECT FROM tollgate.organization o JOIN tollgate.role_set_role i"
            + " ON i.role_set_id = o.role_set_id WHERE o.id = $1 AND i.role_id = $2";
    if (entry.id() == null
        && change.execute(sql, Tuple.of(organization, entry.roleId())).rowCount() == 0) {
      throw ApiError.form(
          "form_resource_not_found",
          "was not found",
          MappingFields.ROLE,
          MappingFields.ROLE
              + " must name a role of the organization's role set, was "
              + ApiError.quote(entry.roleId())
              + ".");
    }
  }
}
