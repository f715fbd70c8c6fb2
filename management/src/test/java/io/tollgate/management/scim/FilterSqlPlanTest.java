package io.tollgate.management.scim;

import io.tollgate.store.QueryPlan;
import io.tollgate.store.TestPostgres;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What identity providers look for is found by index, however many others there are. */
class FilterSqlPlanTest {
  private static final int FEW = 60;

  /** 5,000 users with six values each, and 500 groups of whom the first has them all. */
  private static final String FILL =
      """
      INSERT INTO tollgate.app_user (id)
      SELECT 'user_' || lpad(i::text, 27, '0') FROM generate_series(1, 5000) i;
      INSERT INTO tollgate.scim_user (directory_id, id, user_id, user_name, user_name_key,
        external_id, active, document)
      SELECT '%1$s', 'u' || i, 'user_' || lpad(i::text, 27, '0'), 'n' || i, 'n' || i, 'e' || i,
        true, '{}' FROM generate_series(1, 5000) i;
      INSERT INTO tollgate.scim_user_value (directory_id, scim_user_id, attribute, place, type_key,
        value, value_key)
      SELECT '%1$s', 'u' || i, a, 0, 'work', a || i, a || i
      FROM generate_series(1, 5000) i,
        unnest('{emails,displayname,title,name.givenname,name.familyname,locale}'::text[]) a;
      INSERT INTO tollgate.scim_group (directory_id, id, display_name, display_name_key,
        external_id, document)
      SELECT '%1$s', 'g' || i, 'n' || i, 'n' || i, 'e' || i, '{}' FROM generate_series(1, 500) i;
      INSERT INTO tollgate.scim_group_member (directory_id, group_id, scim_user_id)
      SELECT '%1$s', 'g1', 'u' || i FROM generate_series(1, 5000) i;
      """
          .formatted(StoredDocuments.DIRECTORY);

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void who_is_equal_is_found_by_index(boolean analyzed) {
    try (var stored = new StoredDocuments()) {
      TestPostgres postgres = stored.postgres();
      postgres.execute(FILL);
      if (analyzed) {
        postgres.execute("ANALYZE");
      }
      for (String filter :
          List.of(
              "userName eq \"N77\"",
              "externalId eq \"e77\"",
              "id eq \"u77\"",
              "emails eq \"emails77\"",
              "emails[type eq \"work\"].value eq \"emails77\"",
              "displayName eq \"DisplayName77\"",
              "userName eq \"n77\" and active eq true")) {
        assertFew(postgres, filter, ResourceKind.USER);
      }
      for (String filter :
          List.of(
              "displayName eq \"n77\"",
              "externalId eq \"e77\"",
              "id eq \"g1\" and members eq \"u77\"")) {
        assertFew(postgres, filter, ResourceKind.GROUP);
      }
    }
  }

  private static void assertFew(TestPostgres postgres, String filter, ResourceKind kind) {
    SqlCondition condition = FilterSql.of(Filters.parse(filter, kind), kind, 1);
    String text = condition.text();
    for (int i = condition.parameters().size(); i >= 1; i--) {
      text = text.replace("$" + i, "'" + condition.parameters().get(i - 1) + "'");
    }
    String from = kind == ResourceKind.USER ? "tollgate.scim_user u" : "tollgate.scim_group g";
    String alias = from.substring(from.length() - 1);
    QueryPlan.assertRowsAtMost(
        postgres,
        "SELECT %1$s.id FROM %2$s WHERE %1$s.directory_id = '%3$s' AND (%4$s)"
            .formatted(alias, from, StoredDocuments.DIRECTORY, text),
        FEW);
  }
}
