package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.op;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.TestManagement.Answer;
import io.tollgate.store.Awaiting;
import io.vertx.core.json.JsonObject;
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
