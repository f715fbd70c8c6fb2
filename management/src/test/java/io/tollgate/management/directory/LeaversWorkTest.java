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

  @Test
  void a_key_keeps_what_his_last_role_holds_and_loses_it_with_that_role() {
    String scope = "org:work:do_" + name();
    JsonObject role = sync.role("org:worker_" + name(), scope);
    JsonObject person = sync.created();
    JsonObject workers = sync.createdGroup("Workers", person.getString("id"));
    sync.map(workers, role);
    String secret =
        sync.management
            .created(
                new JsonObject()
                    .put("subject", sync.organizationId)
                    .put("created_by", sync.userId(person))
                    .put("name", "of the house")
                    .put("scopes", new JsonArray().add(scope)))
            .getString("secret");
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
    sync.management
        .post(
            "/role_sets/role_set:default/roles/replace",
            new JsonObject()
                .put("role_key", role.getString("key"))
                .put("to_role_key", "org:member"))
        .ok();
    assertScopes(secret);
  }
}
