package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.CONNECTIONS;
import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.wanted;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The endpoints of enterprise connections. */
class EnterpriseConnectionTest {
  private static final String UNKNOWN = CONNECTIONS + "/entconn_" + "0".repeat(27);

  private static Firm firm;

  @BeforeAll
  static void start() {
    firm = new Firm();
  }

  @AfterAll
  static void stop() {
    firm.close();
  }

  private static String path(JsonObject connection) {
    return CONNECTIONS + "/" + id(connection);
  }

  private static JsonObject changed(JsonObject connection, JsonObject body) {
    return firm.management.patch(path(connection), body).ok();
  }

  @Test
  void one_is_made_with_201_and_found_as_it_was_made() {
    JsonObject made =
        firm.made(
            wanted()
                .put("domains", new JsonArray().add("Example.COM").add("sub.example.org"))
                .put("saml", new JsonObject().put("idp_entity_id", "urn:idp")));
    assertThat(id(made)).matches("entconn_\\w{27}");
    assertThat(made.getJsonArray("domains")).containsExactly("example.com", "sub.example.org");
    assertThat(made.getBoolean("active")).isFalse();
    assertThat(made.getJsonObject("saml_connection").getString("idp_entity_id"))
        .isEqualTo("urn:idp");
    assertThat(firm.management.get("/v1" + path(made)).ok()).isEqualTo(made);
    assertThat(firm.actions(id(made))).containsExactly("enterprise_connection.create");
  }

  @Test
  void a_list_is_of_an_organization_or_of_those_that_are_active() {
    JsonObject organization = firm.organization();
    JsonObject made = firm.connection(organization);
    JsonObject other = firm.made(wanted().put("active", true));
    String ofOne = CONNECTIONS + "?organization_id=" + id(organization);
    assertThat(firm.management.get(ofOne).ok().getJsonArray("data")).containsExactly(made);
    assertThat(firm.management.get(ofOne + "&active=true").ok().getInteger("total_count")).isZero();
    assertThat(firm.management.get(CONNECTIONS + "?active=true").ok().getJsonArray("data"))
        .contains(other)
        .doesNotContain(made);
  }

  @Test
  void a_change_merges_what_is_said_of_signing_in() {
    JsonObject saml =
        new JsonObject()
            .put("idp_entity_id", "urn:idp")
            .put("idp_sso_url", "https://idp.example/sso");
    JsonObject made = firm.made(wanted().put("saml", saml));
    JsonObject change = new JsonObject().put("idp_entity_id", null).put("force_authn", true);
    JsonObject after = changed(made, new JsonObject().put("saml", change).put("active", true));
    JsonObject told = after.getJsonObject("saml_connection");
    assertThat(told.getString("idp_entity_id")).isNull();
    assertThat(told.getString("idp_sso_url")).isEqualTo("https://idp.example/sso");
    assertThat(told.getBoolean("force_authn")).isTrue();
    assertThat(after.getString("name")).isEqualTo(made.getString("name"));
  }

  @Test
  void a_change_keeps_for_whoever_signs_people_in_what_it_says_of_that() {
    JsonObject made = firm.made(wanted().put("saml", new JsonObject()));
    assertThat(made.getBoolean("sync_user_attributes")).isTrue();
    assertThat(made.getBoolean("disable_additional_identifications")).isFalse();
    assertThat(made.getJsonObject("saml_connection").getString("name"))
        .isEqualTo(made.getString("name"));
    assertThat(made.getJsonObject("saml_connection").containsKey("login_hint")).isFalse();
    JsonObject hint = new JsonObject().put("mode", "custom_attribute").put("source", "badge");
    JsonObject after =
        changed(
            made,
            new JsonObject()
                .put("sync_user_attributes", false)
                .put("disable_additional_identifications", true)
                .put("saml", new JsonObject().put("name", "By SAML").put("login_hint", hint)));
    assertThat(after.getBoolean("sync_user_attributes")).isFalse();
    assertThat(after.getBoolean("disable_additional_identifications")).isTrue();
    assertThat(after.getJsonObject("saml_connection").getString("name")).isEqualTo("By SAML");
    assertThat(after.getJsonObject("saml_connection").getJsonObject("login_hint")).isEqualTo(hint);
    assertThat(firm.management.get(path(made)).ok()).isEqualTo(after);
  }

