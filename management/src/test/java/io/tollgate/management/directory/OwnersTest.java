package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.op;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What becomes of an organization's owners whom a directory has brought, and of the last one. */
class OwnersTest {
  private static final JsonObject ADMIN =
      new JsonObject().put("id", "role_0000000000000000000000admin");

  private static Sync.Stores stores;

  private Sync sync;
  private JsonObject owner;
  private String userId;

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  @BeforeEach
  void let_a_group_make_an_owner() {
    sync = stores.sync();
    owner = sync.created();
    userId = sync.userId(owner);
    sync.map(sync.createdGroup("Owners", owner.getString("id")), ADMIN);
    assertThat(sync.role(userId)).isEqualTo("org:admin");
  }

  /** The one of the house may be gone by what no rule has foreseen. */
  private void houseHasOwner(boolean active) {
    stores.postgres.execute(
        """
        UPDATE tollgate.app_user SET active = %s WHERE directory_id IS NULL AND id IN (
          SELECT user_id FROM tollgate.membership WHERE organization_id = '%s')
        """
            .formatted(active, sync.organizationId));
  }

  private int unmapped() {
    return sync.management
        .put(
            "/scim_directories/" + sync.directoryId + "/group_role_mappings",
            new JsonObject().put("mappings", new JsonArray()))
        .status();
  }

  @Test
  void the_last_one_leaves_where_his_directory_says_so() {
    houseHasOwner(false);
    String secret = sync.management.create(userId, "of the last owner").getString("secret");
    JsonObject left = sync.patch(user(owner), op("Replace", "active", "False")).ok();
    assertThat(left.getBoolean("active")).isFalse();
    assertThat(sync.management.verify(secret).status()).isEqualTo(404);
    assertThat(stores.other.verify(secret).status()).isEqualTo(404);
  }

  @Test
  void a_list_takes_the_role_of_the_last_one_only_where_the_house_has_one_of_its_own() {
    houseHasOwner(false);
    assertThat(unmapped()).isEqualTo(409);
    assertThat(sync.role(userId)).isEqualTo("org:admin");
    houseHasOwner(true);
    assertThat(unmapped()).isEqualTo(200);
    assertThat(sync.role(userId)).isEqualTo("org:member");
  }
}
