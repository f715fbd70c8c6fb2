package io.tollgate.management.role;

import static io.tollgate.management.role.Directory.assertRefused;
import static io.tollgate.management.role.Directory.id;
import static io.tollgate.management.role.Directory.key;
import static io.tollgate.management.role.Directory.members;
import static io.tollgate.management.role.Directory.membership;
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

/** The endpoints of organizations and of their members. */
class OrganizationTest {
  private static final String ORGANIZATIONS = "/organizations";
  private static final String UNKNOWN = ORGANIZATIONS + "/org_" + "0".repeat(27);
  private static final String NOBODY = "user_" + "0".repeat(27);
  private static final JsonObject ADMIN = new JsonObject().put("key", "org:admin");
  private static final JsonObject MEMBER = new JsonObject().put("key", "org:member");

  private static Directory directory;

  @BeforeAll
  static void start() {
    directory = new Directory();
  }

  @AfterAll
  static void stop() {
    directory.close();
  }

  private static String path(JsonObject organization) {
    return ORGANIZATIONS + "/" + id(organization);
  }

  private static String roles(JsonObject user) {
    String body =
        directory.postgres.query(
            "SELECT body FROM tollgate.record WHERE name = 'subject:" + id(user) + "'");
    return new JsonObject(body).getJsonObject("roles").encode();
  }

  private static Stream<String> roleKeys(JsonObject organization) {
    return ok(directory.get(members(organization))).getJsonArray("data").stream()
        .map(member -> ((JsonObject) member).getString("role"));
  }

  @Nested
  class Create {
    @Test
    void gives_an_organization_with_every_member_of_the_contract() {
      JsonObject made = directory.organization();
      assertThat(made.fieldNames())
          .containsExactlyInAnyOrder(
              "object",
              "id",
              "name",
              "slug",
              "image_url",
              "has_image",
              "members_count",
              "missing_member_with_elevated_permissions",
              "pending_invitations_count",
              "max_allowed_memberships",
              "admin_delete_enabled",
              "public_metadata",
              "private_metadata",
              "created_by",
              "last_active_at",
              "role_set_key",
              "created_at",
              "updated_at");
      assertThat(id(made)).matches("org_\\w{27}");
      assertThat(made.getString("slug")).matches("mills-co-[a-z0-9]{12}");
      assertThat(made.getInteger("members_count")).isZero();
      assertThat(ok(directory.get(path(made)))).isEqualTo(made);
      assertThat(ok(directory.get(ORGANIZATIONS + "/" + made.getString("slug")))).isEqualTo(made);
    }

    @Test
    void makes_its_creator_a_member_with_the_creators_role() {
      JsonObject user = directory.user();
      JsonObject wanted = new JsonObject().put("name", "Founded").put("created_by", id(user));
      JsonObject made = ok(directory.management.post(ORGANIZATIONS, wanted));
      assertThat(made.getString("created_by")).isEqualTo(id(user));
      assertThat(made.getInteger("members_count")).isEqualTo(1);
      assertThat(roleKeys(made)).containsExactly("org:admin");
      assertThat(roles(user)).contains(id(made)).contains("admin");
    }

