package io.tollgate.management.directory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.scim.ScimJson;
import io.vertx.sqlclient.Row;
import java.time.OffsetDateTime;
import org.jspecify.annotations.Nullable;

/**
 * A person as a directory tells of him.
 *
 * @param id by which the identity provider knows him
 * @param userId by which he is known here
 * @param document of which nobody may change anything
 * @param revision counts the changes of the document
 * @param groupsDigest of his groups as he is shown with them; null where he is in none
 */
record UserRow(
    String id,
    String userId,
    boolean active,
    ObjectNode document,
    long revision,
    @Nullable String groupsDigest,
    OffsetDateTime createdAt,
    OffsetDateTime updatedAt) {
  /**
   * What a statement must select, from {@code tollgate.scim_user u}. What a group does to its
   * members is a row each, and none of them is written: so their groups are looked at anew.
   */
  static final String COLUMNS =
      """
      u.id, u.user_id, u.active, u.document::text AS document, u.version, u.created_at,
        u.updated_at, (
          SELECT substr(encode(sha256(convert_to(
            string_agg(g.id || ' ' || g.display_name, ',' ORDER BY g.id COLLATE "C"), 'UTF8')),
            'hex'), 1, 16)
          FROM tollgate.scim_group_member m
          JOIN tollgate.scim_group g ON g.directory_id = m.directory_id AND g.id = m.group_id
          WHERE m.directory_id = u.directory_id AND m.scim_user_id = u.id
        ) AS groups_digest
      """;

  static UserRow from(Row row) {
    return new UserRow(
        row.getString("id"),
        row.getString("user_id"),
        row.getBoolean("active"),
        ScimJson.parse(row.getString("document")),
        row.getLong("version"),
        row.getString("groups_digest"),
        row.getOffsetDateTime("created_at"),
        row.getOffsetDateTime("updated_at"));
  }

  /** Returns what is another one whenever he is shown otherwise than before. */
  String version() {
    return groupsDigest == null ? Long.toString(revision) : revision + "-" + groupsDigest;
  }
}
