package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.DIRECTORIES;
import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement;
import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonObject;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The endpoints of directories, and whom their tokens let in. */
class DirectoryTest {
  private static final String UNKNOWN = DIRECTORIES + "/scimdir_" + "0".repeat(27);
  private static final JsonObject OFF = new JsonObject().put("enabled", false);
  private static final JsonObject ON = new JsonObject().put("enabled", true);

  private static Firm firm;
  private static DirectoryTokens tokens;

  @BeforeAll
  static void start() {
    firm = new Firm();
    tokens = new DirectoryTokens(firm.transactions, TestManagement.PEPPER, new SecureRandom());
  }

  @AfterAll
  static void stop() {
    firm.close();
  }

  private static JsonObject directory() {
    return firm.directory(firm.connection(firm.organization()));
  }

  private static Optional<DirectoryAccess> opened(JsonObject directory, String token) {
    return tokens.find(id(directory), token);
  }

  private static String token(JsonObject answer) {
    return answer.getString("api_key");
  }

  private static JsonObject rotated(JsonObject directory, String body) {
    return firm.management.post(path(directory) + "/rotate_api_key", body).ok();
  }

  @Test
  void one_is_made_with_an_address_and_a_token_that_is_shown_this_once() {
    JsonObject connection = firm.connection(firm.organization());
    JsonObject made = firm.directory(connection);
    assertThat(id(made)).matches("scimdir_\\w{27}");
    assertThat(made.getString("endpoint_url"))
        .isEqualTo("http://127.0.0.1:" + firm.management.port() + "/scim/v2/" + id(made));
    assertThat(made.getString("name")).isEqualTo(connection.getString("name"));
    assertThat(made.getJsonObject("attribute_mapping").getString("first_name"))
        .isEqualTo("name.givenName");
    JsonObject shown = firm.management.get(path(made)).ok();
    assertThat(shown.containsKey("api_key")).isFalse();
    assertThat(firm.postgres.query("SELECT string_agg(after::text, '') FROM tollgate.audit"))
        .doesNotContain(token(made));
  }

  @Test
  void each_of_its_two_names_answers_in_its_own_words() {
    JsonObject made = directory();
    JsonObject older = firm.management.get("/scim_directories/" + id(made)).ok();
    assertThat(older.getString("object")).isEqualTo("scim_directory");
    assertThat(firm.management.get(path(made)).ok().getString("object")).isEqualTo("directory");
    assertThat(firm.management.get("/v1/scim_directories").ok().getJsonArray("data"))
        .contains(older);
  }

  @Test
  void a_token_opens_its_own_directory_and_no_other() {
    JsonObject made = directory();
    DirectoryAccess access = opened(made, token(made)).orElseThrow();
    assertThat(access.directoryId()).isEqualTo(id(made));
    assertThat(access.domains()).containsExactly("example.com");
    assertThat(access.tokenPrefix()).isEqualTo(token(made).substring(0, 13));
    assertThat(opened(directory(), token(made))).isEmpty();
    assertThat(tokens.find("none", token(made))).isEmpty();
  }

  @Test
  void what_is_no_token_opens_nothing() {
    JsonObject made = directory();
    String token = token(made);
    char last = token.charAt(token.length() - 1);
    String mistyped = token.substring(0, token.length() - 1) + (last == 'a' ? 'b' : 'a');
    assertThat(opened(made, mistyped)).isEmpty();
    assertThat(opened(made, "")).isEmpty();
    assertThat(opened(made, "ä\u0000")).isEmpty();
    assertThat(opened(made, TestManagement.SECRET_KEY)).isEmpty();
  }

  @Test
  void only_what_begins_as_a_token_is_shown_of_a_bad_one() {
    assertThat(DirectoryTokens.shown("tgscim_abcdefghijklmnopqrstuvwxyz"))
        .isEqualTo("tgscim_abcdef");
    assertThat(DirectoryTokens.shown("tgscim_abcdef")).isEqualTo("none");
    assertThat(DirectoryTokens.shown("hunter2hunter2hunter2hunter2hunter2")).isEqualTo("none");
  }

  @Test
  void a_use_is_noted_once_a_minute() {
    JsonObject made = directory();
    String used =
        "SELECT last_used_at::text FROM tollgate.directory_token WHERE directory_id = '%s'"
            .formatted(id(made));
    opened(made, token(made));
    String first = firm.postgres.query(used);
    opened(made, token(made));
    assertThat(first).isNotNull();
    assertThat(firm.postgres.query(used)).isEqualTo(first);
  }

