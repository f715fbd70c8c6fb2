package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What is there already when role sets come. */
class RoleSetMigrationTest {
  private static final String BEFORE =
      """
      INSERT INTO tollgate.role (id, name, key)
      VALUES ('role_' || repeat('1', 27), 'Accountant', 'org:accountant');
      INSERT INTO tollgate.app_user (id) VALUES ('user_' || repeat('1', 27));
      INSERT INTO tollgate.organization (id, name, slug)
      VALUES ('org_' || repeat('1', 27), 'Mills', 'mills');
      INSERT INTO tollgate.membership (id, organization_id, user_id, role_id)
      VALUES ('orgmem_' || repeat('1', 27), 'org_' || repeat('1', 27), 'user_' || repeat('1', 27),
        'role_' || repeat('1', 27));
      """;

  @Test
  void every_organization_has_one_role_set_of_all_roles_and_members_keep_theirs() {
    try (TestPostgres postgres = TestPostgres.emptyDatabase()) {
      postgres.migrate("3");
      postgres.execute(BEFORE);
      postgres.migrate("4");
      assertThat(
              postgres.query(
                  """
                  SELECT s.key || ' ' || s.initial || ' ' || r.key || ' ' || d.key || ' ' || c.key
                    || ' ' || (SELECT count(*) FROM tollgate.role_set_role)
                  FROM tollgate.membership m
                  JOIN tollgate.organization o ON o.id = m.organization_id
                  JOIN tollgate.role_set s ON s.id = o.role_set_id AND s.id = m.role_set_id
                  JOIN tollgate.role r ON r.id = m.role_id
                  JOIN tollgate.role d ON d.id = s.default_role_id
                  JOIN tollgate.role c ON c.id = s.creator_role_id
                  """))
          .isEqualTo("role_set:default true org:accountant org:member org:admin 3");
    }
  }
}
