package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.email;
import static io.tollgate.management.directory.Sync.name;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a directory's word on addresses is worth, and on usernames. */
class ToldAddressTest {
  private static final JsonObject VERIFIED =
      new JsonObject()
          .put("object", "verification_scim")
          .put("status", "verified")
          .put("strategy", "scim")
          .putNull("attempts")
          .putNull("expire_at");

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

  private static List<@Nullable JsonObject> verifications(JsonObject user) {
    List<@Nullable JsonObject> verifications = new ArrayList<>();
    for (Object each : user.getJsonArray("email_addresses")) {
      verifications.add(((JsonObject) each).getJsonObject("verification"));
    }
    return verifications;
  }

  @Test
  void an_address_of_the_connections_domain_is_verified_by_the_directory() {
    String name = name();
    JsonArray emails =
        new JsonArray().add(email(name + "@" + sync.domain.toUpperCase(Locale.ROOT)));
    JsonObject person = sync.created(sync.person(name).put("emails", emails));
    assertThat(verifications(sync.local(person))).containsExactly(VERIFIED);
  }

  @Test
  void an_address_of_another_domain_is_not_nor_is_one_of_a_user_whom_no_directory_tells_of() {
    String name = name();
    JsonArray emails =
        new JsonArray()
            .add(email(name + "@" + sync.domain))
            .add(email(name + "@elsewhere.example").put("primary", false).put("type", "home"))
            .add(email(name + "@sub." + sync.domain).put("primary", false).put("type", "other"));
    JsonObject person = sync.created(sync.person(name).put("emails", emails));
    assertThat(verifications(sync.local(person))).containsExactly(VERIFIED, null, null);
    JsonObject local =
        new JsonObject().put("email_address", new JsonArray().add(name() + "@" + sync.domain));
    assertThat(verifications(sync.management.post("/users", local).ok()))
        .containsExactly((JsonObject) null);
  }

  @Test
  void an_address_stays_verified_when_its_user_leaves_and_is_not_when_the_directory_is_gone() {
    Sync brief = stores.sync();
    JsonObject person = brief.created();
    String path = "/users/" + brief.userId(person);
    assertThat(brief.delete(user(person)).status()).isEqualTo(204);
    assertThat(verifications(sync.management.get(path).ok())).containsExactly(VERIFIED);
    sync.management.delete("/scim_directories/" + brief.directoryId).ok();
    assertThat(verifications(sync.management.get(path).ok())).containsExactly((JsonObject) null);
  }

  @Test
  void a_user_is_known_by_the_name_that_his_provider_knows_him_by_and_no_sync_fails_by_it() {
    String name = name();
    JsonObject person = sync.created(sync.person(name));
    assertThat(sync.local(person).getString("username")).isEqualTo(name + "@" + sync.domain);
    Sync other = stores.sync();
    String its = name();
    JsonObject namesake =
        other.created(other.person(its).put("userName", name + "@" + sync.domain));
    assertThat(other.local(namesake).getString("username")).isNull();
    JsonObject line = ExchangeLogTest.logged(other, "scim_username_taken");
    assertThat(line.getString("outcome")).isEqualTo("warning");
    assertThat(sync.delete(user(person)).status()).isEqualTo(204);
    other.put(user(namesake), namesake).ok();
    assertThat(other.local(namesake).getString("username")).isEqualTo(name + "@" + sync.domain);
  }
}