  @Test
  void a_rotated_token_works_beside_the_one_before_until_its_end() {
    JsonObject made = directory();
    JsonObject after = rotated(made, "");
    assertThat(opened(made, token(made))).isPresent();
    assertThat(opened(made, token(after))).isPresent();
    firm.postgres.execute(
        "UPDATE tollgate.directory_token SET expires_at = now() WHERE expires_at IS NOT NULL");
    assertThat(opened(made, token(made))).isEmpty();
    assertThat(opened(made, token(after))).isPresent();
  }

  @Test
  void a_rotation_without_overlap_ends_the_one_before_at_once() {
    JsonObject made = directory();
    JsonObject after = rotated(made, "{\"overlap_seconds\":0}");
    assertThat(opened(made, token(made))).isEmpty();
    assertThat(opened(made, token(after))).isPresent();
  }

  @Test
  void there_are_never_three_tokens_that_work() {
    JsonObject made = directory();
    JsonObject second = rotated(made, "{}");
    JsonObject third = rotated(made, "{}");
    assertThat(opened(made, token(made))).isEmpty();
    assertThat(opened(made, token(second))).isPresent();
    assertThat(opened(made, token(third))).isPresent();
  }

  @Test
  void one_token_is_revoked_at_once_and_stays_on_the_list() {
    JsonObject made = directory();
    JsonObject second = rotated(made, "{}");
    String root = path(made) + "/tokens";
    JsonObject newest = firm.management.get(root).ok().getJsonArray("data").getJsonObject(0);
    assertThat(newest.getString("prefix")).isEqualTo(token(second).substring(0, 13));
    String revoke = root + "/" + id(newest) + "/revoke";
    Long at = firm.management.post(revoke, "").ok().getLong("revoked_at");
    assertThat(opened(made, token(second))).isEmpty();
    assertThat(opened(made, token(made))).isPresent();
    assertThat(firm.management.post(revoke, "").ok().getLong("revoked_at")).isEqualTo(at);
    String stranger = path(directory()) + "/tokens/" + id(newest) + "/revoke";
    firm.management.post(stranger, "").assertRefused(404, "resource_not_found");
  }

  @Test
  void disabled_its_tokens_end_and_enabled_it_has_a_new_one_at_the_same_address() {
    JsonObject made = directory();
    JsonObject off = firm.patch(made, OFF);
    assertThat(off.getBoolean("enabled")).isFalse();
    assertThat(opened(made, token(made))).isEmpty();
    firm.management
        .post(path(made) + "/rotate_api_key", "")
        .assertRefused(400, "scim_directory_disabled");
    JsonObject on = firm.patch(made, ON);
    assertThat(on.getString("endpoint_url")).isEqualTo(made.getString("endpoint_url"));
    assertThat(opened(made, token(on))).isPresent();
    assertThat(opened(made, token(made))).isEmpty();
    assertThat(token(firm.patch(made, ON))).isNull();
  }

  @Test
  void a_connection_and_an_organization_have_one_each() {
    JsonObject organization = firm.organization();
    JsonObject connection = firm.connection(organization);
    firm.directory(connection);
    firm.management
        .post(DIRECTORIES, Firm.asked(connection))
        .assertRefused(422, "scim_directory_enterprise_connection_already_used");
    firm.management
        .post("/scim_directories", Firm.asked(firm.connection(organization)))
        .assertRefused(400, "scim_directory_organization_already_used");
  }

  @Test
  void none_is_made_where_nobody_else_could_run_the_organization() {
    JsonObject lonely =
        firm.management.post("/organizations", new JsonObject().put("name", "Lonely")).ok();
    JsonObject connection = firm.connection(lonely);
    firm.management
        .post(DIRECTORIES, Firm.asked(connection))
        .assertRefused(409, "organization_local_owner_missing");
    JsonObject boss = new JsonObject().put("user_id", id(firm.user())).put("role", "org:admin");
    firm.management.post("/organizations/" + id(lonely) + "/memberships", boss).ok();
    firm.directory(connection);
    String path = "/organizations/" + id(lonely) + "/memberships/" + boss.getString("user_id");
    firm.management.delete(path).assertRefused(409, "organization_local_owner_missing");
    firm.management
        .patch(path, new JsonObject().put("role", "org:member"))
        .assertRefused(409, "organization_local_owner_missing");
    firm.management
        .delete("/users/" + boss.getString("user_id"))
        .assertRefused(409, "organization_local_owner_missing");
  }

