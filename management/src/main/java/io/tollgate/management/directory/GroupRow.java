package io.tollgate.management.directory;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.scim.ScimJson;
import io.vertx.sqlclient.Row;
import java.time.OffsetDateTime;

/**
 * A group as a directory tells of it, without its members.
 *
 * @param document of which nobody may change anything
 * @param revision counts the changes of the document and of its members
 */
record GroupRow(
    String id,
    ObjectNode document,
    long revision,
    OffsetDateTime createdAt,
    OffsetDateTime updatedAt) {
  /** What a statement must select, from {@code tollgate.scim_group g}. */
  static final String COLUMNS =
      "g.id, g.document::text AS document, g.version, g.created_at, g.updated_at";

  static GroupRow from(Row row) {
    return new GroupRow(
        row.getString("id"),
        ScimJson.parse(row.getString("document")),
        row.getLong("version"),
        row.getOffsetDateTime("created_at"),
        row.getOffsetDateTime("updated_at"));
  }

  String version() {
    return Long.toString(revision);
  }
}