    @Test
    void of_a_slug_that_is_taken_is_422() {
      JsonObject wanted = new JsonObject().put("name", "one").put("slug", "taken");
      ok(directory.management.post(ORGANIZATIONS, wanted));
      Answer answer = directory.management.post(ORGANIZATIONS, wanted);
      assertRefused(answer, 422, "form_already_exists");
      assertThat(answer.parameter()).isEqualTo("slug");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {} | form_param_missing | name
            {"name":""} | form_param_min_length_exceeded | name
            {"name":"a","slug":"A b"} | form_param_format_invalid | slug
            {"name":"a","created_by":"me"} | form_param_format_invalid | created_by
            {"name":"a","created_by":"user_000000000000000000000000000"}\
             | form_resource_not_found | created_by
            {"name":"a","max_allowed_memberships":5} | form_param_unknown | max_allowed_memberships
            {"name":"a","role_set_key":"role_set:none"} | form_resource_not_found | role_set_key
            {"name":"a","role_set_key":"default"} | form_param_format_invalid | role_set_key
            {"name":"a","public_metadata":[]} | form_param_type_invalid | public_metadata
            """)
    void of_what_is_no_organization_is_422(String body, String code, String parameter) {
      Answer answer = directory.management.post(ORGANIZATIONS, body);
      assertRefused(answer, 422, code);
      assertThat(answer.parameter()).isEqualTo(parameter);
    }
  }

  @Test
  void a_page_of_organizations_finds_by_a_part_of_the_name() {
    String name = key("Sought ");
    JsonObject wanted = new JsonObject().put("name", name);
    JsonObject made = ok(directory.management.post(ORGANIZATIONS, wanted));
    JsonObject page =
        ok(directory.get(ORGANIZATIONS + "?query=" + name.substring(1).replace(" ", "%20")));
    assertThat(page.getJsonArray("data")).containsExactly(made);
    assertThat(page.getInteger("total_count")).isEqualTo(1);
  }

  @Nested
  class Change {
    @Test
    void is_of_what_is_named_and_null_leaves_as_it_is() {
      JsonObject made = directory.organization();
      String slug = key("another-");
      JsonObject after =
          ok(directory.management.patch(path(made), new JsonObject().put("slug", slug)));
      assertThat(after.getString("slug")).isEqualTo(slug);
      assertThat(after.getString("name")).isEqualTo(made.getString("name"));
      JsonObject patch =
          new JsonObject().put("name", "Renamed").putNull("slug").putNull("role_set_key");
      after = ok(directory.management.patch(path(made), patch));
      assertThat(after.getString("slug")).isEqualTo(slug);
      assertThat(after.getString("name")).isEqualTo("Renamed");
      assertThat(after.getString("role_set_key")).isEqualTo("role_set:default");
      assertThat(ok(directory.get(path(made)))).isEqualTo(after);
    }

    @Test
    void of_a_slug_that_is_taken_is_422_and_changes_nothing() {
      JsonObject made = directory.organization();
      JsonObject other = directory.organization();
      JsonObject patch = new JsonObject().put("name", "lost").put("slug", other.getString("slug"));
      assertRefused(directory.management.patch(path(made), patch), 422, "form_already_exists");
      assertThat(ok(directory.get(path(made)))).isEqualTo(made);
    }

    @Test
    void of_what_is_no_member_here_is_422() {
      Answer answer =
          directory.management.patch(
              path(directory.organization()), new JsonObject().put("created_by", NOBODY));
      assertRefused(answer, 422, "form_param_unknown");
    }
  }

  @Nested
  class Delete {
    @Test
    void ends_all_memberships_however_many_there_are() {
      JsonObject made = directory.organization();
      JsonObject user = directory.user();
      ok(directory.join(made, user, MEMBER));
      directory.crowd(
          made, "role_000000000000000000000member", OrganizationRegistry.ENDED_AT_ONCE + 50);
      JsonObject gone = ok(directory.management.delete(path(made)));
      assertThat(gone)
          .isEqualTo(
              new JsonObject()
                  .put("object", "organization")
                  .put("id", id(made))
                  .put("deleted", true));
      assertRefused(directory.get(path(made)), 404, "resource_not_found");
      assertThat(roles(user)).isEqualTo("{}");
      assertThat(
              directory.postgres.query(
                  "SELECT count(*) FROM tollgate.record WHERE body LIKE '%" + id(made) + "%'"))
          .isEqualTo("0");
      assertRefused(directory.management.delete(path(made)), 404, "resource_not_found");
    }
  }

  @Nested
  class Join {
    @Test
    void of_more_organizations_than_a_user_may_have_is_refused() {
      JsonObject user = directory.user();
      ok(directory.join(directory.organization(), user, MEMBER));
      directory.postgres.execute(
          """
          UPDATE tollgate.record SET body = jsonb_set(body::jsonb, '{roles}', (
            SELECT jsonb_object_agg('org_' || lpad(i::text, 27, '0'), 'role_' || repeat('0', 27))
            FROM generate_series(1, %d) i))::text
          WHERE name = 'subject:%s'
          """
              .formatted(MemberRoles.ORGANIZATIONS_MAX, id(user)));
      assertRefused(
          directory.join(directory.organization(), user, MEMBER),
          403,
          "organization_membership_quota_exceeded");
    }

    @Test
    void gives_a_membership_with_every_member_of_the_contract() {
      JsonObject organization = directory.organization();
      JsonObject user = directory.user();
      JsonObject made = ok(directory.join(organization, user, MEMBER));
      assertThat(made.fieldNames())
          .containsExactlyInAnyOrder(
              "object",
              "id",
              "role",
              "role_name",
              "permissions",
              "public_metadata",
              "private_metadata",
              "organization",
              "public_user_data",
              "created_at",
              "updated_at");
      assertThat(made.getString("object")).isEqualTo("organization_membership");
      assertThat(made.getString("role")).isEqualTo("org:member");
      assertThat(made.getString("role_name")).isEqualTo("Member");
      assertThat(made.getJsonArray("permissions"))
          .isEqualTo(new JsonArray().add("org:sys_billing:read").add("org:sys_memberships:read"));
      assertThat(id(made.getJsonObject("organization"))).isEqualTo(id(organization));
      JsonObject told = made.getJsonObject("public_user_data");
      assertThat(told.getString("user_id")).isEqualTo(id(user));
      assertThat(told.getString("first_name")).isEqualTo("Ada");
      assertThat(told.getBoolean("deprovisioned")).isFalse();
      assertThat(ok(directory.get(members(organization))).getJsonArray("data"))
          .containsExactly(made);
    }

    @Test
    void twice_is_422() {
      JsonObject organization = directory.organization();
      JsonObject user = directory.user();
      ok(directory.join(organization, user, MEMBER));
      assertRefused(directory.join(organization, user, ADMIN), 422, "form_already_exists");
      assertThat(roleKeys(organization)).containsExactly("org:member");
    }

    @Test
    void of_many_organizations_at_once_leaves_the_user_a_role_in_each() {
      JsonObject user = directory.user();
      List<JsonObject> organizations = Stream.generate(directory::organization).limit(8).toList();
      List<CompletableFuture<Answer>> joining =
          organizations.stream()
              .map(each -> CompletableFuture.supplyAsync(() -> directory.join(each, user, MEMBER)))
              .toList();
      joining.forEach(each -> ok(each.join()));
      assertThat(new JsonObject(roles(user)).fieldNames())
          .containsExactlyInAnyOrderElementsOf(organizations.stream().map(Directory::id).toList());
    }

    @Test
    void of_whom_or_what_nobody_knows_is_refused_and_leaves_nothing() {
      JsonObject organization = directory.organization();
      JsonObject user = directory.user();
      JsonObject nobody = new JsonObject().put("id", NOBODY);
      JsonObject nothing = new JsonObject().put("key", "org:nothing");
      assertRefused(directory.join(organization, nobody, MEMBER), 422, "form_resource_not_found");
      Answer answer = directory.join(organization, user, nothing);
      assertRefused(answer, 422, "form_resource_not_found");
      assertThat(answer.parameter()).isEqualTo("role");
      JsonObject nowhere = new JsonObject().put("id", "org_" + "0".repeat(27));
      assertRefused(directory.join(nowhere, user, MEMBER), 404, "resource_not_found");
      assertThat(
              directory.postgres.query(
                  "SELECT count(*) FROM tollgate.record WHERE name IN ('subject:%s', 'subject:%s')"
                      .formatted(NOBODY, id(user))))
          .isEqualTo("0");
    }
  }

  @Nested
  class Membership {
    @Test
    void of_another_role_is_mirrored_in_the_users_record() {
      JsonObject organization = directory.organization();
      JsonObject user = directory.user();
      ok(directory.join(organization, user, MEMBER));
      JsonObject after =
          ok(
              directory.management.patch(
                  membership(organization, user), new JsonObject().put("role", "org:admin")));
      assertThat(after.getString("role")).isEqualTo("org:admin");
      assertThat(after.getJsonArray("permissions")).hasSize(11);
      assertThat(roles(user)).contains("admin");
      assertRefused(
          directory.management.patch(
              membership(organization, user), new JsonObject().put("role", "org:nothing")),
          422,
          "form_resource_not_found");
    }

    @Test
    void that_ends_is_told_as_it_was_and_then_is_404() {
      JsonObject organization = directory.organization();
      JsonObject user = directory.user();
      ok(directory.join(organization, user, MEMBER));
      JsonObject was = ok(directory.management.delete(membership(organization, user)));
      assertThat(was.getString("object")).isEqualTo("organization_membership");
      assertThat(was.getString("role")).isEqualTo("org:member");
      assertThat(roles(user)).isEqualTo("{}");
      assertRefused(
          directory.management.delete(membership(organization, user)), 404, "resource_not_found");
    }

    @Test
    void pages_are_of_one_organization() {
      JsonObject one = directory.organization();
      JsonObject user = directory.user();
      ok(directory.join(one, user, MEMBER));
      ok(directory.join(one, directory.user(), ADMIN));
      ok(directory.join(directory.organization(), user, MEMBER));
      JsonObject page = ok(directory.get(members(one) + "?limit=1"));
      assertThat(page.getJsonArray("data")).hasSize(1);
      assertThat(page.getInteger("total_count")).isEqualTo(2);
      assertThat(roleKeys(one)).containsExactly("org:admin", "org:member");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET ",
        "PATCH ",
        "PATCH /metadata",
        "DELETE ",
        "GET /memberships",
        "PATCH /memberships/x",
        "PATCH /memberships/x/metadata",
        "DELETE /memberships/x"
      })
  void of_no_id_is_404(String what) {
    String[] parts = what.split(" ", 2);
    String body = parts[1].equals("/memberships/x") ? "{\"role\":\"org:admin\"}" : "{}";
    for (String path : List.of(UNKNOWN, ORGANIZATIONS + "/no-slug", ORGANIZATIONS + "/%00")) {
      assertRefused(
          directory.send(parts[0], path + parts[1].replace("x", NOBODY), body),
          404,
          "resource_not_found");
    }
  }
}
