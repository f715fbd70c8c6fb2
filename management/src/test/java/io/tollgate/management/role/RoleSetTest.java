package io.tollgate.management.role;

import static io.tollgate.management.role.Directory.INITIAL_SET;
import static io.tollgate.management.role.Directory.ROLE_SETS;
import static io.tollgate.management.role.Directory.assertRefused;
import static io.tollgate.management.role.Directory.id;
import static io.tollgate.management.role.Directory.key;
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

/** The endpoints of role sets, but for those that replace. */
class RoleSetTest {
  private static final String UNKNOWN = ROLE_SETS + "/role_set_" + "0".repeat(27);
  private static final JsonObject TO_DEFAULT =
      new JsonObject().put("dest_role_set_key", "role_set:default");

  private static Directory directory;

  private final List<JsonObject> made = new ArrayList<>();
  private final List<JsonObject> roles = new ArrayList<>();

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
    ok(directory.management.patch(INITIAL_SET, new JsonObject().put("type", "initial")));
    made.forEach(set -> directory.management.post(path(set) + "/replace", TO_DEFAULT));
    roles.forEach(directory::drop);
  }

  private JsonObject role() {
    JsonObject role = directory.role();
    roles.add(role);
    return role;
  }

  private JsonObject made(JsonObject wanted) {
    JsonObject set = ok(directory.management.post(ROLE_SETS, wanted));
    made.add(set);
    return set;
  }

  private JsonObject set(String... roleKeys) {
    JsonObject set = directory.roleSet(roleKeys);
    made.add(set);
    return set;
  }

  private static JsonObject wanted() {
    return new JsonObject()
        .put("name", key("Wanted "))
        .put("roles", new JsonArray().add("org:admin").add("org:member"))
        .put("default_role_key", "org:member")
        .put("creator_role_key", "org:admin");
  }

  private static String path(JsonObject set) {
    return ROLE_SETS + "/" + id(set);
  }

  private static Stream<String> keys(JsonObject set) {
    return set.getJsonArray("roles").stream().map(role -> ((JsonObject) role).getString("key"));
  }

  @Test
  void one_is_there_from_the_beginning_and_every_organization_has_it() {
    JsonObject set = ok(directory.get(INITIAL_SET));
    assertThat(set.getString("type")).isEqualTo("initial");
    assertThat(keys(set)).containsExactly("org:admin", "org:member");
    assertThat(set.getJsonObject("creator_role").getString("key")).isEqualTo("org:admin");
    assertThat(set.getJsonObject("default_role").getString("key")).isEqualTo("org:member");
    assertThat(directory.organization().getString("role_set_key")).isEqualTo("role_set:default");
  }

  @Nested
  class Create {
    @Test
    void gives_a_role_set_with_every_member_of_the_contract_by_its_key_and_its_id() {
      JsonObject set = made(wanted().put("key", key("role_set:made_")).put("description", "ours"));
      assertThat(set.fieldNames())
          .containsExactlyInAnyOrder(
              "object",
              "id",
              "name",
              "key",
              "description",
              "roles",
              "default_role",
              "creator_role",
              "type",
              "role_set_migration",
              "created_at",
              "updated_at");
      assertThat(set.getString("object")).isEqualTo("role_set");
      assertThat(id(set)).matches("role_set_\\w{27}");
      assertThat(set.getString("type")).isEqualTo("custom");
      assertThat(set.getString("description")).isEqualTo("ours");
      assertThat(set.getValue("role_set_migration")).isNull();
      assertThat(set.getJsonObject("default_role").fieldNames())
          .containsExactlyInAnyOrder(
              "object",
              "id",
              "name",
              "key",
              "description",
              "members_count",
              "has_members",
              "created_at",
              "updated_at");
      assertThat(ok(directory.get(path(set)))).isEqualTo(set);
      assertThat(ok(directory.get(ROLE_SETS + "/" + set.getString("key")))).isEqualTo(set);
    }

    @Test
    void makes_a_key_of_the_name_and_of_the_same_name_another_one() {
      JsonObject wanted = wanted().put("name", " Mills & Co. ");
      assertThat(made(wanted).getString("key")).isEqualTo("role_set:mills_co");
      assertThat(made(wanted).getString("key")).matches("role_set:mills_co_[a-z0-9]{12}");
      assertThat(made(wanted.put("name", "Ωμέγα")).getString("key"))
          .matches("role_set:[a-z0-9]{12}");
    }

    @Test
    void of_the_initial_type_ends_that_of_the_one_before() {
      JsonObject set = made(wanted().put("type", "initial"));
      assertThat(ok(directory.get(INITIAL_SET)).getString("type")).isEqualTo("custom");
      assertThat(directory.organization().getString("role_set_key"))
          .isEqualTo(set.getString("key"));
    }

    @Test
    void of_a_key_that_is_taken_is_422() {
      Answer answer = directory.management.post(ROLE_SETS, wanted().put("key", "role_set:default"));
      assertRefused(answer, 422, "form_already_exists");
      assertThat(answer.parameter()).isEqualTo("key");
    }

    @Test
    void of_a_creators_role_that_may_do_too_little_is_422() {
      Answer answer =
          directory.management.post(ROLE_SETS, wanted().put("creator_role_key", "org:member"));
      assertRefused(answer, 422, "organization_missing_creator_role_permissions");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            name | null | form_param_nil
            roles | null | form_param_type_invalid
            roles | [] | form_param_min_length_exceeded
            roles | "org:admin" | form_param_type_invalid
            roles | ["org:admin","org:nothing"] | form_resource_not_found
            roles | ["1","2","3","4","5","6","7","8","9","10","11"] | form_param_value_too_large
            default_role_key | null | form_param_nil
            default_role_key | "org:nothing" | form_param_value_invalid
            creator_role_key | "org:nothing" | form_param_value_invalid
            key | "default" | form_param_format_invalid
            key | "role_set:A" | form_param_format_invalid
            type | "other" | form_param_value_invalid
            members | 1 | form_param_unknown
            """)
    void of_what_is_no_role_set_is_422(String member, String value, String code) {
      JsonObject body = new JsonObject("{\"" + member + "\":" + value + "}");
      Answer answer = directory.management.post(ROLE_SETS, wanted().mergeIn(body));
      assertRefused(answer, 422, code);
      assertThat(answer.parameter()).isEqualTo(member);
    }

    @ParameterizedTest
    @ValueSource(strings = {"name", "roles", "default_role_key", "creator_role_key"})
    void without_what_it_needs_is_422(String member) {
      JsonObject body = wanted();
      body.remove(member);
      Answer answer = directory.management.post(ROLE_SETS, body);
      assertRefused(answer, 422, "form_param_missing");
      assertThat(answer.parameter()).isEqualTo(member);
    }

    @Test
    void of_more_than_a_few_is_403_until_one_is_gone() {
      while (made.size() < RoleSetRegistry.CUSTOM_MAX) {
        made(wanted());
      }
      String code = "organization_instance_role_sets_quota_exceeded";
      assertRefused(directory.management.post(ROLE_SETS, wanted()), 403, code);
      ok(directory.management.post(path(made.removeLast()) + "/replace", TO_DEFAULT));
      made(wanted());
    }
  }

  @Test
  void a_page_finds_by_a_part_of_the_key_and_in_the_order_that_is_wanted() {
    String part = key("sought_");
    JsonObject one = made(wanted().put("key", "role_set:" + part + "_b"));
    JsonObject two = made(wanted().put("key", "role_set:" + part + "_a"));
    JsonObject page = ok(directory.get(ROLE_SETS + "?order_by=%2Bkey&query=" + part));
    assertThat(page.getJsonArray("data")).containsExactly(two, one);
    assertThat(page.getInteger("total_count")).isEqualTo(2);
    assertThat(ok(directory.get(ROLE_SETS + "?query=" + id(one))).getJsonArray("data"))
        .containsExactly(one);
    assertRefused(directory.get(ROLE_SETS + "?order_by=type"), 422, "form_param_format_invalid");
  }

  @Nested
  class Change {
    @Test
    void is_of_what_is_named_and_null_leaves_as_it_is() {
      JsonObject set = made(wanted().put("description", "ours"));
      JsonObject patch = new JsonObject().put("name", "Renamed").putNull("description");
      JsonObject after = ok(directory.management.patch(path(set), patch));
      assertThat(after.getString("name")).isEqualTo("Renamed");
      assertThat(after.getString("description")).isEqualTo("ours");
      assertThat(after.getString("key")).isEqualTo(set.getString("key"));
      assertThat(ok(directory.get(path(set)))).isEqualTo(after);
    }

    @Test
    void of_the_key_is_what_its_organizations_are_told() {
      JsonObject set = set("org:member");
      JsonObject wanted =
          new JsonObject().put("name", "Of it").put("role_set_key", set.getString("key"));
      JsonObject organization = ok(directory.management.post("/organizations", wanted));
      String key = key("role_set:renamed_");
      ok(directory.management.patch(path(set), new JsonObject().put("key", key)));
      assertThat(ok(directory.get("/organizations/" + id(organization))).getString("role_set_key"))
          .isEqualTo(key);
    }

    @Test
    void of_the_creators_role_is_what_the_next_creator_has() {
      JsonObject role = role();
      JsonObject set = set(role.getString("key"));
      String code = "organization_missing_creator_role_permissions";
      JsonObject patch = new JsonObject().put("creator_role_key", role.getString("key"));
      assertRefused(directory.management.patch(path(set), patch), 422, code);
      JsonArray permissions =
          new JsonArray(
              ok(directory.get(Directory.ADMIN)).getJsonArray("permissions").stream()
                  .map(permission -> id((JsonObject) permission))
                  .toList());
      String one = Directory.ROLES + "/" + id(role);
      ok(directory.management.patch(one, new JsonObject().put("permissions", permissions)));
      ok(directory.management.patch(path(set), patch));
      JsonObject none = new JsonObject().put("permissions", new JsonArray());
      assertRefused(directory.management.patch(one, none), 422, code);
      JsonObject wanted =
          new JsonObject()
              .put("name", "Founded")
              .put("created_by", id(directory.user()))
              .put("role_set_key", set.getString("key"));
      JsonObject founded = ok(directory.management.post("/organizations", wanted));
      JsonObject members = ok(directory.get(Directory.members(founded)));
      assertThat(members.getJsonArray("data").getJsonObject(0).getString("role"))
          .isEqualTo(role.getString("key"));
      JsonObject gone = new JsonObject().put("role_key", role.getString("key"));
      ok(
          directory.management.post(
              path(set) + "/roles/replace", gone.put("to_role_key", "org:admin")));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {"type":"custom"} | form_param_value_invalid | type
            {"default_role_key":"org:nothing"} | form_param_value_invalid | default_role_key
            {"key":"role_set:"} | form_param_format_invalid | key
            {"roles":["org:admin"]} | form_param_unknown | roles
            """)
    void of_what_is_no_role_set_is_422(String body, String code, String parameter) {
      Answer answer = directory.management.patch(INITIAL_SET, new JsonObject(body));
      assertRefused(answer, 422, code);
      assertThat(answer.parameter()).isEqualTo(parameter);
    }
  }

  @Nested
  class AddRoles {
    @Test
    void lets_organizations_give_them() {
      JsonObject role = role();
      JsonObject set = set("org:member");
      JsonObject wanted =
          new JsonObject().put("name", "Of it").put("role_set_key", set.getString("key"));
      JsonObject organization = ok(directory.management.post("/organizations", wanted));
      JsonObject user = directory.user();
      Answer refused = directory.join(organization, user, role);
      assertRefused(refused, 422, "form_resource_not_found");
      assertThat(refused.parameter()).isEqualTo("role");
      JsonObject added =
          new JsonObject()
              .put("role_keys", new JsonArray().add(role.getString("key")).add("org:member"))
              .put("default_role_key", role.getString("key"));
      JsonObject after = ok(directory.management.post(path(set) + "/roles", added));
      assertThat(keys(after)).containsExactly("org:admin", "org:member", role.getString("key"));
      assertThat(id(after.getJsonObject("default_role"))).isEqualTo(id(role));
      ok(directory.join(organization, user, role));
      assertThat(
              ok(directory.get(path(set)))
                  .getJsonObject("default_role")
                  .getInteger("members_count"))
          .isEqualTo(1);
      ok(directory.management.delete("/users/" + id(user)));
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {} | form_param_missing | role_keys
            {"role_keys":[]} | form_param_min_length_exceeded | role_keys
            {"role_keys":["org:nothing"]} | form_resource_not_found | role_keys
            {"role_keys":["org:member"],"creator_role_key":"org:nothing"}\
             | form_param_value_invalid | creator_role_key
            """)
    void of_what_is_none_is_422(String body, String code, String parameter) {
      Answer answer = directory.management.post(INITIAL_SET + "/roles", body);
      assertRefused(answer, 422, code);
      assertThat(answer.parameter()).isEqualTo(parameter);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET ", "PATCH ", "POST /roles", "POST /roles/replace", "POST /replace"})
  void of_no_key_and_no_id_is_404(String what) {
    String[] parts = what.split(" ", 2);
    String body =
        switch (parts[1]) {
          case "/roles" -> "{\"role_keys\":[\"org:member\"]}";
          case "/roles/replace" -> "{\"role_key\":\"org:member\",\"to_role_key\":\"org:admin\"}";
          case "/replace" -> TO_DEFAULT.encode();
          default -> "{}";
        };
    for (String path : List.of(UNKNOWN, ROLE_SETS + "/role_set:no", ROLE_SETS + "/x%00")) {
      assertRefused(directory.send(parts[0], path + parts[1], body), 404, "resource_not_found");
    }
  }

  @Test
  void who_changed_it_stands_in_the_audit_with_what_it_was() {
    JsonObject set = set("org:member");
    ok(directory.management.patch(path(set), new JsonObject().put("name", "after")));
    ok(directory.management.post(path(set) + "/replace", TO_DEFAULT));
    assertThat(
            directory.postgres.query(
                "SELECT string_agg(action || ' ' || coalesce(before ->> 'name', '-') || ' '"
                    + " || coalesce(after ->> 'name', '-'), ', ' ORDER BY number)"
                    + " FROM tollgate.audit WHERE object = '"
                    + id(set)
                    + "'"))
        .isEqualTo(
            "role_set.create - %1$s, role_set.update %1$s after, role_set.replace after -"
                .formatted(set.getString("name")));
    assertThat(ok(directory.get("/audit/verification")).getBoolean("valid")).isTrue();
  }
}