  @Test
  void a_local_owner_is_needed_where_groups_make_no_roles_as_well() {
    JsonObject organization = firm.organization();
    JsonObject made = firm.directory(firm.connection(organization));
    firm.patch(made, GroupRoleCase.UNMAPPED);
    String owner = "/users/" + organization.getString("created_by");
    firm.management.delete(owner).assertRefused(409, "organization_local_owner_missing");
    firm.patch(made, OFF);
    firm.management.delete(owner).ok();
    firm.management.patch(path(made), ON).assertRefused(409, "organization_local_owner_missing");
    assertThat(firm.management.get(path(made)).ok().getBoolean("enabled")).isFalse();
  }

  @Test
  void its_users_stay_as_they_are_when_it_is_deleted_and_each_has_a_line_of_the_audit() {
    JsonObject organization = firm.organization();
    JsonObject made = firm.directory(firm.connection(organization));
    String user = firm.member(made);
    String leaver = firm.person(made, new JsonObject());
    firm.postgres.execute(
        "UPDATE tollgate.app_user SET active = false WHERE id = '" + leaver + "'");
    JsonObject gone = firm.management.delete("/scim_directories/" + id(made)).ok();
    assertThat(gone.getString("object")).isEqualTo("scim_directory");
    assertThat(firm.roleOf(organization, user)).isEqualTo(Firm.MEMBER);
    assertThat(firm.mappedBy(user)).isEqualTo("hand");
    assertThat(firm.actions(user)).contains("user.leave_directory");
    String active = "SELECT active FROM tollgate.app_user WHERE id = '%s'";
    assertThat(firm.postgres.query(active.formatted(leaver))).isEqualTo("f");
    assertThat(firm.postgres.query(active.formatted(user))).isEqualTo("t");
    firm.management.get(path(made)).assertRefused(404, "resource_not_found");
    assertThat(opened(made, token(made))).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {} | form_param_missing | enterprise_connection_id
          {"enterprise_connection_id":"me","provider":"okta"}\
           | form_param_format_invalid | enterprise_connection_id
          {"enterprise_connection_id":"entconn_000000000000000000000000000","provider":"okta"}\
           | form_resource_not_found | enterprise_connection_id
          {"enterprise_connection_id":"entconn_000000000000000000000000000"}\
           | form_param_missing | provider
          {"enterprise_connection_id":"entconn_000000000000000000000000000","provider":" "}\
           | form_param_format_invalid | provider
          {"enterprise_connection_id":"entconn_000000000000000000000000000","provider":"okta",\
          "group_role_mappings":[{"scim_group_id":"g","role_id":"r"}]}\
           | form_resource_not_found | group_role_mappings[0].scim_group_id
          """)
  void what_is_no_directory_is_422(String body, String code, String parameter) {
    Answer answer = firm.management.post(DIRECTORIES, body);
    answer.assertRefused(422, code);
    assertThat(answer.parameter()).isEqualTo(parameter);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"enabled":"yes"} | form_param_type_invalid | enabled
          {"id":"a"} | form_param_unknown | id
          {"attribute_mapping":{"password":"title"}}\
           | form_param_unknown | attribute_mapping.password
          {"attribute_mapping":{"first_name":"emails["}}\
           | form_param_format_invalid | attribute_mapping.first_name
          """)
  void what_is_no_change_is_422(String body, String code, String parameter) {
    Answer answer = firm.management.patch(path(directory()), new JsonObject(body));
    answer.assertRefused(422, code);
    assertThat(answer.parameter()).isEqualTo(parameter);
  }

  @Test
  void one_that_is_not_there_is_404() {
    firm.management.get(UNKNOWN).assertRefused(404, "resource_not_found");
    firm.management.patch(UNKNOWN, ON).assertRefused(404, "resource_not_found");
    firm.management.delete(UNKNOWN).assertRefused(404, "resource_not_found");
    firm.management.post(UNKNOWN + "/rotate_api_key", "").assertRefused(404, "resource_not_found");
    firm.management.get(UNKNOWN + "/tokens").assertRefused(404, "resource_not_found");
    firm.management.get(UNKNOWN + "/group_role_mappings").assertRefused(404, "resource_not_found");
  }
}
