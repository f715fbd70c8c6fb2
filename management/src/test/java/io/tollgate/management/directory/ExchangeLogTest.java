package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.name;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.store.Awaiting;
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
    var found = new AtomicReference<>(new JsonObject());
    Awaiting.until(
        "it is logged",
        () -> {
          JsonObject page =
              sync.management
                  .get("/enterprise_connections/" + sync.connectionId + "/logs?code=" + code)
                  .ok();
          if (page.getJsonArray("data").isEmpty()) {
            return false;
          }
          found.set(page.getJsonArray("data").getJsonObject(0));
          return true;
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
    JsonObject line = logged("scim_users_create");
    assertThat(line.encode())
        .contains(name, "okta", "201", sync.token.substring(0, 10))
        .doesNotContain("hush-hush")
        .doesNotContain(sync.token);
    assertThat(line.getString("outcome")).isEqualTo("success");
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
  }

  @Test
  void a_warning_of_what_was_dropped() {
    JsonObject person = sync.created();
    sync.put(user(person), person.copy().put("favouriteColour", "red")).ok();
    JsonObject line = logged("scim_users_replace");
    assertThat(line.getString("outcome")).isEqualTo("warning");
    assertThat(line.encode()).contains("favouriteColour");
  }
}