  @Test
  void a_hint_takes_the_place_of_the_one_before_and_null_takes_it_away() {
    JsonObject hint = new JsonObject().put("mode", "custom_attribute").put("source", "badge");
    JsonObject made = firm.made(wanted().put("saml", new JsonObject().put("login_hint", hint)));
    JsonObject off = new JsonObject().put("mode", "off");
    JsonObject change = new JsonObject().put("saml", new JsonObject().put("login_hint", off));
    assertThat(changed(made, change).getJsonObject("saml_connection").getJsonObject("login_hint"))
        .isEqualTo(off);
    JsonObject none = new JsonObject().putNull("login_hint").putNull("name");
    JsonObject told = changed(made, new JsonObject().put("saml", none));
    assertThat(told.getJsonObject("saml_connection").containsKey("login_hint")).isFalse();
    assertThat(told.getJsonObject("saml_connection").getString("name"))
        .isEqualTo(made.getString("name"));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"sync_user_attributes":"no"} | form_param_type_invalid | sync_user_attributes
          {"disable_additional_identifications":1}\
           | form_param_type_invalid | disable_additional_identifications
          {"saml":{"name":" "}} | form_param_format_invalid | saml.name
          {"saml":{"login_hint":"off"}} | form_param_type_invalid | saml.login_hint
          {"saml":{"login_hint":{}}} | form_param_missing | saml.login_hint.mode
          {"saml":{"login_hint":{"mode":"guess"}}}\
           | form_param_value_invalid | saml.login_hint.mode
          {"saml":{"login_hint":{"mode":"custom_attribute"}}}\
           | form_param_missing | saml.login_hint.source
          {"saml":{"login_hint":{"mode":"off","source":""}}}\
           | form_param_min_length_exceeded | saml.login_hint.source
          {"domains":["a"]} | form_param_format_invalid | domains
          {"provider":"saml_custom"} | form_param_unknown | provider
          """)
  void what_is_no_change_is_422_and_changes_nothing(String body, String code, String parameter) {
    JsonObject made = firm.made(wanted());
    Answer answer = firm.management.patch(path(made), new JsonObject(body));
    answer.assertRefused(422, code);
    assertThat(answer.parameter()).isEqualTo(parameter);
    assertThat(firm.management.get(path(made)).ok()).isEqualTo(made);
  }

  @Test
  void a_change_to_no_domains_leaves_those_that_there_are() {
    JsonObject made = firm.made(wanted());
    JsonObject none = new JsonObject().put("domains", new JsonArray()).put("active", true);
    assertThat(changed(made, none).getJsonArray("domains")).containsExactly("example.com");
    JsonObject others = new JsonObject().put("domains", new JsonArray().add("Other.example"));
    assertThat(changed(made, others).getJsonArray("domains")).containsExactly("other.example");
  }

  @Test
  void a_clients_secret_is_taken_and_kept_nowhere() {
    JsonObject oidc = new JsonObject().put("client_id", "me").put("client_secret", "hunter2secret");
    JsonObject made = firm.made(wanted().put("provider", "oidc_custom").put("oidc", oidc));
    assertThat(made.encode()).doesNotContain("hunter2secret");
    assertThat(
            firm.postgres.query(
                "SELECT count(*) FROM tollgate.enterprise_connection"
                    + " WHERE oidc::text LIKE '%hunter2%'"))
        .isEqualTo("0");
    assertThat(
            firm.postgres.query(
                "SELECT count(*) FROM tollgate.audit WHERE after::text LIKE '%hunter2%'"))
        .isEqualTo("0");
  }

  @Test
  void it_becomes_an_organizations_once_and_for_all() {
    JsonObject made = firm.made(wanted());
    JsonObject organization = firm.organization();
    JsonObject after = changed(made, new JsonObject().put("organization_id", id(organization)));
    assertThat(after.getString("organization_id")).isEqualTo(id(organization));
    JsonObject again = new JsonObject().put("organization_id", id(firm.organization()));
    firm.management.patch(path(made), again).assertRefused(422, "form_param_value_invalid");
    changed(made, new JsonObject().putNull("organization_id"));
    assertThat(firm.management.get(path(made)).ok().getString("organization_id"))
        .isEqualTo(id(organization));
  }

  @Test
  void an_organization_that_has_one_is_not_deleted_and_keeps_its_members() {
    JsonObject organization = firm.organization();
    firm.connection(organization);
    String path = "/organizations/" + id(organization);
    firm.management.delete(path).assertRefused(409, "organization_has_enterprise_connection");
    assertThat(firm.management.get(path).ok().getInteger("members_count")).isEqualTo(1);
  }

  @Test
  void attributes_are_one_pool_by_either_name_of_their_path() {
    JsonObject attribute =
        new JsonObject().put("name", "Title").put("key", "title").put("directory_path", "title");
    JsonObject made = firm.made(wanted().put("custom_attributes", new JsonArray().add(attribute)));
    JsonObject told = made.getJsonArray("custom_attributes").getJsonObject(0);
    assertThat(told.getString("scim_path")).isEqualTo("title");
    assertThat(told.getString("directory_path")).isEqualTo("title");
    assertThat(told.getBoolean("multi_valued")).isFalse();
    JsonObject none = new JsonObject().put("custom_attributes", new JsonArray());
    assertThat(changed(made, none).getJsonArray("custom_attributes")).isEmpty();
  }

  @Test
  void a_deleted_one_is_gone_with_its_directory_and_its_log() {
    JsonObject made = firm.connection(firm.organization());
    JsonObject directory = firm.directory(made);
    JsonObject gone = firm.management.delete(path(made)).ok();
    assertThat(gone.getString("id")).isEqualTo(id(made));
    assertThat(gone.getBoolean("deleted")).isTrue();
    firm.management.get(path(made)).assertRefused(404, "resource_not_found");
    firm.management.get(Firm.path(directory)).assertRefused(404, "resource_not_found");
    firm.management.delete(path(made)).assertRefused(404, "resource_not_found");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {} | form_param_missing | name
          {"name":"a","provider":"saml_okta"} | form_param_missing | domains
          {"name":"a","provider":"ldap","domains":["a.bc"]} | form_param_value_invalid | provider
          {"name":"a","provider":"saml_okta","domains":[]}\
           | form_param_min_length_exceeded | domains
          {"name":"a","provider":"saml_okta","domains":["a"]} | form_param_format_invalid | domains
          {"name":"a","provider":"saml_okta","domains":["a b.c"]}\
           | form_param_format_invalid | domains
          {"name":"a","provider":"saml_okta","domains":"a.b"} | form_param_type_invalid | domains
          {"name":"a","provider":"saml_okta","domains":["a.bc"],"oidc":{}}\
           | form_param_value_invalid | oidc
          {"name":"a","provider":"oidc_custom","domains":["a.bc"],"saml":{}}\
           | form_param_value_invalid | saml
          {"name":"a","provider":"saml_okta","domains":["a.bc"],"saml":{"x":1}}\
           | form_param_unknown | saml.x
          {"name":"a","provider":"saml_okta","domains":["a.bc"],"active":1}\
           | form_param_type_invalid | active
          {"name":"a","provider":"saml_okta","domains":["a.bc"],"organization_id":"me"}\
           | form_param_format_invalid | organization_id
          {"name":"a","provider":"saml_okta","domains":["a.bc"],\
          "organization_id":"org_000000000000000000000000000"}\
           | form_resource_not_found | organization_id
          {"name":"a","provider":"saml_okta","domains":["a.bc"],"custom_attributes":[{"name":"a"}]}\
           | form_param_missing | custom_attributes[0].key
          {"name":"a","provider":"saml_okta","domains":["a.bc"],\
          "custom_attributes":[{"name":"a","key":"_a"}]}\
           | form_param_format_invalid | custom_attributes[0].key
          {"name":"a","provider":"saml_okta","domains":["a.bc"],\
          "custom_attributes":[{"name":"a","key":"a","scim_path":"emails["}]}\
           | form_param_format_invalid | custom_attributes[0].scim_path
          {"name":"a","provider":"saml_okta","domains":["a.bc"],\
          "custom_attributes":[{"name":"a","key":"a","scim_path":"b","directory_path":"c"}]}\
           | form_param_value_conflict | custom_attributes[0].directory_path
          {"name":"a","provider":"saml_okta","domains":["a.bc"],\
          "custom_attributes":[{"name":"a","key":"a"},{"name":"b","key":"a"}]}\
           | form_param_duplicate | custom_attributes[1].key
          """)
  void what_is_no_connection_is_422_and_makes_none(String body, String code, String parameter) {
    String count = "SELECT count(*) FROM tollgate.enterprise_connection";
    String before = firm.postgres.query(count);
    Answer answer = firm.management.post(CONNECTIONS, body);
    answer.assertRefused(422, code);
    assertThat(answer.parameter()).isEqualTo(parameter);
    assertThat(firm.postgres.query(count)).isEqualTo(before);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "/logs"})
  void one_that_is_not_there_is_404(String part) {
    firm.management.get(UNKNOWN + part).assertRefused(404, "resource_not_found");
    firm.management.get(CONNECTIONS + "/me" + part).assertRefused(404, "resource_not_found");
  }

  @Test
  void a_change_or_deletion_of_none_is_404() {
    firm.management
        .patch(UNKNOWN, new JsonObject().put("name", "a"))
        .assertRefused(404, "resource_not_found");
    firm.management.delete(UNKNOWN).assertRefused(404, "resource_not_found");
  }
}
