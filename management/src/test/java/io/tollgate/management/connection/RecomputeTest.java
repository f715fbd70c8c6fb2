package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.MEMBER;
import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.list;
import static io.tollgate.management.connection.Firm.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** How a change is carried over to very many: some at a time, and those first who lose by it. */
class RecomputeTest {
  private static Firm firm;

  private JsonObject organization = new JsonObject();
  private JsonObject directory = new JsonObject();
  private JsonObject connection = new JsonObject();

  @BeforeAll
  static void start() {
    firm = new Firm();
  }

  @AfterAll
  static void stop() {
    firm.close();
  }

  private void found() {
    organization = firm.organization();
    connection = firm.connection(organization);
    directory = firm.directory(connection);
  }

  /** Makes as many users at once, all in the group, with the role and records to fit. */
  private void crowd(String group, String role, String mappedBy, int from, int to) {
    firm.postgres.execute(
        """
        WITH users AS (
          INSERT INTO tollgate.app_user (id, directory_id)
          SELECT 'user_' || lpad('%6$s_' || lpad(i::text, 6, '0'), 27, 'c'), '%1$s'
          FROM generate_series(%4$d, %5$d) i RETURNING id
        ), told AS (
          INSERT INTO tollgate.scim_user (
            directory_id, id, user_id, user_name, user_name_key, active, document)
          SELECT '%1$s', 'p_' || id, id, id, id, true, '{"title":"Dr"}' FROM users
        ), joined AS (
          INSERT INTO tollgate.membership (
            id, organization_id, user_id, role_set_id, role_id, mapped_by)
          SELECT 'orgmem_' || right(u.id, 27), o.id, u.id, o.role_set_id, '%3$s', '%7$s'
          FROM users u, tollgate.organization o WHERE o.id = '%8$s'
        )
        INSERT INTO tollgate.record (name, address, body)
        SELECT 'subject:' || id, tollgate.address('subject:' || id),
          '{"version":2,"kind":"subject","revoked_before":0,"enabled":true,'
            || '"roles":{"%8$s":"%3$s"}}'
        FROM users
        """
            .formatted(
                id(directory), group, role, from, to, Firm.name("n"), mappedBy, id(organization)));
    firm.postgres.execute(
        """
        INSERT INTO tollgate.scim_group_member (directory_id, group_id, scim_user_id)
        SELECT directory_id, '%2$s', id FROM tollgate.scim_user WHERE directory_id = '%1$s'
        ON CONFLICT DO NOTHING
        """
            .formatted(id(directory), group));
  }

  private long with(String role) {
    return Long.parseLong(
        firm.postgres.query(
            """
            SELECT count(*) FROM tollgate.membership m JOIN tollgate.record r
              ON r.name = 'subject:' || m.user_id
              AND r.body::json -> 'roles' ->> m.organization_id = m.role_id
            WHERE m.organization_id = '%s' AND m.role_id = '%s'
            """
                .formatted(id(organization), role)));
  }

  private boolean isRecomputing() {
    return firm.management.get(path(directory)).ok().getBoolean("recomputing");
  }

  /**
   * Beside the service's own worker, which may be faster: they leave to each other what is begun.
   */
  private static void carry() {
    var recompute = new Recompute(firm.transactions, firm.roles, new MappedAttributes());
    boolean isMore = true;
    while (isMore) {
      isMore = recompute.step();
    }
  }

  private void await() {
    while (isRecomputing()) {
      carry();
    }
  }

  @Test
  void a_list_is_carried_over_to_thousands_by_the_change_itself() {
    found();
    JsonObject role = firm.role("org:sys_billing:read");
    String group = firm.group(directory);
    crowd(group, MEMBER, "default", 1, 2_000);
    firm.management.put(path(directory) + "/group_role_mappings", list(group, role)).ok();
    assertThat(with(id(role))).isEqualTo(2_000);
    assertThat(isRecomputing()).isFalse();
  }

  @Test
  void to_more_than_five_thousand_it_is_carried_over_later_with_lines_of_the_audit() {
    found();
    JsonObject role = firm.role("org:sys_billing:read");
    String group = firm.group(directory);
    crowd(group, MEMBER, "default", 1, RoleResolution.AT_ONCE_MAX + 1);
    firm.management.put(path(directory) + "/group_role_mappings", list(group, role)).ok();
    await();
    assertThat(with(id(role))).isEqualTo(RoleResolution.AT_ONCE_MAX + 1);
    assertThat(firm.actions(id(directory))).contains("directory.resolve");
  }

  @Test
  void a_definition_fills_thousands_later() {
    found();
    crowd(firm.group(directory), MEMBER, "default", 1, Recompute.USERS_AT_ONCE + 100);
    JsonObject attribute =
        new JsonObject().put("name", "Title").put("key", "title").put("scim_path", "title");
    JsonObject change = new JsonObject().put("custom_attributes", new JsonArray().add(attribute));
    firm.management.patch(Firm.CONNECTIONS + "/" + id(connection), change).ok();
    await();
    assertThat(
            firm.postgres.query(
                "SELECT count(*) FROM tollgate.app_user WHERE directory_id = '%s'"
                        .formatted(id(directory))
                    + " AND public_metadata ->> 'title' = 'Dr'"))
        .isEqualTo(Integer.toString(Recompute.USERS_AT_ONCE + 100));
  }

  @Test
  void those_who_lose_something_come_before_those_who_win() {
    found();
    JsonObject mighty = firm.role("org:sys_domains:manage");
    crowd(firm.group(directory), MEMBER, "default", 1, 3);
    String loser = firm.member(directory);
    firm.postgres.execute(
        """
        UPDATE tollgate.membership SET role_id = '%1$s' WHERE user_id = '%2$s';
        UPDATE tollgate.record SET body = replace(body, '%3$s', '%1$s')
        WHERE name = 'subject:%2$s'
        """
            .formatted(id(mighty), loser, MEMBER));
    firm.change(
        change ->
            assertThat(
                    firm.roles.losing(
                        change,
                        id(directory),
                        List.of(
                            loser,
                            firm.postgres.query(
                                "SELECT max(id) FROM tollgate.app_user WHERE id LIKE 'user_c%'"))))
                .containsExactly(loser));
  }
}
