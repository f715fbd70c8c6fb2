package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.ADMIN;
import static io.tollgate.management.connection.Firm.MEMBER;
import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.list;
import static io.tollgate.management.connection.Firm.path;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Stream;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What groups make of roles, whatever becomes of groups, lists, roles and people. */
class GroupRoleTest extends GroupRoleCase {
  private static final JsonObject MAPPED = new JsonObject().put("group_role_mapping_enabled", true);

  private String membership(String user) {
    return "/organizations/" + id(organization) + "/memberships/" + user;
  }

  @Nested
  class Somebody {
    @Test
    void without_a_mapped_group_has_the_default_role() {
      String user = firm.member(directory);
      assertThat(role(user)).isEqualTo(MEMBER);
      assertThat(firm.mappedBy(user)).isEqualTo("default");
      firm.enter(directory, one, user);
      assertThat(role(user)).isEqualTo(MEMBER);
    }

    @Test
    void in_a_mapped_group_has_its_role_and_the_mapping_is_known_that_told_it() {
      JsonObject mapping = firm.map(directory, one, builder);
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      assertThat(role(user)).isEqualTo(id(builder));
      assertThat(firm.mappedBy(user)).isEqualTo(id(mapping));
      assertThat(firm.actions(user)).contains("membership.resolve_role");
    }

    @Test
    void in_several_has_that_of_the_first_in_the_list_not_of_the_newest_or_biggest() {
      put(list(one, reader, two, builder)).ok();
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      firm.enter(directory, two, user);
      assertThat(role(user)).isEqualTo(id(reader));
    }

    @Test
    void who_leaves_the_winning_group_falls_to_the_next_that_holds_him() {
      put(list(one, reader, two, builder)).ok();
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      firm.enter(directory, two, user);
      firm.leave(directory, one, user);
      assertThat(role(user)).isEqualTo(id(builder));
      firm.leave(directory, two, user);
      assertThat(role(user)).isEqualTo(MEMBER);
    }

    @Test
    void who_is_not_active_yet_has_the_role_once_he_is() {
      put(list(one, builder)).ok();
      String user = firm.person(directory, new JsonObject());
      String active = "UPDATE tollgate.app_user SET active = %s WHERE id = '" + user + "'";
      firm.postgres.execute(active.formatted(false));
      firm.enter(directory, one, user);
      String found = "/organizations/" + id(organization) + "/memberships?query=" + user;
      assertThat(firm.management.get(found).ok().getInteger("total_count")).isZero();
      firm.postgres.execute(active.formatted(true));
      firm.join(directory, user);
      assertThat(role(user)).isEqualTo(id(builder));
    }

    @Test
    void who_was_a_member_before_has_his_role_back_when_groups_tell_no_more() {
      put(list(one, reader)).ok();
      String user = id(firm.user());
      JsonObject wanted =
          new JsonObject().put("user_id", user).put("role", builder.getString("key"));
      firm.management.post("/organizations/" + id(organization) + "/memberships", wanted).ok();
      firm.adopt(directory, user, new JsonObject());
      firm.enter(directory, one, user);
      assertThat(role(user)).isEqualTo(id(reader));
      firm.patch(directory, UNMAPPED);
      assertThat(role(user)).isEqualTo(id(builder));
      firm.patch(directory, MAPPED);
      assertThat(role(user)).isEqualTo(id(reader));
    }

    @Test
    void whom_no_directory_manages_keeps_the_role_given_by_hand() {
      put(list(one, reader)).ok();
      String user = id(firm.user());
      JsonObject wanted = new JsonObject().put("user_id", user).put("role", "org:member");
      firm.management.post("/organizations/" + id(organization) + "/memberships", wanted).ok();
      JsonObject change = new JsonObject().put("role", builder.getString("key"));
      firm.management.patch(membership(user), change).ok();
      assertThat(role(user)).isEqualTo(id(builder));
    }
  }

  @Nested
  class By_hand {
    private final JsonObject change = new JsonObject().put("role", "org:admin");

    @Test
    void a_role_is_not_changed_and_a_membership_not_ended_while_groups_tell_it() {
      String user = firm.member(directory);
      firm.management.patch(membership(user), change).assertRefused(409, "user_managed_by_scim");
      firm.management.delete(membership(user)).assertRefused(409, "user_managed_by_scim");
      assertThat(role(user)).isEqualTo(MEMBER);
    }

    @Test
    void a_role_is_changed_while_groups_tell_none_and_overwritten_once_they_do() {
      String user = firm.member(directory);
      firm.patch(directory, UNMAPPED);
      firm.management.patch(membership(user), change).ok();
      assertThat(role(user)).isEqualTo(ADMIN);
      firm.enter(directory, one, user);
      assertThat(role(user)).isEqualTo(ADMIN);
      firm.patch(directory, MAPPED);
      assertThat(role(user)).isEqualTo(MEMBER);
    }

    @Test
    void all_may_be_changed_while_the_directory_is_disabled_which_keeps_roles_as_they_are() {
      put(list(one, builder)).ok();
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      firm.patch(directory, new JsonObject().put("enabled", false));
      assertThat(role(user)).isEqualTo(id(builder));
      firm.management.patch(membership(user), change).ok();
      assertThat(role(user)).isEqualTo(ADMIN);
      put(list()).assertRefused(400, "scim_directory_disabled");
      firm.patch(directory, new JsonObject().put("enabled", true));
      assertThat(role(user)).isEqualTo(id(builder));
    }
  }

