package io.tollgate.management.directory;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.scim.Vocabulary;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.Tuple;
import java.util.ArrayList;
import java.util.List;

/** Which attributes each directory understands, as its connection says now. */
final class Vocabularies {
  private static final String MAPPED =
      """
      SELECT directory_path AS path FROM tollgate.connection_attribute a
      JOIN tollgate.directory d ON d.connection_id = a.connection_id
      WHERE d.id = $1 AND directory_path IS NOT NULL
      UNION
      SELECT value FROM tollgate.directory d, json_each_text(d.attribute_mapping) WHERE d.id = $1
      ORDER BY path
      """;

  private final Transactions transactions;

  Vocabularies(Transactions transactions) {
    this.transactions = transactions;
  }

  Vocabulary of(Asked asked) {
    List<String> paths = new ArrayList<>();
    for (Row row : transactions.read(MAPPED, Tuple.of(asked.directory().directoryId()))) {
      if (row.getString("path") != null) {
        paths.add(row.getString("path"));
      }
    }
    return Vocabulary.of(paths);
  }
}
