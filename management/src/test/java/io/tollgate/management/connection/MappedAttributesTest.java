package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.management.TestManagement.Answer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a directory's documents make of the users here, and who else may write it. */
class MappedAttributesTest extends MappedAttributesCase {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"title":"Dr"} | title | false | {"a":"Dr"}
          {"title":"Dr"} | title | true | {"a":["Dr"]}
          {"title":["a","","b"]} | title | false | {"a":["a","b"]}
          {"title":["b","a"]} | title | true | {"a":["b","a"]}
          {"title":""} | title | false | {}
          {"title":null} | title | false | {}
          {} | title | false | {}
          {} | title | true | {"a":[]}
          {"title":" "} | title | true | {"a":[]}
          {"active":true} | active | false | {"a":"true"}
          {"name":{"middleName":"M"}} | name.middleName | false | {"a":"M"}
          {"emails":[{"value":"x@y.z"}]} | emails[0].value | false | {"a":"x@y.z"}
          {"emails":[{"value":"x@y.z"}]} | emails.0.value | false | {"a":"x@y.z"}
          {"urn:acme:2.0:User":{"badge":"7"}} | urn:acme:2.0:User:badge | false | {"a":"7"}
          {"addresses":[{"type":"home","country":"FR"},{"type":"work","country":"DE"}]}\
           | addresses[type eq "work"].country | false | {"a":"DE"}
          {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"costCenter":"7"}}\
           | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:costCenter | false\
           | {"a":"7"}
          {"urn:ietf:params:scim:schemas:extension:enterprise:2.0:User":{"costCenter":"7"}}\
           | urn:ietf:params:scim:schemas:extension:enterprise:2.0:User.costCenter | false\
           | {"a":"7"}
          """)
  void a_value_lands_in_the_public_metadata(
      String document, String path, boolean multiValued, String expected) {
    define(attribute("a", path, multiValued));
    assertThat(told(document).warnings()).isEmpty();
    assertThat(metadata()).isEqualTo(new JsonObject(expected));
  }

  @Test
  void what_is_of_no_use_leaves_what_was_with_a_warning() {
    define(attribute("a", "name", false), attribute("b", "title", false));
    note("{\"c\":1}");
    told("{\"title\":\"Dr\"}");
    MappedAttributes.Outcome outcome = told("{\"name\":{\"givenName\":\"A\"},\"title\":\"Ms\"}");
    assertThat(outcome.warnings())
        .extracting(AttributeWarning::code)
        .containsExactly("scim_attribute_type_mismatch");
    assertThat(metadata()).isEqualTo(new JsonObject("{\"c\":1,\"b\":\"Ms\"}"));
  }

  @Test
  void what_nobody_told_stays_and_a_key_that_is_told_takes_the_place_of_one_set_by_hand() {
    note("{\"a\":{\"deep\":1},\"kept\":{\"b\":[1.50]}}");
    define(attribute("a", "title", false));
    told("{\"title\":\"Dr\"}");
    assertThat(metadata()).isEqualTo(new JsonObject("{\"kept\":{\"b\":[1.50]},\"a\":\"Dr\"}"));
  }

  @Test
  void names_and_addresses_come_from_where_the_directory_says() {
    told(
        """
        {"name":{"givenName":"Ada","familyName":"King"},
         "emails":[{"value":"a@example.com"},{"value":"b@example.com"}]}
        """);
    assertThat(shown().getString("first_name")).isEqualTo("Ada");
    assertThat(shown().getString("last_name")).isEqualTo("King");
    assertThat(shown().getJsonArray("email_addresses").getJsonObject(0).getString("email_address"))
        .isEqualTo("a@example.com");
    JsonObject mapping = new JsonObject().put("first_name", "nickName").putNull("last_name");
    firm.patch(directory, new JsonObject().put("attribute_mapping", mapping));
    told("{\"nickName\":\"Countess\",\"name\":{\"familyName\":\"Byron\"}}");
    assertThat(shown().getString("first_name")).isEqualTo("Countess");
    assertThat(shown().getString("last_name")).isEqualTo("King");
    assertThat(shown().getJsonArray("email_addresses")).hasSize(2);
  }

  @Test
  void the_same_document_again_changes_nothing() {
    define(attribute("a", "title", false));
    assertThat(told("{\"title\":\"Dr\"}").changed()).isTrue();
    assertThat(told("{\"title\":\"Dr\"}").changed()).isFalse();
  }

  @Test
  void more_than_eight_kilobytes_are_refused_as_a_whole() {
    define(attribute("a", "title", false), attribute("b", "nickName", false));
    told("{\"title\":\"Dr\"}");
    String large = "x".repeat(4_100);
    assertThatThrownBy(() -> told("{\"title\":\"%s\",\"nickName\":\"%s\"}".formatted(large, large)))
        .isInstanceOf(MappedAttributes.TooLarge.class)
        .hasMessageContaining("8192");
    assertThat(metadata()).isEqualTo(new JsonObject("{\"a\":\"Dr\"}"));
  }

  @Test
  void a_new_definition_fills_those_who_are_there_from_what_was_told_before() {
    firm.postgres.execute(
        "UPDATE tollgate.scim_user SET document = '{\"title\":\"Dr\"}' WHERE user_id = '%s'"
            .formatted(user));
    define(attribute("a", "title", false));
    assertThat(metadata()).isEqualTo(new JsonObject("{\"a\":\"Dr\"}"));
    define(attribute("a", "title", true));
    assertThat(metadata()).isEqualTo(new JsonObject("{\"a\":[\"Dr\"]}"));
    define();
    assertThat(metadata()).isEqualTo(new JsonObject("{\"a\":[\"Dr\"]}"));
    note("{\"a\":1}");
  }

  private void document(String document) {
    firm.postgres.execute(
        "UPDATE tollgate.scim_user SET document = '%s' WHERE user_id = '%s'"
            .formatted(document, user));
  }

  private String overwritten() {
    return firm.postgres.query(
        "SELECT coalesce(string_agg(before::text, ' '), '') FROM tollgate.audit"
            + " WHERE action = 'directory.overwrite' AND object = '%s'".formatted(id(directory)));
  }

  @Test
  void another_key_for_the_same_path_takes_the_place_of_the_one_before() {
    document("{\"title\":\"Dr\"}");
    define(attribute("a", "title", false), attribute("b", "title", false));
    define(attribute("c", "title", false), attribute("b", "title", false));
    assertThat(metadata()).isEqualTo(new JsonObject("{\"b\":\"Dr\",\"c\":\"Dr\"}"));
    note("{\"a\":\"free\"}");
    told("{\"title\":\"Ms\"}");
    assertThat(metadata()).isEqualTo(new JsonObject("{\"a\":\"free\",\"b\":\"Ms\",\"c\":\"Ms\"}"));
  }

  @Test
  void a_key_that_goes_and_comes_again_at_once_stays() {
    document("{\"title\":\"Dr\",\"nickName\":\"Ada\"}");
    define(attribute("a", "title", false));
    define(attribute("b", "title", false), attribute("a", "nickName", false));
    assertThat(metadata()).isEqualTo(new JsonObject("{\"a\":\"Ada\",\"b\":\"Dr\"}"));
  }

  @Test
  void what_was_set_by_hand_where_a_new_definition_writes_stands_in_the_audit() {
    document("{\"title\":\"Dr\",\"name\":{\"givenName\":\"Ada\"}}");
    firm.postgres.execute(
        """
        UPDATE tollgate.app_user SET public_metadata = '{"a":{"by":"hand"},"kept":1,"n":null}'
        WHERE id = '%s'
        """
            .formatted(user));
    define(attribute("a", "title", false));
    assertThat(metadata()).isEqualTo(new JsonObject("{\"a\":\"Dr\",\"kept\":1,\"n\":null}"));
    assertThat(new JsonObject(overwritten()))
        .isEqualTo(
            new JsonObject(
                "{\"users\":[{\"user_id\":\"%s\",\"public_metadata\":{\"a\":{\"by\":\"hand\"}}}]}"
                    .formatted(user)));
    assertThat(logged()).as("nobody was off").isEmpty();
  }

  private JsonArray logged() {
    return firm.management
        .get(Firm.CONNECTIONS + "/" + id(connection) + "/logs?code=scim_edit_overwritten&limit=100")
        .ok()
        .getJsonArray("data");
  }

  private void switched(boolean on) {
    firm.patch(directory, new JsonObject().put("enabled", on));
  }

  @Test
  void what_was_changed_by_hand_while_the_directory_was_off_is_logged_when_it_is_on_again() {
    String told = Firm.name("ada");
    document(
        "{\"title\":\"Dr\",\"name\":{\"givenName\":\"Ada\"},\"userName\":\"%s\"}".formatted(told));
    define(attribute("a", "title", false));
    firm.join(directory, user);
    String other =
        firm.person(
            directory, new JsonObject().put("name", new JsonObject().put("givenName", "Ada")));
    firm.join(directory, other);
    switched(false);
    note("{\"a\":\"Ms\",\"free\":1}");
    String byHand = Firm.name("eve");
    JsonObject eve = new JsonObject().put("first_name", "Eve").put("username", byHand);
    firm.management.patch("/users/" + user, eve).ok();
    JsonObject organization = new JsonObject().put("id", connection.getString("organization_id"));
    firm.management
        .patch(
            "/organizations/" + id(organization) + "/memberships/" + user,
            new JsonObject().put("role", "org:admin"))
        .ok();
    assertThat(logged()).isEmpty();
    switched(true);
    assertThat(shown().getString("first_name")).isEqualTo("Ada");
    assertThat(shown().getString("username")).isEqualTo(told);
    assertThat(metadata()).isEqualTo(new JsonObject("{\"a\":\"Dr\",\"free\":1}"));
    assertThat(firm.roleOf(organization, user)).isEqualTo(Firm.MEMBER);
    assertThat(logged()).hasSize(1);
    JsonObject line = logged().getJsonObject(0);
    assertThat(line.getString("user_id")).isEqualTo(user);
    assertThat(line.getString("outcome")).isEqualTo("warning");
    assertThat(line.getJsonObject("detail").getString("message"))
        .contains("role", "first_name", "username", "public_metadata.a")
        .doesNotContain("Eve", byHand, "Ms", "free");
    assertThat(overwritten()).contains("Eve", byHand, "Ms");
    switched(false);
    switched(true);
    assertThat(logged()).as("nothing by hand in between").hasSize(1);
  }

  @Test
  void of_many_who_were_changed_by_hand_the_log_names_some_and_tells_how_many_more() {
    int many = Overwrites.LOGGED_MAX + 7;
    define(attribute("a", "title", false));
    for (int i = 1; i < many; i++) {
      firm.person(directory, new JsonObject().put("title", "Dr"));
    }
    document("{\"title\":\"Dr\"}");
    switched(false);
    firm.postgres.execute(
        "UPDATE tollgate.app_user SET public_metadata = '{\"a\":\"Ms\"}' WHERE directory_id = '%s'"
            .formatted(id(directory)));
    switched(true);
    assertThat(logged()).hasSize(Overwrites.LOGGED_MAX + 1);
    assertThat(logged().getJsonObject(0).getJsonObject("detail").getString("message"))
        .contains(" 7 more");
  }

  @Test
  void nobody_else_writes_what_the_directory_tells_and_all_may_once_it_is_off() {
    define(attribute("a", "title", false));
    told("{\"title\":\"Dr\",\"name\":{\"givenName\":\"Ada\"}}");
    noted("{\"a\":\"Ms\",\"free\":1}").assertRefused(409, "attribute_managed_by_scim");
    noted("{\"a\":null}").assertRefused(409, "attribute_managed_by_scim");
    assertThat(metadata()).isEqualTo(new JsonObject("{\"a\":\"Dr\"}"));
    note("{\"a\":\"Dr\",\"free\":1}");
    JsonObject name = new JsonObject().put("first_name", "Eve");
    firm.management.patch("/users/" + user, name).assertRefused(409, "attribute_managed_by_scim");
    JsonObject username = new JsonObject().put("username", Firm.name("eve"));
    Answer refused = firm.management.patch("/users/" + user, username);
    refused.assertRefused(409, "attribute_managed_by_scim");
    assertThat(refused.error().getString("long_message")).contains("username");
    firm.patch(directory, new JsonObject().put("enabled", false));
    note("{\"a\":\"Ms\"}");
    firm.management.patch("/users/" + user, name).ok();
    assertThat(told("{\"title\":\"Sir\"}").changed()).isFalse();
    assertThat(metadata()).isEqualTo(new JsonObject("{\"a\":\"Ms\",\"free\":1}"));
  }

  @Test
  void a_user_of_another_directory_is_not_written() {
    JsonObject other = firm.directory(firm.connection(firm.organization()));
    MappedAttributes.Outcome outcome =
        firm.change(
            change ->
                ATTRIBUTES.apply(
                    change, id(other), user, read("{\"name\":{\"givenName\":\"Mallory\"}}")));
    assertThat(outcome.changed()).isFalse();
    assertThat(shown().getString("first_name")).isEqualTo("Ada");
  }
}
