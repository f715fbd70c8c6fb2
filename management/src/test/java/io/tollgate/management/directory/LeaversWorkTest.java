package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.group;
import static io.tollgate.management.directory.Sync.members;
import static io.tollgate.management.directory.Sync.name;
import static io.tollgate.management.directory.Sync.op;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** What somebody made for his organization, when he has left. */
class LeaversWorkTest {
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

  private static void assertScopes(String secret, String... scopes) {
    for (var where : List.of(sync.management, stores.other)) {
      assertThat(where.verify(secret).ok().getJsonArray("scopes"))
          .containsExactly((Object[]) scopes);
    }
  }

  private static String madeFor(JsonObject person, String scope) {
    return sync.management
        .created(
            new JsonObject()
                .put("subject", sync.organizationId)
                .put("created_by", sync.userId(person))
                .put("name", "of the house " + name())
                .put("scopes", new JsonArray().add(scope)))
        .getString("secret");
  }

  private static void replace(JsonObject role) {
    sync.management
        .post(
            "/role_sets/role_set:default/roles/replace",
            new JsonObject()
                .put("role_key", role.getString("key"))
                .put("to_role_key", "org:member"))
        .ok();
  }

  @Test
  void a_key_keeps_what_his_last_role_holds_and_loses_it_with_that_role() {
    String scope = "org:work:do_" + name();
    JsonObject role = sync.role("org:worker_" + name(), scope);
    JsonObject person = sync.created();
    JsonObject workers = sync.createdGroup("Workers", person.getString("id"));
    sync.map(workers, role);
    String secret = madeFor(person, scope);
    assertScopes(secret, scope);
    sync.patch(user(person), op("Replace", "active", "False")).ok();
    assertScopes(secret, scope);
    // Providers take leavers out of their groups: that is a part of the leaving.
    JsonArray leaver = members(person.getString("id"));
    assertThat(sync.patch(group(workers), op("remove", "members", leaver)).status()).isEqualTo(204);
    assertScopes(secret, scope);
    assertThat(sync.delete(user(person)).status()).isEqualTo(204);
    assertScopes(secret, scope);
    sync.map();
    replace(role);
    assertScopes(secret);
  }

  @Test
  void an_admin_who_deletes_him_leaves_it_as_it_is_and_the_audit_tells_of_it() {
    String scope = "org:work:do_" + name();
    JsonObject role = sync.role("org:worker_" + name(), scope);
    JsonObject person = sync.created();
    String userId = sync.userId(person);
    sync.map(sync.createdGroup("Workers", person.getString("id")), role);
    String secret = madeFor(person, scope);
    String own = sync.management.create(userId, "his own").getString("secret");
    assertScopes(secret, scope);
    long shown = shown();
    sync.management.delete("/users/" + userId).ok();
    assertScopes(secret, scope);
    assertThat(sync.management.verify(own).status()).isEqualTo(404);
    assertThat(shown()).as("nobody is shown who is gone").isEqualTo(shown - 1);
    sync.management
        .delete("/organizations/" + sync.organizationId + "/memberships/" + userId)
        .assertRefused(404, "resource_not_found");
    assertThat(
            stores.postgres.query(
                "SELECT string_agg(action, ' ' ORDER BY number) FROM tollgate.audit"
                    + " WHERE action IN ('user.made_keys', 'user.delete') AND object = '"
                    + userId
                    + "'"))
        .isEqualTo("user.made_keys user.delete");
    sync.map();
    replace(role);
    assertScopes(secret);
  }

  private static long shown() {
    String organization = "/organizations/" + sync.organizationId;
    long listed = sync.management.get(organization + "/memberships").ok().getLong("total_count");
    assertThat(sync.management.get(organization).ok().getLong("members_count")).isEqualTo(listed);
    return listed;
  }

  @Test
  void a_role_that_was_lowered_before_an_admin_deletes_him_counts() {
    String scope = "org:work:do_" + name();
    JsonObject role = sync.role("org:worker_" + name(), scope);
    JsonObject person = sync.created();
    JsonObject workers = sync.createdGroup("Workers", person.getString("id"));
    sync.map(workers, role);
    String secret = madeFor(person, scope);
    JsonArray demoted = members(person.getString("id"));
    sync.patch(group(workers), op("remove", "members", demoted));
    assertScopes(secret);
    sync.management.delete("/users/" + sync.userId(person)).ok();
    assertScopes(secret);
  }

  @Test
  void nothing_stays_of_who_made_nothing() {
    JsonObject person = sync.created();
    String userId = sync.userId(person);
    sync.management.delete("/users/" + userId).ok();
    assertThat(
            stores.postgres.query(
                "SELECT count(*) FROM tollgate.membership WHERE user_id = '" + userId + "'"))
        .isEqualTo("0");
  }
}
