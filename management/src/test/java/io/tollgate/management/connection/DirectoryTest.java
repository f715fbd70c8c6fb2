package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.DIRECTORIES;
import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The endpoints of directories. */
class DirectoryTest extends DirectoryCase {
  private static final String UNKNOWN = DIRECTORIES + "/scimdir_" + "0".repeat(27);

  @Test
  void one_is_made_with_an_address_and_a_token_that_is_shown_this_once() {
    JsonObject connection = firm.connection(firm.organization());
    JsonObject made = firm.directory(connection);
    assertThat(id(made)).matches("scimdir_\\w{27}");
    assertThat(made.getString("endpoint_url"))
        .isEqualTo("http://127.0.0.1:" + firm.management.port() + "/scim/v2/" + id(made));
    assertThat(made.getString("name")).isEqualTo(connection.getString("name"));
    assertThat(made.getJsonObject("attribute_mapping"))
        .isEqualTo(
            new JsonObject()
                .put("user_id", "id")
                .put("username", "userName")
                .put("email_address", "emails[0].value")
                .put("first_name", "name.givenName")
                .put("last_name", "name.familyName")
                .put("active", "active"));
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
  void its_users_and_their_keys_go_on_while_it_is_disabled() {
    JsonObject organization = firm.organization();
    JsonObject made = firm.directory(firm.connection(organization));
    String user = firm.member(made);
    String secret = firm.management.create(user, "goes on").getString("secret");
    for (JsonObject change : List.of(OFF, ON)) {
      firm.patch(made, change);
      assertThat(firm.management.verify(secret).status()).isEqualTo(200);
      assertThat(firm.roleOf(organization, user)).isEqualTo(Firm.MEMBER);
    }
  }

  @Test
  void its_name_and_its_provider_can_be_others() {
    JsonObject made = directory();
    firm.patch(made, new JsonObject().put("name", "Other").put("provider", "entra"));
    JsonObject shown = firm.management.get(path(made)).ok();
    assertThat(shown.getString("name")).isEqualTo("Other");
    assertThat(shown.getString("provider")).isEqualTo("entra");
    assertThat(opened(made, token(made))).isPresent();
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

  @Test
  void a_new_one_maps_no_groups_since_it_was_told_of_none() {
    JsonObject connection = firm.connection(firm.organization());
    JsonObject mapping = new JsonObject().put("directory_group_id", "g").put("role_id", Firm.ADMIN);
    JsonObject wanted = Firm.asked(connection).put("group_role_mappings", Firm.array(mapping));
    Answer answer = firm.management.post(DIRECTORIES, wanted);
    answer.assertRefused(422, "form_resource_not_found");
    assertThat(answer.error().getString("long_message"))
        .startsWith("group_role_mappings[0].scim_group_id")
        .contains("\"g\"", "once it has been pushed");
    JsonObject made =
        firm.management.post(DIRECTORIES, wanted.put("group_role_mappings", Firm.array())).ok();
    assertThat(made.getString("enterprise_connection_id")).isEqualTo(id(connection));
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
           | form_param_format_invalid | group_role_mappings[0].role_id
          {"enterprise_connection_id":"entconn_000000000000000000000000000","provider":"okta",\
          "group_role_mappings":[{"role_id":"role_0000000000000000000000admin"}]}\
           | form_param_missing | group_role_mappings[0].scim_group_id
          {"enterprise_connection_id":"entconn_000000000000000000000000000","provider":"okta",\
          "group_role_mappings":[{"scim_group_id":"g","directory_group_id":"h",\
          "role_id":"role_0000000000000000000000admin"}]}\
           | form_param_value_conflict | group_role_mappings[0].directory_group_id
          {"enterprise_connection_id":"entconn_000000000000000000000000000","provider":"okta",\
          "group_role_mappings":[{"scim_group_id":"g","scim_group_display_name":"a",\
          "directory_group_display_name":"b","role_id":"role_0000000000000000000000admin"}]}\
           | form_param_value_conflict | group_role_mappings[0].directory_group_display_name
          {"enterprise_connection_id":"entconn_000000000000000000000000000","provider":"okta",\
          "group_role_mappings":[{"scim_group_id":"g","precedence":0,\
          "role_id":"role_0000000000000000000000admin"}]}\
           | form_param_format_invalid | group_role_mappings[0].precedence
          {"enterprise_connection_id":"entconn_000000000000000000000000000","provider":"okta",\
          "group_role_mappings":[{"directory_group_id":"g","scim_group_id":"g","precedence":1,\
          "directory_group_display_name":"Staff","role_id":"role_0000000000000000000000admin"}]}\
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
          {"attribute_mapping":{"badge":7}} | form_param_type_invalid | attribute_mapping.badge
          {"attribute_mapping":{"badge":""}}\
           | form_param_min_length_exceeded | attribute_mapping.badge
          {"attribute_mapping":{" ":"title"}} | form_param_format_invalid | attribute_mapping
          {"attribute_mapping":{"active":"urn:acme:2.0:User:here"}}\
           | form_param_value_invalid | attribute_mapping.active
          {"attribute_mapping":{"user_id":null}}\
           | form_param_value_invalid | attribute_mapping.user_id
          {"attribute_mapping":{"first_name":"emails["}}\
           | form_param_format_invalid | attribute_mapping.first_name
          """)
  void what_is_no_change_is_422(String body, String code, String parameter) {
    Answer answer = firm.management.patch(path(directory()), new JsonObject(body));
    answer.assertRefused(422, code);
    assertThat(answer.parameter()).isEqualTo(parameter);
  }

  @Test
  void any_attribute_may_be_mapped_and_null_takes_one_away() {
    JsonObject made = directory();
    JsonObject change =
        new JsonObject()
            .put("badge", "urn:acme:2.0:User:badge")
            .put("phone", "phoneNumbers[type eq \"work\"].value")
            .put("active", "active")
            .putNull("last_name");
    JsonObject is =
        firm.patch(made, new JsonObject().put("attribute_mapping", change))
            .getJsonObject("attribute_mapping");
    assertThat(is.getString("badge")).isEqualTo("urn:acme:2.0:User:badge");
    assertThat(is.getString("phone")).isEqualTo("phoneNumbers[type eq \"work\"].value");
    assertThat(is.getString("first_name")).isEqualTo("name.givenName");
    assertThat(is.containsKey("last_name")).isFalse();
    JsonObject back = new JsonObject().putNull("badge").put("last_name", "name.familyName");
    assertThat(
            firm.patch(made, new JsonObject().put("attribute_mapping", back))
                .getJsonObject("attribute_mapping"))
        .hasSize(7);
  }

  @Test
  void of_names_that_are_mapped_there_are_fifty_at_most_of_128_characters() {
    JsonObject made = directory();
    var many = new JsonObject();
    for (int i = 0; i < AttributeMapping.NAMES_MAX - 6; i++) {
      many.put("name" + i, "title");
    }
    firm.patch(made, new JsonObject().put("attribute_mapping", many));
    JsonObject more = new JsonObject().put("one_more", "title");
    Answer answer =
        firm.management.patch(path(made), new JsonObject().put("attribute_mapping", more));
    answer.assertRefused(422, "form_param_value_too_large");
    JsonObject longest = new JsonObject().put("x".repeat(129), "title");
    firm.management
        .patch(path(made), new JsonObject().put("attribute_mapping", longest))
        .assertRefused(422, "form_param_format_invalid");
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
