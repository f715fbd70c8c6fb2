package io.tollgate.management.role;

import static io.tollgate.management.role.Directory.INITIAL_SET;
import static io.tollgate.management.role.Directory.ROLE_SETS;
import static io.tollgate.management.role.Directory.assertRefused;
import static io.tollgate.management.role.Directory.id;
import static io.tollgate.management.role.Directory.members;
import static io.tollgate.management.role.Directory.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Replacing a role in a role set, and a role set: nobody is left with what is gone. */
class RoleSetReplacementTest {
  private static final int MANY = MemberMoves.MOVED_AT_ONCE + 50;

  private static Directory directory;

  private JsonObject one = new JsonObject();
  private JsonObject two = new JsonObject();
  private JsonObject set = new JsonObject();
  private JsonObject organization = new JsonObject();

  @BeforeAll
  static void start() {
    directory = new Directory();
  }

  @AfterAll
  static void stop() {
    directory.close();
  }

  @BeforeEach
  void let_an_organization_have_a_role_set_of_two_roles() {
    one = directory.role();
    two = directory.role();
    set = directory.roleSet(one.getString("key"), two.getString("key"));
    organization = organization(set);
  }

  /** What a test has left is gone with the organization. */
  @AfterEach
  void make_place() {
    ok(directory.management.delete("/organizations/" + id(organization)));
    directory.management.post(path(set, "/replace"), to("role_set:default", Map.of()));
    directory.drop(one);
    directory.drop(two);
  }

  private static JsonObject organization(JsonObject set) {
    JsonObject wanted =
        new JsonObject().put("name", "Of one set").put("role_set_key", set.getString("key"));
    return ok(directory.management.post("/organizations", wanted));
  }

  private static String path(JsonObject set, String rest) {
    return ROLE_SETS + "/" + id(set) + rest;
  }

  private static JsonObject role(JsonObject from, String toKey) {
    return new JsonObject().put("role_key", from.getString("key")).put("to_role_key", toKey);
  }

  private static JsonObject to(String key, Map<String, String> mappings) {
    var body = new JsonObject().put("dest_role_set_key", key);
    if (!mappings.isEmpty()) {
      var object = new JsonObject();
      mappings.forEach(object::put);
      body.put("reassignment_mappings", object);
    }
    return body;
  }

  private long held(JsonObject role) {
    long members =
        Long.parseLong(
            directory.postgres.query(
                "SELECT count(*) FROM tollgate.membership WHERE organization_id = '%s'"
                        .formatted(id(organization))
                    + " AND role_id = '%s'".formatted(id(role))));
    assertThat(directory.recorded(organization, id(role))).isEqualTo(members);
    return members;
  }

  private static Stream<String> keys(JsonObject set) {
    return set.getJsonArray("roles").stream().map(role -> ((JsonObject) role).getString("key"));
  }

  /** Does all at once. */
  private static List<Answer> together(List<Supplier<Answer>> calls) {
    return calls.stream().map(CompletableFuture::supplyAsync).toList().stream()
        .map(CompletableFuture::join)
        .toList();
  }

  @Nested
  class OfARole {
    @Test
    void gives_all_who_had_it_the_other_however_many_they_are() {
      directory.crowd(organization, id(one), MANY);
      JsonObject after =
          ok(
              directory.management.post(
                  path(set, "/roles/replace"), role(one, two.getString("key"))));
      assertThat(held(one)).isZero();
      assertThat(held(two)).isEqualTo(MANY);
      assertThat(keys(after)).containsExactlyInAnyOrder("org:admin", two.getString("key"));
      assertThat(id(after.getJsonObject("default_role"))).isEqualTo(id(two));
      assertThat(after.getJsonObject("default_role").getInteger("members_count")).isEqualTo(MANY);
      assertThat(after.getJsonObject("default_role").getBoolean("has_members")).isTrue();
    }

    @Test
    void adds_the_other_where_the_role_set_does_not_have_it() {
      ok(directory.management.post(path(set, "/roles/replace"), role(one, "org:member")));
      assertThat(keys(ok(directory.get(path(set, "")))))
          .containsExactlyInAnyOrder("org:admin", "org:member", two.getString("key"));
    }

    @Test
    void is_of_one_role_set_only() {
      JsonObject elsewhere = directory.roleSet(one.getString("key"));
      JsonObject other = organization(elsewhere);
      JsonObject user = directory.user();
      ok(directory.join(other, user, one));
      ok(directory.management.post(path(set, "/roles/replace"), role(one, "org:member")));
      JsonObject page = ok(directory.get(members(other)));
      assertThat(page.getJsonArray("data").getJsonObject(0).getString("role"))
          .isEqualTo(one.getString("key"));
      ok(
          directory.management.post(
              path(elsewhere, "/replace"),
              to("role_set:default", Map.of(one.getString("key"), "org:member"))));
      ok(directory.management.delete("/organizations/" + id(other)));
    }

