package io.tollgate.management.role;

import static io.tollgate.management.role.Directory.assertRefused;
import static io.tollgate.management.role.Directory.id;
import static io.tollgate.management.role.Directory.key;
import static io.tollgate.management.role.Directory.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoints of users. */
class UserTest {
  private static final String USERS = "/users";

  private static Directory directory;

  @BeforeAll
  static void start() {
    directory = new Directory();
  }

  @AfterAll
  static void stop() {
    directory.close();
  }

  private static String path(JsonObject user) {
    return USERS + "/" + id(user);
  }

  @Nested
  class Create {
    @Test
    void gives_a_user_with_his_names_and_addresses_and_null_where_there_is_nothing() {
      String start = key("ada");
      JsonObject made =
          ok(
              directory.management.post(
                  USERS,
                  new JsonObject()
                      .put("email_address", new JsonArray().add(start + "@a.test").add("b@b.test"))
                      .put("first_name", "Ada")
                      .put("last_name", "Lovelace")
                      .put("external_id", start + " elsewhere")
                      .put("username", start)));
      assertThat(made.getString("object")).isEqualTo("user");
      assertThat(id(made)).matches("user_\\w{27}");
      assertThat(made.getString("first_name")).isEqualTo("Ada");
      assertThat(made.getString("last_name")).isEqualTo("Lovelace");
      assertThat(made.getString("external_id")).isEqualTo(start + " elsewhere");
      assertThat(made.getString("username")).isEqualTo(start);
      JsonObject primary = made.getJsonArray("email_addresses").getJsonObject(0);
      assertThat(primary.getString("email_address")).isEqualTo(start + "@a.test");
      assertThat(made.getString("primary_email_address_id"))
          .isEqualTo(id(primary))
          .matches("idn_\\w{27}");
      assertThat(made.getJsonArray("email_addresses")).hasSize(2);
      assertThat(made.containsKey("last_active_at")).isTrue();
      assertThat(made.getValue("last_active_at")).isNull();
      for (String flag : List.of("banned", "locked", "deprovisioned")) {
        assertThat(made.getBoolean(flag)).isFalse();
      }
      for (String metadata : List.of("public_metadata", "private_metadata", "unsafe_metadata")) {
        assertThat(made.getJsonObject(metadata)).isEmpty();
      }
      assertThat(made.getJsonArray("enterprise_accounts")).isEmpty();
      assertThat(ok(directory.get(path(made)))).isEqualTo(made);
    }

