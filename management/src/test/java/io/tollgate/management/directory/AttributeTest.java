package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.ENTERPRISE;
import static io.tollgate.management.directory.Sync.assertRefused;
import static io.tollgate.management.directory.Sync.name;
import static io.tollgate.management.directory.Sync.op;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What a connection maps of its directory's documents. */
class AttributeTest {
  private static final String OWN = "urn:ietf:params:scim:schemas:extension:clerk:2.0:User";

  private static Sync.Stores stores;
  private static Sync sync;

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
    sync = stores.sync();
    JsonArray attributes =
        new JsonArray()
            .add(attribute("cost_center", ENTERPRISE + ":costCenter"))
            .add(attribute("badge", OWN + ".badge"))
            .add(attribute("country", "addresses[type eq \"work\"].country"))
            .add(attribute("shoes", "urn:acme:2.0:User:shoes"));
    sync.management
        .patch(
            "/enterprise_connections/" + sync.connectionId,
            new JsonObject().put("custom_attributes", attributes))
        .ok();
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  private static JsonObject attribute(String key, String path) {
    return new JsonObject().put("name", "of " + key).put("key", key).put("directory_path", path);
  }

  private static JsonObject metadata(JsonObject person) {
    return sync.local(person).getJsonObject("public_metadata");
  }

  @Test
  void mapped_ones_come_to_the_users_public_metadata_and_go_with_their_values() {
    JsonObject person =
        sync.created(
            sync.person(name())
                .put(ENTERPRISE, new JsonObject().put("costCenter", "4711"))
                .put(OWN, new JsonObject().put("badge", "B-7"))
                .put("urn:acme:2.0:User", new JsonObject().put("shoes", "43"))
                .put(
                    "addresses",
                    new JsonArray()
                        .add(new JsonObject().put("type", "work").put("country", "DE"))));
    assertThat(metadata(person))
        .isEqualTo(
            new JsonObject()
                .put("cost_center", "4711")
                .put("badge", "B-7")
                .put("country", "DE")
                .put("shoes", "43"));
    sync.patch(
            user(person),
            op("Replace", ENTERPRISE + ":costCenter", ""),
            op("Replace", "urn:acme:2.0:User:shoes", "44"))
        .ok();
    assertThat(metadata(person).containsKey("cost_center")).isFalse();
    assertThat(metadata(person).getString("shoes")).isEqualTo("44");
    sync.put(user(person), person.copy().put("urn:acme:2.0:User", new JsonObject())).ok();
    assertThat(metadata(person).containsKey("shoes")).isFalse();
    assertThat(metadata(person).getString("cost_center")).isEqualTo("4711");
  }

  @Test
  void a_mapped_one_takes_the_place_of_what_was_set_by_hand_which_the_audit_keeps() {
    String name = name();
    JsonObject before =
        new JsonObject()
            .put("email_address", new JsonArray().add(name + "@" + sync.domain))
            .put("public_metadata", new JsonObject().put("badge", "by hand").put("free", 1));
    sync.management.post("/users", before).ok();
    JsonObject person =
        sync.created(sync.person(name).put(OWN, new JsonObject().put("badge", "B-9")));
    assertThat(metadata(person)).isEqualTo(new JsonObject().put("badge", "B-9").put("free", 1));
    assertThat(
            stores.postgres.query(
                "SELECT before -> 'public_metadata' ->> 'badge' FROM tollgate.audit"
                    + " WHERE action = 'user.link' AND object = '"
                    + sync.userId(person)
                    + "'"))
        .isEqualTo("by hand");
  }

  @Test
  void mapped_ones_can_be_discovered_and_searched_for() {
    JsonObject person =
        sync.created(
            sync.person(name()).put("urn:acme:2.0:User", new JsonObject().put("shoes", "99")));
    assertThat(sync.get("/Schemas").body()).contains("urn:acme:2.0:User", "shoes", "badge");
    JsonObject wanted = new JsonObject().put("filter", "urn:acme:2.0:User:shoes eq \"99\"");
    assertThat(Sync.ids(sync.post("/Users/.search", wanted)))
        .containsExactly(person.getString("id"));
  }

  @Test
  void unknown_ones_are_dropped() {
    JsonObject person =
        sync.created(
            sync.person(name())
                .put("urn:unknown:2.0:User", new JsonObject().put("x", 1))
                .put("favouriteColour", "red"));
    JsonObject read = sync.get(user(person)).ok();
    assertThat(read.fieldNames()).doesNotContain("urn:unknown:2.0:User", "favouriteColour");
  }

  @Test
  void more_than_metadata_can_hold_is_refused_and_changes_nothing() {
    JsonObject person = sync.created();
    assertRefused(
        sync.patch(user(person), op("Replace", OWN + ":badge", "x".repeat(9_000))),
        400,
        "invalidValue");
    assertThat(metadata(person).containsKey("badge")).isFalse();
    assertThat(sync.get(user(person)).ok().containsKey(OWN)).isFalse();
  }
}