    @Test
    void lets_nobody_join_with_what_is_gone() {
      List<Supplier<Answer>> calls = new ArrayList<>();
      for (int i = 0; i < 8; i++) {
        JsonObject user = directory.user();
        calls.add(() -> directory.join(organization, user, one));
      }
      JsonObject replaced = role(one, two.getString("key"));
      calls.add(() -> directory.management.post(path(set, "/roles/replace"), replaced));
      List<Answer> answers = together(calls);
      ok(answers.getLast());
      long joined = answers.stream().limit(8).filter(answer -> answer.status() == 200).count();
      assertThat(held(one)).isZero();
      assertThat(held(two)).isEqualTo(joined);
    }

    @Test
    void needs_one_that_whoever_makes_an_organization_can_have() {
      JsonObject admin = new JsonObject().put("key", "org:admin");
      assertRefused(
          directory.management.post(path(set, "/roles/replace"), role(admin, two.getString("key"))),
          422,
          "organization_missing_creator_role_permissions");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {"role_key":"org:admin"} | form_param_missing | to_role_key
            {"to_role_key":"org:admin"} | form_param_missing | role_key
            {"role_key":"org:none","to_role_key":"org:admin"} | form_resource_not_found | role_key
            {"role_key":"org:admin","to_role_key":"org:none"}\
             | form_resource_not_found | to_role_key
            {"role_key":"org:admin","to_role_key":"org:admin"}\
             | form_param_value_invalid | to_role_key
            """)
    void of_what_is_none_is_422(String body, String code, String parameter) {
      Answer answer = directory.management.post(INITIAL_SET + "/roles/replace", body);
      assertRefused(answer, 422, code);
      assertThat(answer.parameter()).isEqualTo(parameter);
    }
  }

  @Nested
  class OfARoleSet {
    @Test
    void moves_its_organizations_and_gives_their_members_what_is_mapped() {
      directory.crowd(organization, id(one), MANY);
      directory.crowd(organization, "role_0000000000000000000000admin", MANY);
      JsonObject gone =
          ok(
              directory.management.post(
                  path(set, "/replace"),
                  to("role_set:default", Map.of(one.getString("key"), "org:member"))));
      assertThat(gone)
          .isEqualTo(
              new JsonObject().put("object", "role_set").put("id", id(set)).put("deleted", true));
      assertThat(held(one)).isZero();
      assertThat(held(new JsonObject().put("id", "role_000000000000000000000member")))
          .isEqualTo(MANY);
      assertThat(held(new JsonObject().put("id", "role_0000000000000000000000admin")))
          .isEqualTo(MANY);
      assertThat(ok(directory.get("/organizations/" + id(organization))).getString("role_set_key"))
          .isEqualTo("role_set:default");
      assertRefused(directory.get(path(set, "")), 404, "resource_not_found");
    }

    @Test
    void may_let_two_roles_change_places() {
      directory.crowd(organization, id(one), 3);
      directory.crowd(organization, id(two), 5);
      JsonObject other = directory.roleSet(one.getString("key"), two.getString("key"));
      ok(
          directory.management.post(
              path(set, "/replace"),
              to(
                  other.getString("key"),
                  Map.of(
                      one.getString("key"), two.getString("key"),
                      two.getString("key"), one.getString("key")))));
      assertThat(held(one)).isEqualTo(5);
      assertThat(held(two)).isEqualTo(3);
      set = other;
      ok(directory.management.delete("/organizations/" + id(organization)));
      organization = organization(other);
    }

    @Test
    void needs_a_mapping_for_a_role_that_members_have_and_the_other_has_not() {
      directory.crowd(organization, id(one), 1);
      Answer answer =
          directory.management.post(path(set, "/replace"), to("role_set:default", Map.of()));
      assertRefused(answer, 422, "organization_role_set_reassignment_mappings_missing");
      assertThat(answer.body()).contains(one.getString("key"));
      assertThat(ok(directory.get("/organizations/" + id(organization))).getString("role_set_key"))
          .isEqualTo(set.getString("key"));
      JsonObject patch = new JsonObject().put("role_set_key", "role_set:default");
      assertRefused(
          directory.management.patch("/organizations/" + id(organization), patch),
          422,
          "organization_role_set_reassignment_mappings_missing");
      assertThat(held(one)).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"org:nothing, org:member", "org:admin, org:nothing"})
    void takes_no_mapping_of_what_is_not_there(String from, String to) {
      Answer answer =
          directory.management.post(
              path(set, "/replace"), to("role_set:default", Map.of(from, to)));
      assertRefused(answer, 422, "organization_role_set_reassignment_mappings_invalid");
      assertThat(answer.parameter()).isEqualTo("reassignment_mappings");
    }

    @ParameterizedTest
    @CsvSource(
        delimiter = '|',
        textBlock =
            """
            {} | form_param_missing | dest_role_set_key
            {"dest_role_set_key":"role_set:none"} | form_resource_not_found | dest_role_set_key
            {"dest_role_set_key":"role_set:default"} | form_param_value_invalid | dest_role_set_key
            {"dest_role_set_key":"role_set:none","reassignment_mappings":[]}\
             | form_param_type_invalid | reassignment_mappings
            {"dest_role_set_key":"role_set:none","reassignment_mappings":{"org:a":1}}\
             | form_param_type_invalid | reassignment_mappings
            """)
    void by_what_is_none_is_422(String body, String code, String parameter) {
      Answer answer = directory.management.post(INITIAL_SET + "/replace", body);
      assertRefused(answer, 422, code);
      assertThat(answer.parameter()).isEqualTo(parameter);
    }

    @Test
    void that_is_the_initial_one_makes_the_other_that() {
      ok(directory.management.patch(path(set, ""), new JsonObject().put("type", "initial")));
      ok(directory.management.post(path(set, "/replace"), to("role_set:default", Map.of())));
      assertThat(ok(directory.get(INITIAL_SET)).getString("type")).isEqualTo("initial");
    }
  }

  @Test
  void an_organizations_members_keep_their_roles_when_it_takes_another_role_set() {
    directory.crowd(organization, id(one), MANY);
    JsonObject other = directory.roleSet(one.getString("key"));
    JsonObject patch = new JsonObject().put("role_set_key", other.getString("key"));
    JsonObject after = ok(directory.management.patch("/organizations/" + id(organization), patch));
    assertThat(after.getString("role_set_key")).isEqualTo(other.getString("key"));
    assertThat(held(one)).isEqualTo(MANY);
    JsonObject item = ok(directory.get(path(other, ""))).getJsonObject("default_role");
    assertThat(item.getInteger("members_count")).isEqualTo(MANY);
    ok(directory.management.post(path(set, "/replace"), to(other.getString("key"), Map.of())));
    set = other;
    ok(directory.management.delete("/organizations/" + id(organization)));
    organization = organization(other);
  }

  @Test
  void one_at_a_time_goes_on_in_a_role_set_and_who_died_amid_it_is_waited_for_no_longer() {
    directory.postgres.execute(
        "UPDATE tollgate.role_set SET replaced_by = 'another',"
            + " replaced_until = now() + interval '1 hour' WHERE id = '"
            + id(set)
            + "'");
    String code = "role_migration_in_progress";
    JsonObject replaced = role(one, two.getString("key"));
    assertRefused(directory.management.post(path(set, "/roles/replace"), replaced), 409, code);
    JsonObject toDefault = to("role_set:default", Map.of());
    assertRefused(directory.management.post(path(set, "/replace"), toDefault), 409, code);
    directory.postgres.execute(
        "UPDATE tollgate.role_set SET replaced_until = now() - interval '1 second' WHERE id = '"
            + id(set)
            + "'");
    ok(directory.management.post(path(set, "/roles/replace"), replaced));
  }

  @Test
  void two_that_would_undo_each_other_come_to_an_end() {
    directory.crowd(organization, id(one), MANY);
    directory.crowd(organization, id(two), MANY);
    List<Answer> answers =
        together(
            List.of(
                () ->
                    directory.management.post(
                        path(set, "/roles/replace"), role(one, two.getString("key"))),
                () ->
                    directory.management.post(
                        path(set, "/roles/replace"), role(two, one.getString("key")))));
    assertThat(answers).extracting(Answer::status).contains(200).isSubsetOf(200, 409);
    assertThat(held(one) + held(two)).isEqualTo(2L * MANY);
  }

  @Test
  void what_was_done_to_members_stands_in_the_audit() {
    directory.crowd(organization, id(one), 2);
    ok(directory.management.post(path(set, "/roles/replace"), role(one, two.getString("key"))));
    assertThat(
            directory.postgres.query(
                "SELECT json_array_length(before -> 'members') || ' ' || (before ->> 'role_id')"
                    + " || ' ' || (after ->> 'role_id') FROM tollgate.audit"
                    + " WHERE action = 'role_set.move_members' AND object = '"
                    + id(set)
                    + "'"))
        .isEqualTo("2 " + id(one) + " " + id(two));
  }
}
