package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.ADMIN;
import static io.tollgate.management.connection.Firm.MEMBER;
import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.list;
import static io.tollgate.management.connection.Firm.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What groups make of roles, whatever becomes of groups, lists, roles and people. */
class GroupRoleTest {
  private static final JsonObject UNMAPPED =
      new JsonObject().put("group_role_mapping_enabled", false);
  private static final JsonObject MAPPED = new JsonObject().put("group_role_mapping_enabled", true);

  private static Firm firm;
  private static JsonObject builder;
  private static JsonObject reader;

  private JsonObject organization;
  private JsonObject directory;
  private String one;
  private String two;

  @BeforeAll
  static void start() {
    firm = new Firm();
    builder = firm.role("org:sys_memberships:read", "org:sys_billing:read");
    reader = firm.role("org:sys_billing:read");
  }

  @AfterAll
  static void stop() {
    firm.close();
  }

  @BeforeEach
  void found() {
    organization = firm.organization();
    directory = firm.directory(firm.connection(organization));
    one = firm.group(directory);
    two = firm.group(directory);
  }

  private Answer put(JsonObject mappings) {
    return firm.management.put(path(directory) + "/group_role_mappings", mappings);
  }

  private JsonArray mappings() {
    return firm.management.get(path(directory) + "/group_role_mappings").ok().getJsonArray("data");
  }

  private String role(String user) {
    return firm.roleOf(organization, user);
  }

  private String membership(String user) {
    return "/organizations/" + id(organization) + "/memberships/" + user;
  }

  @Nested
  class Somebody {
    @Test
    void without_a_mapped_group_has_the_default_role() {
      String user = firm.member(directory);
      assertThat(role(user)).isEqualTo(MEMBER);
      assertThat(firm.mappedBy(user)).isEqualTo("default");
      firm.enter(directory, one, user);
      assertThat(role(user)).isEqualTo(MEMBER);
    }

    @Test
    void in_a_mapped_group_has_its_role_and_the_mapping_is_known_that_told_it() {
      JsonObject mapping = firm.map(directory, one, builder);
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      assertThat(role(user)).isEqualTo(id(builder));
      assertThat(firm.mappedBy(user)).isEqualTo(id(mapping));
      assertThat(firm.actions(user)).contains("membership.resolve_role");
    }

    @Test
    void in_several_has_that_of_the_first_in_the_list_not_of_the_newest_or_biggest() {
      put(list(one, reader, two, builder)).ok();
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      firm.enter(directory, two, user);
      assertThat(role(user)).isEqualTo(id(reader));
    }

    @Test
    void who_leaves_the_winning_group_falls_to_the_next_that_holds_him() {
      put(list(one, reader, two, builder)).ok();
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      firm.enter(directory, two, user);
      firm.leave(directory, one, user);
      assertThat(role(user)).isEqualTo(id(builder));
      firm.leave(directory, two, user);
      assertThat(role(user)).isEqualTo(MEMBER);
    }

    @Test
    void who_is_not_active_yet_has_the_role_once_he_is() {
      put(list(one, builder)).ok();
      String user = firm.person(directory, new JsonObject());
      String active = "UPDATE tollgate.app_user SET active = %s WHERE id = '" + user + "'";
      firm.postgres.execute(active.formatted(false));
      firm.enter(directory, one, user);
      assertThat(firm.management.get(membership(user)).status()).isEqualTo(404);
      firm.postgres.execute(active.formatted(true));
      firm.join(directory, user);
      assertThat(role(user)).isEqualTo(id(builder));
    }

    @Test
    void who_was_a_member_before_has_his_role_back_when_groups_tell_no_more() {
      put(list(one, reader)).ok();
      String user = id(firm.user());
      JsonObject wanted =
          new JsonObject().put("user_id", user).put("role", builder.getString("key"));
      firm.management.post("/organizations/" + id(organization) + "/memberships", wanted).ok();
      firm.adopt(directory, user, new JsonObject());
      firm.enter(directory, one, user);
      assertThat(role(user)).isEqualTo(id(reader));
      firm.patch(directory, UNMAPPED);
      assertThat(role(user)).isEqualTo(id(builder));
      firm.patch(directory, MAPPED);
      assertThat(role(user)).isEqualTo(id(reader));
    }

    @Test
    void whom_no_directory_manages_keeps_the_role_given_by_hand() {
      put(list(one, reader)).ok();
      String user = id(firm.user());
      JsonObject wanted = new JsonObject().put("user_id", user).put("role", "org:member");
      firm.management.post("/organizations/" + id(organization) + "/memberships", wanted).ok();
      JsonObject change = new JsonObject().put("role", builder.getString("key"));
      firm.management.patch(membership(user), change).ok();
      assertThat(role(user)).isEqualTo(id(builder));
    }
  }

