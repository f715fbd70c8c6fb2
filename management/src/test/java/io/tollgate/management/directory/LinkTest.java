package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.assertRefused;
import static io.tollgate.management.directory.Sync.email;
import static io.tollgate.management.directory.Sync.name;
import static io.tollgate.management.directory.Sync.op;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Locale;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Whom a directory brings who was here before, or whom another one has brought. */
class LinkTest {
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

  private static JsonObject local(String address) {
    return sync.management
        .post("/users", new JsonObject().put("email_address", new JsonArray().add(address)))
        .ok();
  }

  @Test
  void a_user_with_an_address_of_the_connections_domain_becomes_the_directorys() {
    String name = name();
    JsonObject before = local((name + "@" + sync.domain).toUpperCase(Locale.ROOT));
    String secret =
        sync.management.create(before.getString("id"), "from before").getString("secret");
    JsonObject person = sync.created(sync.person(name));
    assertThat(sync.userId(person)).isEqualTo(before.getString("id"));
    assertThat(sync.management.verify(secret).status()).isEqualTo(200);
    assertThat(sync.local(person).getString("first_name")).isEqualTo("Ada");
    assertThat(sync.role(before.getString("id"))).isEqualTo("org:member");
    sync.patch(user(person), op("replace", "active", false)).ok();
    assertThat(sync.management.verify(secret).status()).isEqualTo(404);
  }

  @Test
  void a_user_who_is_brought_as_inactive_loses_the_keys_that_he_had() {
    String name = name();
    JsonObject before = local(name + "@" + sync.domain);
    String secret =
        sync.management.create(before.getString("id"), "from before").getString("secret");
    sync.created(sync.person(name).put("active", false));
    assertThat(sync.management.verify(secret).status()).isEqualTo(404);
    assertThat(stores.other.verify(secret).status()).isEqualTo(404);
  }

  @Test
  void a_user_with_an_address_of_another_domain_stays_what_he_is() {
    String name = name();
    local(name + "@elsewhere.example");
    JsonObject person =
        sync.person(name).put("emails", new JsonArray().add(email(name + "@elsewhere.example")));
    assertRefused(sync.post("/Users", person), 409, "uniqueness");
  }

  @Test
  void a_user_of_another_directory_stays_there() {
    Sync other = stores.sync();
    String name = name();
    JsonObject person = sync.person(name);
    sync.created(person);
    assertRefused(other.post("/Users", person), 409, "uniqueness");
    assertThat(
            stores.postgres.query(
                "SELECT count(*) FROM tollgate.scim_user WHERE directory_id = '"
                    + other.directoryId
                    + "'"))
        .isEqualTo("0");
  }

  @Test
  void whoever_was_deleted_is_nobodys_predecessor() {
    String name = name();
    JsonObject first = sync.created(sync.person(name));
    String firstId = sync.userId(first);
    sync.delete(user(first));
    JsonObject second = sync.created(sync.person(name));
    assertThat(sync.userId(second)).isNotEqualTo(firstId);
    assertThat(second.getString("id")).isNotEqualTo(first.getString("id"));
  }

  @Test
  void a_user_who_is_deleted_by_hand_is_gone_for_his_directory_too() {
    JsonObject person = sync.created();
    sync.management.delete("/users/" + sync.userId(person)).ok();
    assertRefused(sync.get(user(person)), 404, null);
  }
}
