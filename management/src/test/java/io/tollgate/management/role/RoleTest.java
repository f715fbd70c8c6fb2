package io.tollgate.management.role;

import static io.tollgate.management.role.Directory.ADMIN;
import static io.tollgate.management.role.Directory.MEMBER;
import static io.tollgate.management.role.Directory.ROLES;
import static io.tollgate.management.role.Directory.assertRefused;
import static io.tollgate.management.role.Directory.id;
import static io.tollgate.management.role.Directory.key;
import static io.tollgate.management.role.Directory.named;
import static io.tollgate.management.role.Directory.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoints of roles. */
class RoleTest {
  private static final String UNKNOWN = ROLES + "/role_" + "0".repeat(27);
  private static final String UNKNOWN_PERMISSION = "perm_" + "0".repeat(27);

  private static Directory directory;

  private final List<JsonObject> made = new ArrayList<>();

  @BeforeAll
  static void start() {
    directory = new Directory();
  }

  @AfterAll
  static void stop() {
    directory.close();
  }

  /** There is place for a few only. */
  @AfterEach
  void make_place() {
    for (JsonObject role : made) {
      if (directory.get(path(role)).status() == 200) {
        directory.drop(role);
      }
    }
  }

  private JsonObject role(JsonObject... permissions) {
    JsonObject role = directory.role(permissions);
    made.add(role);
    return role;
  }

  private JsonObject givenRole() {
    JsonObject role = directory.givenRole();
    made.add(role);
    return role;
  }

  private static String path(JsonObject role) {
    return ROLES + "/" + id(role);
  }

  private static String held(JsonObject role, JsonObject permission) {
    return path(role) + "/permissions/" + id(permission);
  }

  private static JsonObject permission() {
    return directory.permission(key("org:things:do_"));
  }

  private static Stream<String> keys(JsonObject role) {
    return role.getJsonArray("permissions").stream()
        .map(permission -> ((JsonObject) permission).getString("key"));
  }

  private static String record(JsonObject role) {
    return directory.postgres.query(
        "SELECT body FROM tollgate.record WHERE name = 'role:" + id(role) + "'");
  }

  @Nested
  class Create {
    @Test
    void gives_a_role_with_every_member_of_the_contract_and_whole_permissions() {
      JsonObject permission = permission();
      JsonObject role = role(permission);
      assertThat(role.fieldNames())
          .containsExactlyInAnyOrder(
              "object",
              "id",
              "name",
              "key",
              "description",
              "is_creator_eligible",
              "permissions",
              "created_at",
              "updated_at");
      assertThat(role.getString("object")).isEqualTo("role");
      assertThat(id(role)).matches("role_\\w{27}");
      assertThat(role.getValue("description")).isNull();
      assertThat(role.getBoolean("is_creator_eligible")).isFalse();
      assertThat(role.getJsonArray("permissions")).containsExactly(permission);
      assertThat(ok(directory.get(path(role)))).isEqualTo(role);
      assertThat(record(role)).contains('"' + permission.getString("key") + '"');
    }

    @Test
    void takes_a_permission_that_is_named_twice_once() {
      JsonObject permission = permission();
      assertThat(keys(role(permission, permission))).containsExactly(permission.getString("key"));
    }

    @Test
    void is_in_the_initial_role_set_where_that_is_asked_for() {
      JsonObject role = givenRole();
      assertThat(ok(directory.get(Directory.INITIAL_SET)).getJsonArray("roles").stream())
          .extracting(item -> id((JsonObject) item))
          .contains(id(role))
          .doesNotContain(id(role()));
    }

