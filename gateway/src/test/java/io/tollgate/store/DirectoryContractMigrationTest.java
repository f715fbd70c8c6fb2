package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What becomes of directories and mappings that are there already. */
class DirectoryContractMigrationTest {
  private static final String BEFORE =
      """
      INSERT INTO tollgate.enterprise_connection (id, name, provider, domains)
      VALUES ('entconn_' || repeat('1', 27), 'Mills', 'saml_okta', '{mills.example}');
      INSERT INTO tollgate.directory (id, connection_id, name, provider, attribute_mapping)
      VALUES ('scimdir_' || repeat('1', 27), 'entconn_' || repeat('1', 27), 'Mills', 'okta',
        '{"first_name": "nickName"}');
      INSERT INTO tollgate.scim_group (directory_id, id, display_name, display_name_key, document)
      VALUES ('scimdir_' || repeat('1', 27), 'g', 'Straße', 'strasse', '{}');
      INSERT INTO tollgate.role (id, name, key)
      VALUES ('role_' || repeat('1', 27), 'Accountant', 'org:accountant');
      INSERT INTO tollgate.group_role_mapping (
        id, directory_id, precedence, group_id, group_display_name, role_id)
      VALUES ('grpmap_' || repeat('1', 27), 'scimdir_' || repeat('1', 27), 1, 'g', 'Straße',
          'role_' || repeat('1', 27)),
        ('grpmap_' || repeat('2', 27), 'scimdir_' || repeat('1', 27), 2, NULL, 'Staff',
          'role_' || repeat('1', 27));
      """;

  @Test
  void mappings_have_a_last_group_and_a_folded_name_and_directories_all_that_is_mapped() {
    try (TestPostgres postgres = TestPostgres.emptyDatabase()) {
      postgres.migrate("11");
      postgres.execute(BEFORE);
      postgres.migrate("12");
      assertThat(
              postgres.query(
                  """
                  SELECT string_agg(last_group_id || ' ' || group_display_name_key, ', '
                    ORDER BY precedence) FROM tollgate.group_role_mapping
                  """))
          .isEqualTo("g strasse, grpmap_222222222222222222222222222 staff");
      assertThat(
              postgres.query(
                  """
                  SELECT (attribute_mapping::jsonb)::text || ' ' || membership_requires_mapped_group
                  FROM tollgate.directory
                  """))
          .isEqualTo(
              "{\"active\": \"active\", \"user_id\": \"id\", \"username\": \"userName\","
                  + " \"first_name\": \"nickName\"} false");
    }
  }

  @Test
  void a_username_is_given_to_one_user_alone() {
    try (TestPostgres postgres = TestPostgres.emptyDatabase()) {
      postgres.migrate("12");
      postgres.execute(
          """
          INSERT INTO tollgate.app_user (id) VALUES ('user_' || repeat('1', 27)),
            ('user_' || repeat('2', 27))
          """);
      String take = "SELECT tollgate.take_username('user_' || repeat('%s', 27), 'ada')";
      assertThat(postgres.query(take.formatted("1"))).isEqualTo("t");
      assertThat(postgres.query(take.formatted("2"))).isEqualTo("f");
      assertThat(postgres.query(take.formatted("1"))).isEqualTo("t");
    }
  }
}
