package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.name;
import static io.tollgate.management.directory.Sync.op;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.Awaiting;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of those who have left: a way back where the directory is gone, else an end. */
class UserActivationTest {
  private static Sync.Stores stores;

  private Sync sync;

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  @BeforeEach
  void found() {
    sync = stores.sync();
  }

  private Answer activated(String userId) {
    return sync.management.post("/users/" + userId + "/activate", "");
  }

  private String leaver() {
    JsonObject person = sync.created();
    sync.patch(user(person), op("Replace", "active", "False")).ok();
    return sync.userId(person);
  }

  @Test
  void he_can_have_keys_again_and_those_that_he_had_stay_dead() {
    JsonObject person = sync.created();
    String userId = sync.userId(person);
    String old = sync.management.create(userId, "a key").getString("secret");
    sync.patch(user(person), op("Replace", "active", "False")).ok();
    sync.management.delete("/enterprise_connections/" + sync.connectionId).ok();
    assertThat(activated(userId).ok().getBoolean("deprovisioned")).isFalse();
    assertThat(sync.management.verify(old).status()).isEqualTo(404);
    String fresh = sync.management.create(userId, "a key").getString("secret");
    assertThat(sync.management.verify(fresh).status()).isEqualTo(200);
    assertThat(stores.other.verify(fresh).status()).isEqualTo(200);
    assertThat(sync.role(userId)).isEqualTo("org:member");
    assertThat(activated(userId).ok().getBoolean("deprovisioned")).as("once more").isFalse();
    assertThat(sync.management.verify(fresh).status()).isEqualTo(200);
    assertThat(
            stores.postgres.query(
                "SELECT count(*) FROM tollgate.audit WHERE action = 'user.activate'"
                    + " AND object = '%s'".formatted(userId)))
        .isEqualTo("1");
  }

  /** Returns one who was away when his strong role was taken from all whom a group gave it. */
  private JsonObject strongOnce(JsonObject wanted) {
    JsonObject person = sync.created(wanted);
    JsonObject group = sync.createdGroup("Strong", person.getString("id"));
    sync.map(group, sync.role("org:strong_" + name(), "org:strong:do_" + name()));
    assertThat(sync.role(sync.userId(person))).startsWith("org:strong");
    sync.patch(user(person), op("Replace", "active", "False")).ok();
    sync.map();
    return person;
  }

  private String mirrored(String userId) {
    return stores.postgres.query(
        "SELECT r.key FROM tollgate.role r JOIN tollgate.record s"
            + " ON r.id = s.body::json -> 'roles' ->> '%s' WHERE s.name = 'subject:%s'"
                .formatted(sync.organizationId, userId));
  }

  @Test
  void a_role_that_no_group_gives_any_more_does_not_come_back_with_him() {
    String userId = sync.userId(strongOnce(sync.person(name())));
    sync.management.delete("/scim_directories/" + sync.directoryId).ok();
    assertThat(sync.role(userId)).as("what he made lives on").startsWith("org:strong");
    activated(userId).ok();
    assertThat(sync.role(userId)).isEqualTo("org:member");
    assertThat(mirrored(userId)).isEqualTo("org:member");
    assertThat(
            stores.postgres.query(
                "SELECT string_agg(action, ' ' ORDER BY number) FROM ("
                    + "SELECT action, number FROM tollgate.audit WHERE object = '%s'"
                        .formatted(userId)
                    + " ORDER BY number DESC LIMIT 2) a"))
        .isEqualTo("user.activate membership.resolve_role");
  }

  @Test
  void nor_where_another_directory_takes_him_over() {
    JsonObject wanted = sync.person(name());
    String userId = sync.userId(strongOnce(wanted));
    sync.management.delete("/scim_directories/" + sync.directoryId).ok();
    JsonObject next =
        sync.management
            .post(
                "/scim_directories",
                new JsonObject()
                    .put("enterprise_connection_id", sync.connectionId)
                    .put("provider", "okta"))
            .ok();
    sync.token = next.getString("api_key");
    Answer answer =
        sync.management.send(
            sync.request("/Users")
                .uri(
                    URI.create(
                        sync.request("/Users")
                            .build()
                            .uri()
                            .toString()
                            .replace(sync.directoryId, next.getString("id"))))
                .POST(BodyPublishers.ofString(wanted.encode())));
    assertThat(answer.status()).as(answer.body()).isEqualTo(201);
    assertThat(sync.userId(answer.json())).isEqualTo(userId);
    assertThat(sync.role(userId)).isEqualTo("org:member");
    assertThat(mirrored(userId)).isEqualTo("org:member");
  }

  @Test
  void whom_a_directory_manages_it_alone_makes_active_whether_it_is_enabled_or_not() {
    String leaver = leaver();
    activated(leaver).assertRefused(409, "user_managed_by_scim");
    sync.management
        .patch("/scim_directories/" + sync.directoryId, new JsonObject().put("enabled", false))
        .ok();
    activated(leaver).assertRefused(409, "user_managed_by_scim");
    assertThat(sync.management.get("/users/" + leaver).ok().getBoolean("deprovisioned")).isTrue();
  }

  @Test
  void whom_his_directory_has_deleted_nobody_makes_active() {
    JsonObject person = sync.created();
    String userId = sync.userId(person);
    assertThat(sync.delete(user(person)).status()).isEqualTo(204);
    activated(userId).assertRefused(409, "user_departed");
    sync.management.delete("/scim_directories/" + sync.directoryId).ok();
    activated(userId).assertRefused(409, "user_departed");
  }

  @Test
  void nobody_is_404_and_a_body_with_anything_in_it_422() {
    activated("user_" + "0".repeat(27)).assertRefused(404, "resource_not_found");
    activated("user_1").assertRefused(404, "resource_not_found");
    sync.management
        .post("/users/" + leaver() + "/activate", new JsonObject().put("force", true))
        .assertRefused(422, "form_param_unknown");
    assertThat(
            stores.postgres.query(
                "SELECT count(*) FROM tollgate.record WHERE name LIKE 'subject:user\\_00000%'"))
        .isEqualTo("0");
  }

  @Test
  void a_running_service_forgets_who_he_was_when_it_is_time() {
    JsonObject person = sync.created();
    String userId = sync.userId(person);
    assertThat(sync.delete(user(person)).status()).isEqualTo(204);
    assertThat(sync.management.get("/users/" + userId).ok().getString("first_name"))
        .isEqualTo("Ada");
    stores.postgres.execute(
        "UPDATE tollgate.app_user SET departed_at = now() - interval '31 days' WHERE id = '"
            + userId
            + "'");
    Awaiting.until(
        "he is forgotten",
        () -> sync.management.get("/users/" + userId).ok().getValue("first_name") == null);
    assertThat(sync.management.get("/users/" + userId).ok().getJsonArray("email_addresses"))
        .isEmpty();
  }
}
