package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.group;
import static io.tollgate.management.directory.Sync.name;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.store.Awaiting;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.http.HttpRequest.BodyPublishers;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What the log of a connection tells of the requests of its identity provider. */
class ExchangeLogTest {
  private static Sync.Stores stores;
  private static Sync sync;

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
    sync = stores.sync();
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  private static JsonObject logged(String code) {
    return logged(sync, code);
  }

  /** Returns the newest line of this code. */
  static JsonObject logged(Sync of, String code) {
    return logged(of, code, "");
  }

  private static JsonObject logged(String code, String text) {
    return logged(sync, code, text);
  }

  /** Returns the newest line of a code that has a text somewhere. */
  private static JsonObject logged(Sync of, String code, String text) {
    var found = new AtomicReference<>(new JsonObject());
    Awaiting.until(
        "it is logged",
        () -> {
          JsonObject page =
              of.management
                  .get("/enterprise_connections/" + of.connectionId + "/logs?code=" + code)
                  .ok();
          return page.getJsonArray("data").stream()
              .map(JsonObject.class::cast)
              .filter(line -> line.encode().contains(text))
              .peek(found::set)
              .findFirst()
              .isPresent();
        });
    return found.get();
  }

  @Test
  void a_success_with_its_body_but_for_what_is_secret() {
    String name = name();
    sync.management.send(
        sync.request("/Users")
            .setHeader("User-Agent", "Okta SCIM Client 1.0.0")
            .POST(
                BodyPublishers.ofString(sync.person(name).put("password", "hush-hush").encode())));
    JsonObject line = logged("scim_users_create", name);
    assertThat(line.encode())
        .contains("ext-" + name, "okta", "201", sync.token.substring(0, 10))
        .doesNotContain("hush-hush")
        .doesNotContain(sync.token);
    assertThat(line.getString("outcome")).isEqualTo("success");
    JsonObject found = found(name);
    assertThat(line.getString("user_id")).isEqualTo(sync.userId(found));
    assertThat(line.getJsonObject("detail").getString("resource_id"))
        .isEqualTo(found.getString("id"));
  }

  @Test
  void whom_it_is_about_as_he_is_known_here_and_there() {
    JsonObject person = sync.created();
    String userId = sync.userId(person);
    assertThat(sync.delete(user(person)).status()).isEqualTo(204);
    JsonObject line = logged("scim_users_delete");
    assertThat(line.getString("user_id")).isEqualTo(userId);
    assertThat(line.getJsonObject("detail").getString("resource_id"))
        .isEqualTo(person.getString("id"));
  }

  @Test
  void a_failure_with_what_to_do_next() {
    JsonObject person = sync.created();
    sync.post("/Users", person.copy().put("id", "other"));
    JsonObject line = logged("scim_user_conflict");
    assertThat(line.getString("outcome")).isEqualTo("failure");
    assertThat(line.encode()).contains("Look for who has the value already", "uniqueness");
    // The message and the body name him, by an address.
    String userName = person.getString("userName");
    assertThat(line.encode())
        .doesNotContain(userName)
        .contains("p***@" + sync.domain)
        .contains(person.getString("externalId"));
  }

  @Test
  void a_warning_of_what_was_dropped() {
    JsonObject person = sync.created();
    sync.put(user(person), person.copy().put("favouriteColour", "red")).ok();
    JsonObject line = logged("scim_users_replace");
    assertThat(line.getString("outcome")).isEqualTo("warning");
    assertThat(line.encode()).contains("favouriteColour");
  }

  @Test
  void of_many_warnings_the_first_and_how_many_there_were() {
    JsonObject person = sync.created();
    var operations = new JsonObject[Noted.WARNINGS_MAX + 30];
    for (int i = 0; i < operations.length; i++) {
      operations[i] = Sync.op("replace", "unknown" + i, "x");
    }
    sync.patch(user(person), operations).ok();
    JsonObject detail = logged("scim_users_patch").getJsonObject("detail");
    assertThat(detail.getJsonArray("warnings")).hasSize(Noted.WARNINGS_MAX);
    assertThat(detail.getInteger("warnings_count")).isGreaterThanOrEqualTo(Noted.WARNINGS_MAX);
  }

  @Test
  void an_attribute_of_the_wrong_type_by_a_code_of_its_own() {
    String urn = "urn:acme:2.0:User";
    JsonObject attribute =
        new JsonObject()
            .put("name", "Shoes")
            .put("key", "shoes")
            .put("directory_path", urn + ":shoes");
    sync.management
        .patch(
            "/enterprise_connections/" + sync.connectionId,
            new JsonObject().put("custom_attributes", new JsonArray().add(attribute)))
        .ok();
    JsonObject told = sync.person(name());
    JsonObject person = sync.created(told.put(urn, new JsonObject().put("shoes", "43")));
    JsonObject wrong = new JsonObject().put("shoes", new JsonObject().put("size", 44));
    sync.put(user(person), told.put(urn, wrong)).ok();
    JsonObject line = logged("scim_attribute_type_mismatch");
    assertThat(line.getString("outcome")).isEqualTo("warning");
    assertThat(line.getString("user_id")).isEqualTo(sync.userId(person));
    assertThat(line.encode()).contains("shoes stays as it was");
    assertThat(sync.local(person).getJsonObject("public_metadata").getString("shoes"))
        .isEqualTo("43");
  }

  @Test
  void a_group_by_the_name_of_another_one_by_a_code_of_its_own() {
    sync.createdGroup("Twin");
    JsonObject second = sync.createdGroup("TWIN");
    JsonObject line = logged("scim_group_name_duplicate");
    assertThat(line.getString("outcome")).isEqualTo("warning");
    assertThat(line.getJsonObject("detail").getString("resource_id"))
        .isEqualTo(second.getString("id"));
    JsonObject third = sync.createdGroup("Another");
    sync.patch(group(third), Sync.op("replace", "displayName", "twin"));
    assertThat(logged("scim_group_name_duplicate", third.getString("id"))).isNotNull();
  }

  private static JsonObject found(String name) {
    String filter = "?filter=externalId+eq+%22ext-" + name + "%22";
    return Sync.listed(sync.get("/Users" + filter)).getFirst();
  }
}