  @Nested
  class By_hand {
    private final JsonObject change = new JsonObject().put("role", "org:admin");

    @Test
    void a_role_is_not_changed_and_a_membership_not_ended_while_groups_tell_it() {
      String user = firm.member(directory);
      firm.management.patch(membership(user), change).assertRefused(409, "user_managed_by_scim");
      firm.management.delete(membership(user)).assertRefused(409, "user_managed_by_scim");
      assertThat(role(user)).isEqualTo(MEMBER);
    }

    @Test
    void a_role_is_changed_while_groups_tell_none_and_overwritten_once_they_do() {
      String user = firm.member(directory);
      firm.patch(directory, UNMAPPED);
      firm.management.patch(membership(user), change).ok();
      assertThat(role(user)).isEqualTo(ADMIN);
      firm.enter(directory, one, user);
      assertThat(role(user)).isEqualTo(ADMIN);
      firm.patch(directory, MAPPED);
      assertThat(role(user)).isEqualTo(MEMBER);
    }

    @Test
    void all_may_be_changed_while_the_directory_is_disabled_which_keeps_roles_as_they_are() {
      put(list(one, builder)).ok();
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      firm.patch(directory, new JsonObject().put("enabled", false));
      assertThat(role(user)).isEqualTo(id(builder));
      firm.management.patch(membership(user), change).ok();
      assertThat(role(user)).isEqualTo(ADMIN);
      put(list()).assertRefused(400, "scim_directory_disabled");
      firm.patch(directory, new JsonObject().put("enabled", true));
      assertThat(role(user)).isEqualTo(id(builder));
    }
  }

  @Nested
  class A_list {
    @Test
    void is_shown_in_its_order_with_whole_roles_by_either_name() {
      JsonArray put = put(list(one, reader, two, builder)).ok().getJsonArray("data");
      assertThat(put).isEqualTo(mappings());
      JsonObject first = put.getJsonObject(0);
      assertThat(first.getJsonObject("role")).isEqualTo(reader);
      assertThat(first.getInteger("precedence")).isEqualTo(1);
      assertThat(first.getString("directory_group_id")).isEqualTo(one);
      JsonObject older =
          firm.management
              .get("/scim_directories/" + id(directory) + "/group_role_mappings")
              .ok()
              .getJsonArray("data")
              .getJsonObject(1);
      assertThat(older.getString("object")).isEqualTo("scim_group_role_mapping");
      assertThat(older.getString("scim_group_id")).isEqualTo(two);
      assertThat(older.getInteger("precedence")).isEqualTo(2);
    }

    @Test
    void that_is_put_in_another_order_tells_all_roles_anew_and_keeps_its_entries() {
      JsonArray before = put(list(one, reader, two, builder)).ok().getJsonArray("data");
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      firm.enter(directory, two, user);
      JsonArray after = put(list(two, builder, one, reader)).ok().getJsonArray("data");
      assertThat(role(user)).isEqualTo(id(builder));
      assertThat(id(after.getJsonObject(0))).isEqualTo(id(before.getJsonObject(1)));
      assertThat(firm.actions(id(directory))).contains("directory.resolve");
      put(list()).ok();
      assertThat(role(user)).isEqualTo(MEMBER);
    }

    @Test
    void takes_an_entry_where_it_is_wanted_and_closes_the_gap_of_one_that_goes() {
      firm.map(directory, one, reader);
      String root = path(directory) + "/group_role_mappings";
      JsonObject strongest =
          new JsonObject()
              .put("directory_group_id", two)
              .put("role_id", id(builder))
              .put("precedence", 1);
      JsonObject made = firm.management.post(root, strongest).ok();
      assertThat(made.getInteger("precedence")).isEqualTo(1);
      assertThat(mappings().getJsonObject(1).getString("scim_group_id")).isEqualTo(one);
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      firm.enter(directory, two, user);
      assertThat(role(user)).isEqualTo(id(builder));
      firm.management.delete(root + "/" + id(made)).ok();
      assertThat(role(user)).isEqualTo(id(reader));
      assertThat(mappings().getJsonObject(0).getInteger("precedence")).isEqualTo(1);
      firm.management.delete(root + "/" + id(made)).assertRefused(404, "resource_not_found");
    }

    @Test
    void keeps_the_entry_of_a_group_that_is_gone_and_no_other_group_takes_its_place() {
      JsonObject mapping = firm.map(directory, one, builder);
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      String sql = "DELETE FROM tollgate.scim_group WHERE id = '" + one + "'";
      firm.change(change -> firm.told(change, directory, sql, user));
      assertThat(role(user)).isEqualTo(MEMBER);
      JsonObject orphan = mappings().getJsonObject(0);
      assertThat(id(orphan)).isEqualTo(id(mapping));
      assertThat(orphan.getString("scim_group_id")).isNull();
      assertThat(orphan.getString("scim_group_display_name")).isEqualTo("Group " + one);
      firm.map(directory, two, reader);
      assertThat(mappings()).hasSize(2);
    }

