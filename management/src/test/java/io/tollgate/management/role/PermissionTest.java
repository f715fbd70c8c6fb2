package io.tollgate.management.role;

import static io.tollgate.management.role.Directory.PERMISSIONS;
import static io.tollgate.management.role.Directory.assertRefused;
import static io.tollgate.management.role.Directory.id;
import static io.tollgate.management.role.Directory.key;
import static io.tollgate.management.role.Directory.named;
import static io.tollgate.management.role.Directory.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoints of permissions. */
class PermissionTest {
  private static final String UNKNOWN = PERMISSIONS + "/perm_" + "0".repeat(27);

  private static Directory directory;

  @BeforeAll
  static void start() {
    directory = new Directory();
  }

  @AfterAll
  static void stop() {
    directory.close();
  }

  private static String path(JsonObject permission) {
    return PERMISSIONS + "/" + id(permission);
  }

  private static List<String> keys(String query) {
    return ok(directory.get(PERMISSIONS + query)).getJsonArray("data").stream()
        .map(permission -> ((JsonObject) permission).getString("key"))
        .toList();
  }

  @Nested
  class Create {
    @Test
    void gives_a_permission_with_every_member_of_the_contract() {
      String key = key("org:invoices:read_");
      JsonObject made =
          ok(directory.management.post(PERMISSIONS, named(key).put("description", "Reads them")));
      assertThat(made.fieldNames())
          .containsExactlyInAnyOrder(
              "object", "id", "name", "key", "description", "type", "created_at", "updated_at");
      assertThat(made.getString("object")).isEqualTo("permission");
      assertThat(id(made)).matches("perm_\\w{27}");
      assertThat(made.getString("key")).isEqualTo(key);
      assertThat(made.getString("description")).isEqualTo("Reads them");
      assertThat(made.getString("type")).isEqualTo("user");
      assertThat(made.getLong("created_at")).isEqualTo(made.getLong("updated_at")).isPositive();
      assertThat(ok(directory.get(path(made)))).isEqualTo(made);
    }

    @Test
    void without_a_description_has_an_empty_one() {
      assertThat(directory.permission(key("org:plain:read_")).getString("description")).isEmpty();
    }

