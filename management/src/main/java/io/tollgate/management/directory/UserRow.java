package io.tollgate.management.directory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.scim.ScimJson;
import io.vertx.sqlclient.Row;
import java.time.OffsetDateTime;

/**
 * A person as a directory tells of him.
 *
 * @param id by which the identity provider knows him
 * @param userId by which he is known here
 * @param document of which nobody may change anything
 */
record UserRow(
    String id,
    String userId,
    boolean active,
    ObjectNode document,
    long version,
    OffsetDateTime createdAt,
    OffsetDateTime updatedAt) {
  /** What a statement must select, from {@code tollgate.scim_user u}. */
  static final String COLUMNS =
      "u.id, u.user_id, u.active, u.document::text AS document, u.version, u.created_at,"
          + " u.updated_at";

  static UserRow from(Row row) {
    return new UserRow(
        row.getString("id"),
        row.getString("user_id"),
        row.getBoolean("active"),
        ScimJson.parse(row.getString("document")),
        row.getLong("version"),
        row.getOffsetDateTime("created_at"),
        row.getOffsetDateTime("updated_at"));
  }
}