    @Test
    void of_nothing_gives_one_without_any() {
      JsonObject made = ok(directory.management.post(USERS, "{}"));
      assertThat(made.getValue("primary_email_address_id")).isNull();
      assertThat(made.getJsonArray("email_addresses")).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"username", "external_id"})
    void of_what_is_taken_is_422(String member) {
      JsonObject wanted = new JsonObject().put(member, key("taken"));
      ok(directory.management.post(USERS, wanted));
      Answer answer = directory.management.post(USERS, wanted);
      assertRefused(answer, 422, "form_already_exists");
      assertThat(answer.parameter()).isEqualTo(member);
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {"email_address":"a@b.test"} | form_param_type_invalid | email_address
            {"email_address":["nowhere"]} | form_param_format_invalid | email_address
            {"username":"not one"} | form_param_format_invalid | username
            {"first_name":""} | form_param_min_length_exceeded | first_name
            {"password":"secret"} | form_param_unknown | password
            """)
    void of_what_is_no_user_is_422(String body, String code, String parameter) {
      Answer answer = directory.management.post(USERS, body);
      assertRefused(answer, 422, code);
      assertThat(answer.parameter()).isEqualTo(parameter);
      assertThat(answer.body()).doesNotContain("\"secret\"");
    }
  }

  @Nested
  class Page {
    @Test
    void is_a_bare_array_and_its_count_stands_beside_it() {
      String name = key("grace");
      List<String> usernames = List.of(name + "_1", name + "_2", name + "_3");
      usernames.forEach(
          username ->
              ok(directory.management.post(USERS, new JsonObject().put("username", username))));
      JsonArray page = new JsonArray(directory.get(USERS + "?limit=2&query=" + name).body());
      assertThat(page.stream().map(user -> ((JsonObject) user).getString("username")))
          .containsExactly(usernames.get(2), usernames.get(1));
      assertThat(ok(directory.get(USERS + "/count?query=" + name)))
          .isEqualTo(new JsonObject().put("object", "total_count").put("total_count", 3));
      assertThat(ok(directory.get(USERS + "/count")).getInteger("total_count"))
          .isGreaterThanOrEqualTo(3);
    }

    @ParameterizedTest
    @ValueSource(strings = {"first_name", "last_name", "external_id"})
    void finds_by_what_a_user_is_called(String member) {
      String name = key("Katherine");
      JsonObject made = ok(directory.management.post(USERS, new JsonObject().put(member, name)));
      assertThat(new JsonArray(directory.get(USERS + "?query=" + name).body()))
          .containsExactly(made);
    }
  }

  @Nested
  class Change {
    @Test
    void is_of_what_is_named_and_null_leaves_as_it_is() {
      String name = key("before");
      JsonObject made =
          ok(
              directory.management.post(
                  USERS, new JsonObject().put("first_name", "Ada").put("username", name)));
      JsonObject patch = new JsonObject().put("last_name", "Byron").putNull("first_name");
      JsonObject after = ok(directory.management.patch(path(made), patch));
      assertThat(after.getString("first_name")).isEqualTo("Ada");
      assertThat(after.getString("last_name")).isEqualTo("Byron");
      assertThat(after.getString("username")).isEqualTo(name);
      assertThat(ok(directory.get(path(made)))).isEqualTo(after);
    }

    @Test
    void makes_another_address_the_primary_one() {
      JsonArray addresses = new JsonArray().add("a@a.test").add("b@b.test").add("c@c.test");
      JsonObject made =
          ok(directory.management.post(USERS, new JsonObject().put("email_address", addresses)));
      String second = id(made.getJsonArray("email_addresses").getJsonObject(1));
      JsonObject patch = new JsonObject().put("primary_email_address_id", second);
      JsonObject after = ok(directory.management.patch(path(made), patch));
      assertThat(after.getString("primary_email_address_id")).isEqualTo(second);
      assertThat(after.getJsonArray("email_addresses").stream().map(Object::toString))
          .extracting(address -> new JsonObject(address).getString("email_address"))
          .containsExactly("b@b.test", "a@a.test", "c@c.test");
      Answer answer =
          directory.management.patch(
              path(directory.user()), new JsonObject().put("primary_email_address_id", second));
      assertRefused(answer, 422, "form_resource_not_found");
      assertThat(answer.parameter()).isEqualTo("primary_email_address_id");
    }

    @Test
    void of_many_at_once_loses_none() {
      JsonObject made = directory.user();
      List<CompletableFuture<Answer>> changing =
          Stream.of("first_name", "last_name", "username", "external_id")
              .map(member -> new JsonObject().put(member, key("at_once_")))
              .map(
                  patch ->
                      CompletableFuture.supplyAsync(
                          () -> directory.management.patch(path(made), patch)))
              .toList();
      changing.forEach(each -> ok(each.join()));
      JsonObject after = ok(directory.get(path(made)));
      for (String member : List.of("first_name", "last_name", "username", "external_id")) {
        assertThat(after.getString(member)).startsWith("at_once_");
      }
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {"username":"not one"} | form_param_format_invalid | username
            {"first_name":" "} | form_param_format_invalid | first_name
            {"email_address":["a@b.test"]} | form_param_unknown | email_address
            {"banned":true} | form_param_unknown | banned
            {"notify_primary_email_address_changed":true}\
             | form_param_value_invalid | notify_primary_email_address_changed
            """)
    void of_what_no_user_is_is_422(String body, String code, String parameter) {
      Answer answer = directory.management.patch(path(directory.user()), new JsonObject(body));
      assertRefused(answer, 422, code);
      assertThat(answer.parameter()).isEqualTo(parameter);
    }
  }

  @Nested
  class Delete {
    @Test
    void ends_what_he_was_anywhere() {
      JsonObject user = directory.user();
      JsonObject organization = directory.organization();
      ok(directory.join(organization, user, new JsonObject().put("key", "org:member")));
      JsonObject gone = ok(directory.management.delete(path(user)));
      assertThat(gone)
          .isEqualTo(
              new JsonObject().put("object", "user").put("id", id(user)).put("deleted", true));
      assertRefused(directory.get(path(user)), 404, "resource_not_found");
      assertRefused(directory.management.delete(path(user)), 404, "resource_not_found");
      assertThat(ok(directory.get(Directory.members(organization))).getInteger("total_count"))
          .isZero();
    }

    @Test
    void lets_no_key_of_his_be_made_later() {
      JsonObject user = directory.user();
      ok(directory.management.delete(path(user)));
      JsonObject wanted = new JsonObject().put("subject", id(user)).put("name", "too late");
      assertRefused(directory.management.post("/api_keys", wanted), 409, "subject_inactive");
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"GET ", "DELETE ", "PATCH ", "PATCH /metadata"})
  void of_no_id_is_404(String what) {
    String[] parts = what.split(" ", 2);
    for (String id : List.of("user_" + "0".repeat(27), "user_1", "%00")) {
      String path = USERS + "/" + id + parts[1];
      assertRefused(directory.send(parts[0], path, "{}"), 404, "resource_not_found");
    }
  }

  @Test
  void a_key_to_the_directory_opens_no_roles_and_one_to_roles_no_users() {
    assertThat(asked("directory", USERS)).isEqualTo(200);
    assertThat(asked("directory", Directory.ROLES)).isEqualTo(403);
    assertThat(asked("roles", USERS)).isEqualTo(403);
    for (String path : List.of(Directory.ROLES, Directory.PERMISSIONS, "/organizations")) {
      assertThat(asked("roles", path)).isEqualTo(200);
    }
  }

  private static int asked(String area, String path) {
    JsonObject wanted = new JsonObject().put("name", area).put("areas", new JsonArray().add(area));
    String secret =
        ok(directory.management.post("/instance/secret_keys", wanted)).getString("secret");
    return directory
        .management
        .send(
            directory.management.request(path).setHeader("Authorization", "Bearer " + secret).GET())
        .status();
  }
}