  @Nested
  class A_role {
    @Test
    void that_is_lowered_by_groups_cuts_what_the_members_keys_may_at_once() {
      put(list(one, builder)).ok();
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      JsonObject key =
          firm.management.created(
              new JsonObject()
                  .put("subject", user)
                  .put("name", "a key")
                  .put("scopes", new JsonArray().add("org:sys_memberships:read").add("free")));
      String secret = key.getString("secret");
      assertThat(firm.management.verify(secret).ok().getJsonArray("scopes")).hasSize(2);
      put(list(one, reader)).ok();
      assertThat(firm.management.verify(secret).ok().getJsonArray("scopes"))
          .containsExactly("free");
    }

    @Test
    void that_a_group_tells_must_be_in_the_role_set_that_the_organization_is_to_have() {
      firm.map(directory, one, builder);
      JsonObject poor = firm.roleSet("org:member");
      JsonObject change = new JsonObject().put("role_set_key", poor.getString("key"));
      String path = "/organizations/" + id(organization);
      firm.management
          .patch(path, change)
          .assertRefused(422, "organization_role_set_reassignment_mappings_missing");
      put(list()).ok();
      firm.management.patch(path, change).ok();
    }

    @Test
    void of_a_role_set_that_is_replaced_is_told_as_its_members_have_it_then() {
      JsonObject from = firm.roleSet("org:member", builder.getString("key"));
      JsonObject to = firm.roleSet("org:member", reader.getString("key"));
      firm.management
          .patch(
              "/organizations/" + id(organization),
              new JsonObject().put("role_set_key", from.getString("key")))
          .ok();
      firm.map(directory, one, builder);
      String replace = "/role_sets/" + from.getString("key") + "/replace";
      JsonObject wanted = new JsonObject().put("dest_role_set_key", to.getString("key"));
      firm.management
          .post(replace, wanted)
          .assertRefused(422, "organization_role_set_reassignment_mappings_missing");
      JsonObject roles = new JsonObject().put(builder.getString("key"), reader.getString("key"));
      firm.management.post(replace, wanted.put("reassignment_mappings", roles)).ok();
      assertThat(mappings().getJsonObject(0).getJsonObject("role")).isEqualTo(reader);
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      assertThat(role(user)).isEqualTo(id(reader));
    }

    @Test
    void that_a_group_tells_is_not_deleted_and_one_in_its_place_takes_over() {
      JsonObject role = firm.role();
      firm.map(directory, one, role);
      String user = firm.member(directory);
      firm.enter(directory, one, user);
      String path = "/organization_roles/" + id(role);
      firm.management.delete(path).assertRefused(422, "organization_role_assigned_members");
      JsonObject replaced =
          new JsonObject()
              .put("role_key", role.getString("key"))
              .put("to_role_key", reader.getString("key"));
      firm.management.post("/role_sets/role_set:default/roles/replace", replaced).ok();
      assertThat(role(user)).isEqualTo(id(reader));
      assertThat(mappings().getJsonObject(0).getJsonObject("role")).isEqualTo(reader);
      firm.management.delete(path).ok();
    }
  }

  @Test
  void people_of_a_directory_join_the_organization_that_its_connection_becomes_of() {
    JsonObject connection = firm.made(Firm.wanted());
    directory = firm.directory(connection);
    String user = firm.person(directory, new JsonObject());
    JsonObject change = new JsonObject().put("organization_id", id(firm.organization()));
    organization = new JsonObject().put("id", change.getString("organization_id"));
    firm.management.patch(Firm.CONNECTIONS + "/" + id(connection), change).ok();
    assertThat(role(user)).isEqualTo(MEMBER);
  }

  @Test
  void the_last_who_could_run_the_organization_without_the_directory_is_not_taken_over() {
    assertTheLastOwnerIsNotTakenOver();
  }

  @Test
  void a_list_that_changes_while_people_enter_groups_leaves_every_role_as_the_last_list_tells() {
    List<String> users = Stream.generate(() -> firm.member(directory)).limit(12).toList();
    List<Runnable> calls = new ArrayList<>();
    users.forEach(user -> calls.add(() -> firm.enter(directory, one, user)));
    users.forEach(user -> calls.add(() -> firm.enter(directory, two, user)));
    for (int i = 0; i < 4; i++) {
      calls.add(3 * i, () -> put(list(one, reader, two, builder)));
      calls.add(3 * i, () -> put(list(two, builder, one, reader)));
    }
    atOnce(calls);
    List<RoleChange> again = firm.change(change -> firm.roles.apply(change, id(directory), users));
    assertThat(again).isEmpty();
    assertThat(users).allSatisfy(user -> assertThat(role(user)).isNotEqualTo(MEMBER));
  }

  private static void atOnce(List<Runnable> calls) {
    CompletableFuture.allOf(
            calls.stream()
                .map(call -> CompletableFuture.runAsync(call, Thread::startVirtualThread))
                .toArray(CompletableFuture[]::new))
        .join();
  }

  @Test
  void sixteen_who_change_groups_of_one_user_at_once_leave_the_role_of_all_of_them() {
    put(list(one, reader, two, builder)).ok();
    String user = firm.member(directory);
    List<String> groups =
        new ArrayList<>(Stream.generate(() -> firm.group(directory)).limit(14).toList());
    groups.add(two);
    groups.add(one);
    List<Runnable> calls = new ArrayList<>();
    groups.forEach(group -> calls.add(() -> firm.enter(directory, group, user)));
    atOnce(calls);
    assertThat(role(user)).isEqualTo(id(reader));
    assertThat(
            firm.postgres.query(
                "SELECT count(*) FROM tollgate.scim_group_member WHERE scim_user_id = 'p_%s'"
                    .formatted(user)))
        .isEqualTo("16");
  }
}