    @Test
    void is_frozen_while_mapping_is_off() {
      firm.map(directory, one, builder);
      firm.patch(directory, UNMAPPED);
      put(list()).assertRefused(400, "feature_not_enabled");
      assertThat(mappings()).hasSize(1);
    }

    @Test
    void maps_each_group_once() {
      Answer answer = put(list(one, reader, one, builder));
      answer.assertRefused(422, "form_param_duplicate");
      assertThat(answer.parameter()).isEqualTo("mappings[1].scim_group_id");
      firm.map(directory, one, reader);
      JsonObject again = new JsonObject().put("scim_group_id", one).put("role_id", id(builder));
      firm.management
          .post(path(directory) + "/group_role_mappings", again)
          .assertRefused(422, "form_already_exists");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {} | form_param_missing | scim_group_id
            {"scim_group_id":"g"} | form_param_missing | role_id
            {"scim_group_id":"g","role_id":"admin"} | form_param_format_invalid | role_id
            {"scim_group_id":"g","role_id":"role_0000000000000000000000admin"}\
             | form_resource_not_found | scim_group_id
            {"scim_group_id":"ONE","role_id":"role_000000000000000000000000000"}\
             | form_resource_not_found | role_id
            {"scim_group_id":"ONE","role_id":"role_0000000000000000000000admin","precedence":0}\
             | form_param_format_invalid | precedence
            {"scim_group_id":"ONE","role_id":"role_0000000000000000000000admin","precedence":1e99}\
             | form_param_format_invalid | precedence
            {"scim_group_id":"ONE","directory_group_id":"b","role_id":"r"}\
             | form_param_value_conflict | directory_group_id
            """)
    void takes_no_entry_that_is_none(String body, String code, String parameter) {
      String root = path(directory) + "/group_role_mappings";
      Answer answer = firm.management.post(root, body.replace("ONE", one));
      answer.assertRefused(422, code);
      assertThat(answer.parameter()).isEqualTo(parameter);
      assertThat(mappings()).isEmpty();
    }

    @Test
    void names_no_group_of_another_directory() {
      JsonObject other = firm.directory(firm.connection(firm.organization()));
      put(list(firm.group(other), reader)).assertRefused(422, "form_resource_not_found");
    }

    @Test
    void is_of_no_use_to_a_directory_of_no_organization() {
      directory = firm.directory(firm.made(Firm.wanted()));
      put(list(firm.group(directory), reader)).assertRefused(400, "feature_not_enabled");
    }
  }

  @Nested
  class A_role {
    @Test
    void that_a_group_tells_is_not_deleted_and_one_in_its_place_takes_over() {
      JsonObject role = firm.role();
      firm.map(directory, one, role);
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      String path = "/organization_roles/" + id(role);
      firm.management.delete(path).assertRefused(422, "organization_role_assigned_members");
      JsonObject replaced =
          new JsonObject()
              .put("role_key", role.getString("key"))
              .put("to_role_key", reader.getString("key"));
      firm.management.post("/role_sets/role_set:default/roles/replace", replaced).ok();
      assertThat(role(user)).isEqualTo(id(reader));
      assertThat(mappings().getJsonObject(0).getJsonObject("role")).isEqualTo(reader);
      firm.management.delete(path).ok();
    }
  }

  @Test
  void people_of_a_directory_join_the_organization_that_its_connection_becomes_of() {
    JsonObject connection = firm.made(Firm.wanted());
    directory = firm.directory(connection);
    String user = firm.person(directory, new JsonObject());
    JsonObject change = new JsonObject().put("organization_id", id(firm.organization()));
    organization = new JsonObject().put("id", change.getString("organization_id"));
    firm.management.patch(Firm.CONNECTIONS + "/" + id(connection), change).ok();
    assertThat(role(user)).isEqualTo(MEMBER);
  }

  @Test
  void sixteen_who_change_groups_of_one_user_at_once_leave_the_role_of_all_of_them() {
    put(list(one, reader, two, builder)).ok();
    String user = firm.member(directory);
    List<String> groups =
        new ArrayList<>(Stream.generate(() -> firm.group(directory)).limit(14).toList());
    groups.add(two);
    groups.add(one);
    CompletableFuture.allOf(
            groups.stream()
                .map(
                    group ->
                        CompletableFuture.runAsync(
                            () -> firm.enter(directory, group, user), Thread::startVirtualThread))
                .toArray(CompletableFuture[]::new))
        .join();
    assertThat(role(user)).isEqualTo(id(reader));
    assertThat(
            firm.postgres.query(
                "SELECT count(*) FROM tollgate.scim_group_member WHERE scim_user_id = 'p_%s'"
                    .formatted(user)))
        .isEqualTo("16");
  }
}
