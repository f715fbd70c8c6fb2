package io.tollgate.management.directory;

import io.tollgate.management.scim.ResourceKind;
import io.tollgate.management.scim.Vocabulary;
import io.tollgate.store.QueryPlan;
import io.tollgate.store.TestPostgres;
import io.vertx.sqlclient.Tuple;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Finding the one whom a provider asks for costs the same among many as among few. */
class ListingPlanTest {
  private static final int FEW = 20;
  private static final String DIRECTORY = "scimdir_" + "0".repeat(27);

  private static TestPostgres postgres;

  @BeforeAll
  static void fill() {
    postgres = TestPostgres.database();
    postgres.execute(
        """
        INSERT INTO tollgate.enterprise_connection (id, name, provider, domains)
        VALUES ('entconn_%2$s', 'c', 'saml_okta', '{a.example}');
        INSERT INTO tollgate.directory (id, connection_id, name, provider)
        VALUES ('%1$s', 'entconn_%2$s', 'd', 'okta');
        INSERT INTO tollgate.app_user (id, directory_id)
        SELECT 'user_' || lpad(i::text, 27, '0'), '%1$s' FROM generate_series(1, 20000) i;
        INSERT INTO tollgate.scim_user (
          directory_id, id, user_id, user_name, user_name_key, external_id, active, document)
        SELECT '%1$s', 'u' || i, 'user_' || lpad(i::text, 27, '0'), 'n' || i, 'n' || i, 'e' || i,
          true, '{}'
        FROM generate_series(1, 20000) i;
        INSERT INTO tollgate.scim_user_value (
          directory_id, scim_user_id, attribute, place, type_key, value, value_key)
        SELECT '%1$s', 'u' || i, a, 0, 'work', 'v' || i, 'v' || i
        FROM generate_series(1, 20000) i, unnest('{emails,displayname,title}'::text[]) a;
        INSERT INTO tollgate.scim_group (
          directory_id, id, display_name, display_name_key, external_id, document)
        SELECT '%1$s', 'g' || i, 'n' || i, 'n' || i, 'e' || i, '{}'
        FROM generate_series(1, 5000) i;
        INSERT INTO tollgate.scim_group_member (directory_id, group_id, scim_user_id)
        SELECT '%1$s', 'g' || 1 + i %% 5000, 'u' || i FROM generate_series(1, 20000) i;
        INSERT INTO tollgate.scim_group_group (directory_id, group_id, member_id)
        SELECT '%1$s', 'g' || i, 'g' || 1 + i %% 5000 FROM generate_series(1, 5000) i;
        ANALYZE;
        """
            .formatted(DIRECTORY, "0".repeat(27)));
  }

  @AfterAll
  static void close() {
    postgres.close();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "userName eq \"n77\"",
        "externalId eq \"e77\"",
        "id eq \"u77\"",
        "displayName eq \"v77\"",
        "emails.value eq \"v77\"",
        "emails[type eq \"work\"].value eq \"v77\"",
        "userName eq \"n77\" and active eq true"
      })
  void a_user_is_found_by_index(String filter) {
    assertFew(ResourceKind.USER, Listing.USERS, filter);
  }

  @ParameterizedTest
  @ValueSource(strings = {"displayName eq \"n77\"", "externalId eq \"e77\"", "id eq \"g77\""})
  void a_group_is_found_by_index(String filter) {
    assertFew(ResourceKind.GROUP, Listing.GROUPS, filter);
  }

  private static void assertFew(ResourceKind kind, Listing.Table<?> table, String filter) {
    Query query = Query.of(kind, Vocabulary.STANDARD, Map.of("filter", filter)::get);
    Listing.Statement asked =
        Listing.statement(
            table, DIRECTORY, query, new Listing.Part(query.count(), 0, Listing.BYTES_MAX));
    QueryPlan.assertRowsAtMost(postgres, written(asked.sql(), asked.parameters()), FEW);
  }

  /** Returns a statement with its values in it, which a plan is made for. */
  private static String written(String sql, Tuple parameters) {
    String written = sql;
    for (int i = parameters.size(); i > 0; i--) {
      Object value = parameters.getValue(i - 1);
      String literal = value instanceof String text ? "'" + text + "'" : String.valueOf(value);
      written = written.replace("$" + i, literal);
    }
    return written;
  }
}
