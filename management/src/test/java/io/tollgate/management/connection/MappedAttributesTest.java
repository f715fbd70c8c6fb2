package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.id;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tollgate.management.TestManagement.Answer;
import io.tollgate.management.audit.Origin;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a directory's documents make of the users here, and who else may write it. */
class MappedAttributesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final MappedAttributes ATTRIBUTES = new MappedAttributes();

  private static Firm firm;

  private JsonObject connection;
  private JsonObject directory;
  private String user;

  @BeforeAll
  static void start() {
    firm = new Firm();
  }

  @AfterAll
  static void stop() {
    firm.close();
  }

  @BeforeEach
  void found() {
    connection = firm.connection(firm.organization());
    directory = firm.directory(connection);
    user = firm.person(directory, new JsonObject());
  }

  private static JsonObject attribute(String key, String path, boolean multiValued) {
    return new JsonObject()
        .put("name", key)
        .put("key", key)
        .put("scim_path", path)
        .put("multi_valued", multiValued);
  }

  private void define(JsonObject... attributes) {
    var all = new JsonArray();
    for (JsonObject attribute : attributes) {
      all.add(attribute);
    }
    firm.management
        .patch(
            Firm.CONNECTIONS + "/" + id(connection), new JsonObject().put("custom_attributes", all))
        .ok();
  }

  private static ObjectNode read(String document) {
    try {
      return (ObjectNode) JSON.readTree(document);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException(e);
    }
  }

  private MappedAttributes.Outcome told(String document) {
    return told(user, document);
  }

  private MappedAttributes.Outcome told(String whom, String document) {
    return firm.change(
        change -> {
          MappedAttributes.Outcome outcome =
              ATTRIBUTES.apply(change, id(directory), whom, read(document));
          change.record(new Origin("directory", "req_1").entry("user.sync", whom, null, null));
          return outcome;
        });
  }

  private JsonObject shown() {
    return firm.management.get("/users/" + user).ok();
  }

  private JsonObject metadata() {
    return shown().getJsonObject("public_metadata");
  }

  private void note(String metadata) {
    noted(metadata).ok();
  }

  private Answer noted(String metadata) {
    JsonObject patch = new JsonObject().put("public_metadata", new JsonObject(metadata));
    return firm.management.patch("/users/" + user + "/metadata", patch);
  }

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
  void a_username_comes_from_where_the_directory_says() {
    String name = Firm.name("ada");
    told("{\"userName\":\"%s@Example.com\"}".formatted(name));
    assertThat(shown().getString("username")).isEqualTo(name + "@Example.com");
    JsonObject mapping = new JsonObject().put("username", "nickName");
    firm.patch(directory, new JsonObject().put("attribute_mapping", mapping));
    String nick = Firm.name("nick");
    told("{\"userName\":\"%s\",\"nickName\":\" %s \"}".formatted(name, nick));
    assertThat(shown().getString("username")).isEqualTo(nick);
    mapping.putNull("username");
    firm.patch(directory, new JsonObject().put("attribute_mapping", mapping));
    told("{\"userName\":\"%s\"}".formatted(name));
    assertThat(shown().getString("username")).isEqualTo(nick);
  }

  @Test
  void a_username_that_another_user_has_is_his_and_all_else_is_told() {
    String mine = Firm.name("mine");
    String taken = Firm.name("taken");
    JsonObject other = new JsonObject().put("first_name", "Eve").put("username", taken);
    String eve = id(firm.management.post("/users", other).ok());
    told("{\"userName\":\"%s\"}".formatted(mine));
    MappedAttributes.Outcome outcome =
        told("{\"userName\":\"%s\",\"name\":{\"givenName\":\"Grace\"}}".formatted(taken));
    assertThat(outcome.warnings())
        .extracting(AttributeWarning::code)
        .containsExactly("scim_username_taken");
    assertThat(shown().getString("username")).isEqualTo(mine);
    assertThat(shown().getString("first_name")).isEqualTo("Grace");
    firm.management.delete("/users/" + eve).ok();
    assertThat(told("{\"userName\":\"%s\"}".formatted(taken)).warnings()).isEmpty();
    assertThat(shown().getString("username")).isEqualTo(taken);
  }

  @Test
  void of_two_who_are_told_of_by_one_username_at_once_one_has_it_and_neither_fails() {
    String name = Firm.name("both");
    String other = firm.person(directory, new JsonObject());
    List<String> both = List.of(user, other);
    List<CompletableFuture<MappedAttributes.Outcome>> told =
        both.stream()
            .map(
                one ->
                    CompletableFuture.supplyAsync(
                        () -> told(one, "{\"userName\":\"%s\"}".formatted(name))))
            .toList();
    assertThat(told.stream().mapToInt(each -> each.join().warnings().size()).sum()).isEqualTo(1);
    assertThat(
            firm.postgres.query(
                "SELECT count(*) FROM tollgate.app_user WHERE username = '" + name + "'"))
        .isEqualTo("1");
  }

  @Test
  void a_username_that_is_too_long_or_no_text_stays_as_it_was_with_a_warning() {
    String name = Firm.name("short");
    told("{\"userName\":\"%s\"}".formatted(name));
    assertThat(told("{\"userName\":\"%s\"}".formatted("x".repeat(257))).warnings()).hasSize(1);
    assertThat(told("{\"userName\":7}").warnings()).hasSize(1);
    assertThat(shown().getString("username")).isEqualTo(name);
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