    @Test
    void of_a_key_that_is_taken_is_422() {
      Answer answer = directory.management.post(ROLES, named("org:admin"));
      assertRefused(answer, 422, "form_already_exists");
      assertThat(answer.parameter()).isEqualTo("key");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {"key":"org:a"} | form_param_missing | name
            {"name":"a"} | form_param_missing | key
            {"name":"a","key":"admin"} | form_param_format_invalid | key
            {"name":"a","key":"org:a:b"} | form_param_format_invalid | key
            {"name":"a","key":"org:a","permissions":"perm_"} | form_param_type_invalid | permissions
            {"name":"a","key":"org:a","permissions":["perm_"]}\
             | form_resource_not_found | permissions
            {"name":"a","key":"org:a","include_in_initial_role_set":"yes"}\
             | form_param_type_invalid | include_in_initial_role_set
            {"name":"a","key":"org:a","creator":true} | form_param_unknown | creator
            """)
    void of_what_is_no_role_is_422(String body, String code, String parameter) {
      Answer answer = directory.management.post(ROLES, body);
      assertRefused(answer, 422, code);
      assertThat(answer.parameter()).isEqualTo(parameter);
    }

    @Test
    void of_more_than_a_few_is_403_until_one_is_gone() {
      while (made.size() < RoleRegistry.CUSTOM_MAX) {
        role();
      }
      Answer answer = directory.management.post(ROLES, named(key("org:more_")));
      assertRefused(answer, 403, "organization_instance_roles_quota_exceeded");
      directory.drop(made.removeLast());
      role();
    }
  }

  @Nested
  class Page {
    @Test
    void tells_the_newest_first_and_finds_by_key() {
      List<String> ids = List.of(id(role()), id(role()));
      JsonObject page = ok(directory.get(ROLES + "?limit=2"));
      assertThat(page.getJsonArray("data").stream().map(role -> id((JsonObject) role)))
          .containsExactlyElementsOf(ids.reversed());
      assertThat(page.getInteger("total_count")).isEqualTo(4);
      JsonObject found = ok(directory.get(ROLES + "?query=org:adm"));
      assertThat(found.getJsonArray("data").getJsonObject(0).getString("key"))
          .isEqualTo("org:admin");
    }
  }

  @Nested
  class Update {
    @Test
    void changes_what_is_named_and_leaves_what_is_null() {
      JsonObject role = role(permission());
      JsonObject patch =
          new JsonObject().put("name", "another").putNull("permissions").putNull("key");
      JsonObject after = ok(directory.management.patch(path(role), patch));
      assertThat(after.getString("name")).isEqualTo("another");
      assertThat(after.getString("key")).isEqualTo(role.getString("key"));
      assertThat(after.getJsonArray("permissions")).isEqualTo(role.getJsonArray("permissions"));
    }

    @Test
    void puts_permissions_in_the_place_of_all_others() {
      JsonObject before = permission();
      JsonObject after = permission();
      JsonObject role = role(before);
      JsonObject patch = new JsonObject().put("permissions", new JsonArray().add(id(after)));
      assertThat(keys(ok(directory.management.patch(path(role), patch))))
          .containsExactly(after.getString("key"));
      assertThat(record(role))
          .contains(after.getString("key") + '"')
          .doesNotContain(before.getString("key") + '"');
    }

    @Test
    void that_is_refused_changes_nothing() {
      JsonObject role = role(permission());
      JsonArray unknown = new JsonArray().add(UNKNOWN_PERMISSION);
      JsonObject patch = new JsonObject().put("name", "lost").put("permissions", unknown);
      assertRefused(directory.management.patch(path(role), patch), 422, "form_resource_not_found");
      assertThat(ok(directory.get(path(role)))).isEqualTo(role);
    }

    @Test
    void of_a_key_is_what_members_are_told_they_are() {
      JsonObject role = givenRole();
      JsonObject organization = directory.organization();
      JsonObject user = directory.user();
      ok(directory.join(organization, user, role));
      String key = key("org:renamed_");
      ok(directory.management.patch(path(role), new JsonObject().put("key", key)));
      JsonObject members = ok(directory.get(Directory.members(organization)));
      assertThat(members.getJsonArray("data").getJsonObject(0).getString("role")).isEqualTo(key);
      ok(directory.management.delete("/users/" + id(user)));
    }
  }

  @Nested
  class Assign {
    @Test
    void gives_the_role_with_the_permission_and_twice_is_409() {
      JsonObject role = role();
      JsonObject permission = permission();
      JsonObject after = ok(directory.management.post(held(role, permission), ""));
      assertThat(after.getString("object")).isEqualTo("role");
      assertThat(keys(after)).containsExactly(permission.getString("key"));
      assertRefused(
          directory.management.post(held(role, permission), ""),
          409,
          "organization_role_permission_association_exists");
    }

    @Test
    void of_what_is_not_there_is_404() {
      JsonObject role = role();
      JsonObject permission = permission();
      for (String path :
          List.of(
              path(role) + "/permissions/" + UNKNOWN_PERMISSION,
              path(role) + "/permissions/x",
              UNKNOWN + "/permissions/" + id(permission))) {
        assertRefused(directory.management.post(path, ""), 404, "resource_not_found");
      }
    }
  }

  @Nested
  class Remove {
    @Test
    void gives_the_role_without_the_permission_and_twice_is_404() {
      JsonObject permission = permission();
      JsonObject role = role(permission);
      assertThat(keys(ok(directory.management.delete(held(role, permission))))).isEmpty();
      assertRefused(
          directory.management.delete(held(role, permission)),
          404,
          "organization_role_permission_association_not_found");
    }
  }

  @Nested
  class Delete {
    @Test
    void leaves_no_role_and_no_record() {
      JsonObject role = role(permission());
      JsonObject gone = ok(directory.management.delete(path(role)));
      assertThat(gone)
          .isEqualTo(
              new JsonObject().put("object", "role").put("id", id(role)).put("deleted", true));
      assertRefused(directory.get(path(role)), 404, "resource_not_found");
      assertThat(
              directory.postgres.query(
                  "SELECT count(*) FROM tollgate.record WHERE name = 'role:" + id(role) + "'"))
          .isEqualTo("0");
    }

    @Test
    void of_a_role_that_a_role_set_has_is_422_until_another_takes_its_place() {
      JsonObject role = givenRole();
      JsonObject organization = directory.organization();
      JsonObject user = directory.user();
      ok(directory.join(organization, user, role));
      assertRefused(
          directory.management.delete(path(role)), 422, "organization_role_assigned_members");
      ok(directory.management.delete(Directory.membership(organization, user)));
      assertRefused(
          directory.management.delete(path(role)), 422, "organization_role_assigned_members");
      directory.drop(role);
    }

    @Test
    void of_the_default_of_a_role_set_is_422() {
      JsonObject role = role();
      JsonObject set = directory.roleSet(role.getString("key"));
      assertRefused(
          directory.management.delete(path(role)), 422, "organization_role_default_creator_role");
      JsonObject replaced = new JsonObject().put("dest_role_set_key", "role_set:default");
      ok(directory.management.post(Directory.ROLE_SETS + "/" + id(set) + "/replace", replaced));
    }

    @ParameterizedTest
    @ValueSource(strings = {ADMIN, MEMBER})
    void of_a_default_is_422(String path) {
      assertRefused(
          directory.management.delete(path), 422, "organization_role_default_creator_role");
    }
  }

  @Nested
  class Defaults {
    @Test
    void are_the_creators_role_and_the_members_and_stand_in_records() {
      JsonObject admin = ok(directory.get(ADMIN));
      assertThat(admin.getString("key")).isEqualTo("org:admin");
      assertThat(admin.getBoolean("is_creator_eligible")).isTrue();
      assertThat(keys(admin)).hasSize(11).allMatch(key -> key.startsWith("org:sys_"));
      JsonObject member = ok(directory.get(MEMBER));
      assertThat(member.getBoolean("is_creator_eligible")).isFalse();
      assertThat(keys(member)).containsExactly("org:sys_billing:read", "org:sys_memberships:read");
      assertThat(record(member))
          .isEqualTo(
              "{\"version\":2,\"kind\":\"role\",\"permissions\":"
                  + "[\"org:sys_billing:read\",\"org:sys_memberships:read\"]}");
    }

    @Test
    void never_leave_the_creator_without_what_he_needs() {
      JsonObject admin = ok(directory.get(ADMIN));
      String needed =
          admin.getJsonArray("permissions").stream()
              .map(JsonObject.class::cast)
              .filter(permission -> permission.getString("key").equals("org:sys_profile:delete"))
              .map(Directory::id)
              .findFirst()
              .orElseThrow();
      String code = "organization_missing_creator_role_permissions";
      assertRefused(directory.management.delete(ADMIN + "/permissions/" + needed), 422, code);
      JsonObject none = new JsonObject().put("permissions", new JsonArray());
      assertRefused(directory.management.patch(ADMIN, none), 422, code);
      assertThat(ok(directory.get(ADMIN))).isEqualTo(admin);
    }

    @Test
    void may_hold_more() {
      JsonObject permission = permission();
      String path = MEMBER + "/permissions/" + id(permission);
      ok(directory.management.post(path, ""));
      assertThat(keys(ok(directory.management.delete(path)))).hasSize(2);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PATCH", "DELETE"})
  void of_no_id_is_404(String method) {
    for (String path : List.of(UNKNOWN, ROLES + "/org:admin", ROLES + "/%00")) {
      assertRefused(directory.send(method, path, "{}"), 404, "resource_not_found");
    }
  }

  @Test
  void who_changed_it_stands_in_the_audit_with_what_it_was() {
    JsonObject role = role();
    ok(directory.management.patch(path(role), new JsonObject().put("name", "after")));
    assertThat(
            directory.postgres.query(
                "SELECT string_agg(action || ' ' || actor, ', ' ORDER BY number)"
                    + " FROM tollgate.audit WHERE object = '"
                    + id(role)
                    + "'"))
        .isEqualTo("role.create secret_key:instance, role.update secret_key:instance");
    assertThat(ok(directory.get("/audit/verification")).getBoolean("valid")).isTrue();
  }
}
