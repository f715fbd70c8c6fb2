package io.tollgate.management.directory;

import static io.tollgate.management.directory.Sync.group;
import static io.tollgate.management.directory.Sync.members;
import static io.tollgate.management.directory.Sync.op;
import static io.tollgate.management.directory.Sync.user;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is a member by what his provider tells, where only members of mapped groups are. */
class MembershipTest {
  private static final String SCOPE = "org:grouped:do";

  private static Sync.Stores stores;
  private static Sync sync;
  private static JsonObject role;

  private JsonObject person;
  private JsonObject staff;
  private String secret;

  @BeforeAll
  static void start() {
    stores = new Sync.Stores();
    sync = stores.sync();
    role = sync.role("org:grouped", SCOPE);
    JsonObject required = new JsonObject().put("membership_requires_mapped_group", true);
    sync.management.patch("/scim_directories/" + sync.directoryId, required).ok();
  }

  @AfterAll
  static void stop() {
    stores.close();
  }

  @BeforeEach
  void join() {
    person = sync.created();
    staff = sync.createdGroup("Staff", person.getString("id"));
    sync.map(staff, role);
    JsonObject key =
        new JsonObject()
            .put("subject", sync.userId(person))
            .put("name", "of a member")
            .put("scopes", new JsonArray().add(SCOPE).add("free"));
    secret = sync.management.created(key).getString("secret");
  }

  private JsonArray memberships() {
    String root = "/organizations/" + sync.organizationId + "/memberships?query=";
    return sync.management.get(root + sync.userId(person)).ok().getJsonArray("data");
  }

  private void assertMember() {
    assertThat(memberships().getJsonObject(0).getString("role")).isEqualTo("org:grouped");
    for (var where : List.of(sync.management, stores.other)) {
      assertThat(where.verify(secret).ok().getJsonArray("scopes"))
          .containsExactlyInAnyOrder(SCOPE, "free");
    }
  }

  private void assertNoMember() {
    for (var where : List.of(sync.management, stores.other)) {
      assertThat(where.verify(secret).ok().getJsonArray("scopes")).containsExactly("free");
    }
    assertThat(memberships()).isEmpty();
  }

  @Test
  void is_one_as_long_as_his_group_holds_him_and_everywhere_when_his_provider_is_answered() {
    assertMember();
    JsonArray him = members(person.getString("id"));
    assertThat(sync.patch(group(staff), op("remove", "members", him)).status()).isEqualTo(204);
    assertNoMember();
    assertThat(sync.patch(group(staff), op("add", "members", him)).status()).isEqualTo(204);
    assertMember();
  }

  @Test
  void is_none_when_the_group_is_deleted() {
    assertThat(sync.delete(group(staff)).status()).isEqualTo(204);
    assertNoMember();
    sync.put(user(person), person.copy().put("title", "Dr")).ok();
    assertNoMember();
  }

  @Test
  void is_one_again_by_a_new_group_of_that_name_once_an_admin_says_so() {
    assertThat(sync.delete(group(staff)).status()).isEqualTo(204);
    JsonObject again = sync.createdGroup("staff", person.getString("id"));
    assertNoMember();
    String root = "/scim_directories/" + sync.directoryId + "/group_role_mappings";
    JsonObject orphan = sync.management.get(root).ok().getJsonArray("data").getJsonObject(0);
    JsonObject candidate = orphan.getJsonArray("candidates").getJsonObject(0);
    assertThat(candidate.getString("directory_group_id")).isEqualTo(again.getString("id"));
    JsonObject confirmed = new JsonObject().put("scim_group_id", again.getString("id"));
    sync.management.patch(root + "/" + orphan.getString("id"), confirmed).ok();
    assertMember();
  }
}