    @Test
    void of_a_key_that_is_taken_is_422() {
      String key = key("org:taken:read_");
      directory.permission(key);
      Answer answer = directory.management.post(PERMISSIONS, named(key));
      assertRefused(answer, 422, "form_already_exists");
      assertThat(answer.parameter()).isEqualTo("key");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {"key":"org:a:b"} | form_param_missing | name
            {"name":"a"} | form_param_missing | key
            {"name":null,"key":"org:a:b"} | form_param_nil | name
            {"name":" ","key":"org:a:b"} | form_param_format_invalid | name
            {"name":"a","key":7} | form_param_type_invalid | key
            {"name":"a","key":"org:a"} | form_param_format_invalid | key
            {"name":"a","key":"org:A:b"} | form_param_format_invalid | key
            {"name":"a","key":"org:a:b:c"} | form_param_format_invalid | key
            {"name":"a","key":"org:sys_more:read"} | form_param_value_invalid | key
            {"name":"a","key":"org:a:b","description":{}} | form_param_type_invalid | description
            {"name":"a","key":"org:a:b","type":"system"} | form_param_unknown | type
            """)
    void of_what_is_no_permission_is_422(String body, String code, String parameter) {
      Answer answer = directory.management.post(PERMISSIONS, body);
      assertRefused(answer, 422, code);
      assertThat(answer.parameter()).isEqualTo(parameter);
    }

    @Test
    void of_what_is_no_json_is_400() {
      assertRefused(directory.management.post(PERMISSIONS, "{"), 400, "request_body_invalid");
    }
  }

  @Nested
  class Page {
    @Test
    void is_narrowed_by_id_exactly_and_by_a_part_of_name_or_key() {
      String key = key("org:sought:read_");
      JsonObject made = directory.permission(key);
      assertThat(keys("?query=" + id(made))).containsExactly(key);
      assertThat(keys("?query=" + id(made).substring(0, 20))).isEmpty();
      assertThat(keys("?query=OF%20" + key.toUpperCase(java.util.Locale.ROOT)))
          .containsExactly(key);
      assertThat(keys("?query=" + key.substring(4))).containsExactly(key);
      assertThat(keys("?query=%25")).isEmpty();
    }

    @Test
    void is_ordered_as_is_asked_newest_first_unless_it_is() {
      String start = key("org:ordered:x_");
      List<String> made = List.of(start + "_b", start + "_c", start + "_a");
      made.forEach(directory::permission);
      String query = "?query=" + start + "_";
      assertThat(keys(query)).containsExactlyElementsOf(made.reversed());
      assertThat(keys(query + "&order_by=created_at")).containsExactlyElementsOf(made);
      List<String> sorted = made.stream().sorted().toList();
      for (String plus : List.of("key", "%2Bkey", "+key", "%2Bname")) {
        assertThat(keys(query + "&order_by=" + plus)).containsExactlyElementsOf(sorted);
      }
      assertThat(keys(query + "&order_by=-key&limit=1&offset=1")).containsExactly(sorted.get(1));
      assertThat(ok(directory.get(PERMISSIONS + query + "&limit=1")).getInteger("total_count"))
          .isEqualTo(3);
    }

    @Test
    void beyond_the_end_still_tells_how_many_there_are() {
      JsonObject page = ok(directory.get(PERMISSIONS + "?offset=1000"));
      assertThat(page.getJsonArray("data")).isEmpty();
      assertThat(page.getInteger("total_count")).isGreaterThanOrEqualTo(11);
    }

    @ParameterizedTest
    @ValueSource(strings = {"limit=0", "limit=501", "offset=-1", "order_by=id", "order_by="})
    void of_no_page_is_422(String query) {
      Answer answer = directory.get(PERMISSIONS + "?" + query);
      assertRefused(answer, 422, "form_param_format_invalid");
      assertThat(answer.parameter()).isEqualTo(query.split("=", 2)[0]);
    }
  }

  @Nested
  class Update {
    @Test
    void changes_what_is_named_and_null_is_not() {
      JsonObject made = directory.permission(key("org:changed:read_"));
      JsonObject patch = new JsonObject().put("description", "new").putNull("name");
      JsonObject after = ok(directory.management.patch(path(made), patch));
      assertThat(after.getString("description")).isEqualTo("new");
      assertThat(after.getString("name")).isEqualTo(made.getString("name"));
      assertThat(after.getString("key")).isEqualTo(made.getString("key"));
      assertThat(after.getLong("updated_at")).isGreaterThanOrEqualTo(made.getLong("updated_at"));
    }

    @Test
    void to_a_key_that_is_taken_or_reserved_is_422() {
      JsonObject made = directory.permission(key("org:mine:read_"));
      String taken = key("org:theirs:read_");
      directory.permission(taken);
      assertRefused(
          directory.management.patch(path(made), new JsonObject().put("key", taken)),
          422,
          "form_already_exists");
      assertRefused(
          directory.management.patch(path(made), new JsonObject().put("key", "org:sys_a:b")),
          422,
          "form_param_value_invalid");
      assertThat(ok(directory.get(path(made)))).isEqualTo(made);
    }
  }

  @Nested
  class Delete {
    @Test
    void leaves_nothing_but_the_word_that_it_is_gone() {
      JsonObject made = directory.permission(key("org:gone:read_"));
      JsonObject gone = ok(directory.management.delete(path(made)));
      assertThat(gone)
          .isEqualTo(
              new JsonObject()
                  .put("object", "permission")
                  .put("id", id(made))
                  .put("deleted", true));
      assertRefused(directory.get(path(made)), 404, "resource_not_found");
      assertRefused(directory.management.delete(path(made)), 404, "resource_not_found");
    }
  }

  @Nested
  class OfTheSystem {
    @Test
    void are_there_from_the_beginning() {
      assertThat(keys("?query=org:sys_&limit=100&order_by=key"))
          .containsExactly(
              "org:sys_api_keys:manage",
              "org:sys_api_keys:read",
              "org:sys_billing:manage",
              "org:sys_billing:read",
              "org:sys_domains:manage",
              "org:sys_domains:read",
              "org:sys_entconns:manage",
              "org:sys_memberships:manage",
              "org:sys_memberships:read",
              "org:sys_profile:delete",
              "org:sys_profile:manage");
    }

    @Test
    void can_be_neither_changed_nor_deleted() {
      JsonObject system =
          ok(directory.get(PERMISSIONS + "?query=org:sys_billing:read"))
              .getJsonArray("data")
              .getJsonObject(0);
      assertThat(system.getString("type")).isEqualTo("system");
      String code = "organization_system_permission_not_modifiable";
      assertRefused(
          directory.management.patch(path(system), new JsonObject().put("name", "mine")),
          403,
          code);
      assertRefused(directory.management.delete(path(system)), 403, code);
      assertThat(ok(directory.get(path(system)))).isEqualTo(system);
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET", "PATCH", "DELETE"})
  void of_no_id_is_404(String method) {
    for (String path : List.of(UNKNOWN, PERMISSIONS + "/perm_1", PERMISSIONS + "/%00")) {
      assertRefused(directory.send(method, path, "{}"), 404, "resource_not_found");
    }
  }
}
