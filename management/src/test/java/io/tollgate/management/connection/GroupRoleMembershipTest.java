package io.tollgate.management.connection;

import static io.tollgate.management.connection.Firm.MEMBER;
import static io.tollgate.management.connection.Firm.id;
import static io.tollgate.management.connection.Firm.list;
import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Who is a member where a directory says that only members of mapped groups are. */
class GroupRoleMembershipTest extends GroupRoleCase {
  private static final JsonObject REQUIRED =
      new JsonObject().put("membership_requires_mapped_group", true);
  private static final JsonObject DEFAULT =
      new JsonObject().put("membership_requires_mapped_group", false);

  @BeforeEach
  void map() {
    assertThat(directory.getBoolean("membership_requires_mapped_group")).isFalse();
    put(list(one, reader, two, builder)).ok();
  }

  /** Neither here nor in the record that bounds his keys. */
  private void assertNoMember(String user) {
    assertThat(
            firm.postgres.query(
                "SELECT count(*) FROM tollgate.membership WHERE user_id = '" + user + "'"))
        .isEqualTo("0");
    assertThat(
            firm.postgres.query(
                "SELECT count(*) FROM tollgate.record"
                    + " WHERE name = 'subject:%s' AND body LIKE '%%%s%%'"
                        .formatted(user, id(organization))))
        .isEqualTo("0");
  }

  @Test
  void who_is_in_no_mapped_group_is_no_member_and_is_one_with_the_first() {
    assertThat(firm.patch(directory, REQUIRED).getBoolean("membership_requires_mapped_group"))
        .isTrue();
    String user = firm.member(directory);
    assertNoMember(user);
    firm.enter(directory, firm.group(directory), user);
    assertNoMember(user);
    firm.enter(directory, two, user);
    assertThat(role(user)).isEqualTo(id(builder));
    firm.enter(directory, one, user);
    assertThat(role(user)).isEqualTo(id(reader));
    firm.leave(directory, one, user);
    assertThat(role(user)).isEqualTo(id(builder));
    firm.leave(directory, two, user);
    assertNoMember(user);
    assertThat(firm.actions(user)).contains("membership.resolve_role");
  }

  @Test
  void who_loses_his_membership_loses_at_once_what_it_let_his_keys_do() {
    firm.patch(directory, REQUIRED);
    String user = firm.member(directory);
    firm.enter(directory, one, user);
    String secret =
        firm.management
            .created(
                new JsonObject()
                    .put("subject", user)
                    .put("name", "a key")
                    .put("scopes", new JsonArray().add("org:sys_billing:read").add("free")))
            .getString("secret");
    assertThat(firm.management.verify(secret).ok().getJsonArray("scopes")).hasSize(2);
    put(list(two, builder)).ok();
    assertThat(firm.management.verify(secret).ok().getJsonArray("scopes")).containsExactly("free");
    assertNoMember(user);
    put(list(one, reader)).ok();
    assertThat(firm.management.verify(secret).ok().getJsonArray("scopes")).hasSize(2);
    assertThat(role(user)).isEqualTo(id(reader));
  }

  @Test
  void it_takes_the_memberships_of_the_default_role_when_it_is_said_and_gives_them_back_when_not() {
    String user = firm.member(directory);
    String grouped = firm.member(directory);
    firm.enter(directory, one, grouped);
    assertThat(role(user)).isEqualTo(MEMBER);
    firm.patch(directory, REQUIRED);
    assertNoMember(user);
    assertThat(role(grouped)).isEqualTo(id(reader));
    firm.patch(directory, DEFAULT);
    assertThat(role(user)).isEqualTo(MEMBER);
    assertThat(firm.mappedBy(user)).isEqualTo("default");
  }

  @Test
  void it_counts_for_nobody_while_groups_tell_no_roles_or_the_directory_is_off() {
    String user = firm.member(directory);
    firm.patch(directory, UNMAPPED);
    firm.patch(directory, REQUIRED);
    assertThat(role(user)).isEqualTo(MEMBER);
    String joining = firm.member(directory);
    assertThat(role(joining)).isEqualTo(MEMBER);
    firm.patch(directory, new JsonObject().put("enabled", false));
    assertThat(role(user)).isEqualTo(MEMBER);
    firm.patch(
        directory, new JsonObject().put("enabled", true).put("group_role_mapping_enabled", true));
    assertNoMember(user);
    assertNoMember(joining);
  }

  @Test
  void whom_no_directory_manages_stays_a_member_and_whom_it_does_is_made_none_by_hand() {
    firm.patch(directory, REQUIRED);
    String local = id(firm.user());
    JsonObject wanted = new JsonObject().put("user_id", local).put("role", "org:member");
    String root = "/organizations/" + id(organization) + "/memberships";
    firm.management.post(root, wanted).ok();
    firm.change(change -> firm.roles.apply(change, id(directory), List.of(local)));
    assertThat(role(local)).isEqualTo(MEMBER);
    String user = firm.member(directory);
    firm.management
        .post(root, wanted.put("user_id", user).put("role", "org:admin"))
        .assertRefused(409, "user_managed_by_scim");
    assertNoMember(user);
  }

  @Test
  void the_last_who_could_run_the_organization_is_not_taken_over_to_be_no_member() {
    firm.patch(directory, REQUIRED);
    assertTheLastOwnerIsNotTakenOver();
  }

  @Test
  void who_is_to_be_no_member_is_among_those_who_lose_something() {
    String user = firm.member(directory);
    String grouped = firm.member(directory);
    firm.enter(directory, one, grouped);
    firm.postgres.execute(
        "UPDATE tollgate.directory SET membership_requires_mapped_group = true WHERE id = '%s'"
            .formatted(id(directory)));
    List<String> losing =
        firm.change(change -> firm.roles.losing(change, id(directory), List.of(user, grouped)));
    assertThat(losing).containsExactly(user);
  }
}
