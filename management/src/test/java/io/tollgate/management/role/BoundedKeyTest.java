package io.tollgate.management.role;

import static io.tollgate.management.role.Directory.ROLES;
import static io.tollgate.management.role.Directory.id;
import static io.tollgate.management.role.Directory.key;
import static io.tollgate.management.role.Directory.membership;
import static io.tollgate.management.role.Directory.ok;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/**
 * A key of a member never does more than the member: whatever bounds him bounds it, in every
 * process, when the call that changed it has returned.
 */
class BoundedKeyTest {
  private static Directory directory;

  private JsonObject permission = new JsonObject();
  private JsonObject role = new JsonObject();
  private JsonObject poor = new JsonObject();
  private JsonObject organization = new JsonObject();
  private JsonObject user = new JsonObject();
  private String scope = "";
  private String own = "";
  private String organizations = "";

  @BeforeAll
  static void start() {
    directory = new Directory();
  }

  @AfterAll
  static void stop() {
    directory.close();
  }

  @BeforeEach
  void let_a_member_hold_what_his_keys_ask_for() {
    scope = key("org:bills:read_");
    permission = directory.permission(scope);
    role = directory.givenRole(permission);
    poor = directory.givenRole();
    organization = directory.organization();
    user = directory.user();
    ok(directory.join(organization, user, role));
    JsonArray scopes = new JsonArray().add(scope).add("free");
    own = directory.secret(new JsonObject().put("subject", id(user)).put("scopes", scopes));
    organizations =
        directory.secret(
            new JsonObject()
                .put("subject", id(organization))
                .put("created_by", id(user))
                .put("scopes", scopes));
    assertFull();
  }

  @AfterEach
  void make_place() {
    directory.management.delete("/users/" + id(user));
    directory.management.delete("/organizations/" + id(organization));
    directory.drop(role);
    directory.drop(poor);
  }

  private void assertFull() {
    for (String secret : List.of(own, organizations)) {
      assertThat(directory.scopes(secret)).containsExactlyInAnyOrder(scope, "free");
    }
  }

  private void assertNarrowed() {
    for (String secret : List.of(own, organizations)) {
      assertThat(directory.scopes(secret)).containsExactly("free");
    }
  }

  private String held() {
    return ROLES + "/" + id(role) + "/permissions/" + id(permission);
  }

  @Nested
  class Follows {
    @Test
    void what_is_removed_from_a_role_and_assigned_again() {
      ok(directory.management.delete(held()));
      assertNarrowed();
      ok(directory.management.post(held(), ""));
      assertFull();
    }

    @Test
    void what_takes_the_place_of_all_that_a_role_held() {
      String path = ROLES + "/" + id(role);
      ok(directory.management.patch(path, new JsonObject().put("permissions", new JsonArray())));
      assertNarrowed();
      JsonArray again = new JsonArray().add(id(permission));
      ok(directory.management.patch(path, new JsonObject().put("permissions", again)));
      assertFull();
      ok(directory.management.patch(path, new JsonObject().put("name", "only a name")));
      assertFull();
    }

    @Test
    void the_members_role() {
      String path = membership(organization, user);
      ok(directory.management.patch(path, new JsonObject().put("role", poor.getString("key"))));
      assertNarrowed();
      ok(directory.management.patch(path, new JsonObject().put("role", role.getString("key"))));
      assertFull();
    }

    @Test
    void what_takes_the_place_of_the_members_role_in_its_role_set() {
      JsonObject replaced =
          new JsonObject()
              .put("role_key", role.getString("key"))
              .put("to_role_key", poor.getString("key"));
      ok(directory.management.post(Directory.INITIAL_SET + "/roles/replace", replaced));
      assertNarrowed();
    }

    @Test
    void what_takes_the_place_of_the_organizations_role_set() {
      JsonObject old = directory.roleSet(role.getString("key"));
      JsonObject wanted = new JsonObject().put("role_set_key", old.getString("key"));
      ok(directory.management.patch("/organizations/" + id(organization), wanted));
      assertFull();
      JsonObject replaced =
          new JsonObject()
              .put("dest_role_set_key", "role_set:default")
              .put(
                  "reassignment_mappings",
                  new JsonObject().put(role.getString("key"), poor.getString("key")));
      ok(directory.management.post(Directory.ROLE_SETS + "/" + id(old) + "/replace", replaced));
      assertNarrowed();
    }

    @Test
    void the_end_of_the_membership_and_a_new_one() {
      ok(directory.management.delete(membership(organization, user)));
      assertNarrowed();
      ok(directory.join(organization, user, role));
      assertFull();
    }

    @Test
    void the_end_of_the_permission() {
      ok(directory.management.delete(Directory.PERMISSIONS + "/" + id(permission)));
      assertNarrowed();
    }

    @Test
    void another_key_of_the_permission() {
      String path = Directory.PERMISSIONS + "/" + id(permission);
      ok(directory.management.patch(path, new JsonObject().put("key", key("org:bills:other_"))));
      assertNarrowed();
      ok(directory.management.patch(path, new JsonObject().put("key", scope)));
      assertFull();
    }
  }

  @Nested
  class Ends {
    @Test
    void with_its_user_but_what_he_made_for_the_organization_stays_as_he_left_it() {
      ok(directory.management.delete("/users/" + id(user)));
      assertThat(directory.management.verify(own).status()).isEqualTo(404);
      assertThat(directory.other.verify(own).status()).isEqualTo(404);
      assertThat(directory.scopes(organizations)).containsExactlyInAnyOrder(scope, "free");
      ok(directory.management.delete(held()));
      assertThat(directory.scopes(organizations)).containsExactly("free");
    }

    @Test
    void with_its_organization_and_the_users_own_holds_nothing_of_it_any_more() {
      ok(directory.management.delete("/organizations/" + id(organization)));
      assertThat(directory.management.verify(organizations).status()).isEqualTo(404);
      assertThat(directory.other.verify(organizations).status()).isEqualTo(404);
      assertThat(directory.scopes(own)).containsExactly("free");
    }
  }

  @Test
  void a_users_own_key_holds_what_any_of_his_roles_does() {
    JsonObject another = directory.organization();
    ok(directory.join(another, user, role));
    ok(directory.management.delete(membership(organization, user)));
    assertThat(directory.scopes(own)).contains(scope);
    assertThat(directory.scopes(organizations)).containsExactly("free");
    ok(directory.management.delete(membership(another, user)));
    assertNarrowed();
  }

  @Test
  void other_things_that_his_record_says_stay_when_his_roles_change() {
    ok(
        directory.management.post(
            "/api_keys/revoke_subject", new JsonObject().put("subject", id(user))));
    assertThat(directory.management.verify(own).status()).isEqualTo(404);
    String path = membership(organization, user);
    ok(directory.management.patch(path, new JsonObject().put("role", poor.getString("key"))));
    assertThat(directory.management.verify(own).status()).isEqualTo(404);
  }
}
