package io.tollgate.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clerk.backend_api.models.components.Organization;
import com.clerk.backend_api.models.components.OrganizationMembership;
import com.clerk.backend_api.models.components.RoleSet;
import com.clerk.backend_api.models.components.User;
import com.clerk.backend_api.models.errors.ClerkErrors;
import com.clerk.backend_api.models.operations.AddRolesToRoleSetRequestBody;
import com.clerk.backend_api.models.operations.CreateOrganizationMembershipRequestBody;
import com.clerk.backend_api.models.operations.CreateOrganizationRequestBody;
import com.clerk.backend_api.models.operations.CreateOrganizationRoleRequestBody;
import com.clerk.backend_api.models.operations.CreateRoleSetRequestBody;
import com.clerk.backend_api.models.operations.CreateUserRequestBody;
import com.clerk.backend_api.models.operations.MergeOrganizationMetadataRequestBody;
import com.clerk.backend_api.models.operations.ReplaceRoleInRoleSetRequestBody;
import com.clerk.backend_api.models.operations.ReplaceRoleSetRequestBody;
import com.clerk.backend_api.models.operations.UpdateOrganizationMembershipMetadataRequestBody;
import com.clerk.backend_api.models.operations.UpdateOrganizationRequestBody;
import com.clerk.backend_api.models.operations.UpdateRoleSetRequestBody;
import com.clerk.backend_api.models.operations.UpdateUserMetadataRequestBody;
import com.clerk.backend_api.models.operations.UpdateUserRequestBody;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The published Java client works over role sets, and over changes of users and organizations. */
class PublishedRoleSetClientTest extends PublishedClientCase {
  private static RoleSet roleSet(String name) {
    return clerk
        .roleSets()
        .create(
            CreateRoleSetRequestBody.builder()
                .name(name)
                .defaultRoleKey("org:member")
                .creatorRoleKey("org:admin")
                .roles(List.of("org:admin", "org:member"))
                .build())
        .roleSet()
        .orElseThrow();
  }

  private static Organization organization(CreateOrganizationRequestBody wanted) {
    return clerk
        .organizations()
        .create(Optional.of(wanted), Optional.empty())
        .organization()
        .orElseThrow();
  }

  private static User user() {
    return clerk
        .users()
        .create(
            CreateUserRequestBody.builder()
                .firstName("Ada")
                .emailAddress(List.of("a@example.test", "b@example.test"))
                .publicMetadata(Map.of("from", "the start"))
                .build())
        .user()
        .orElseThrow();
  }

  @Test
  void a_role_set_is_created_listed_changed_and_given_roles() {
    RoleSet made = roleSet("Made by a client");
    assertThat(made.key()).isEqualTo("role_set:made_by_a_client");
    assertThat(made.defaultRole().get().key()).isEqualTo("org:member");
    assertThat(made.creatorRole().get().key()).isEqualTo("org:admin");
    assertThat(made.type().value()).isEqualTo("custom");
    var roleSets = clerk.roleSets();
    assertThat(roleSets.get(made.key()).roleSet().orElseThrow().id()).isEqualTo(made.id());
    assertThat(roleSets.listDirect().roleSets().orElseThrow().totalCount()).isGreaterThan(1);
    RoleSet changed =
        roleSets
            .update(made.id(), UpdateRoleSetRequestBody.builder().name("Changed").build())
            .roleSet()
            .orElseThrow();
    assertThat(changed.name()).isEqualTo("Changed");
    clerk
        .organizationRoles()
        .create(CreateOrganizationRoleRequestBody.builder().name("Added").key("org:added").build());
    RoleSet wider =
        roleSets
            .addRoles(
                made.id(),
                AddRolesToRoleSetRequestBody.builder()
                    .roleKeys(List.of("org:added"))
                    .defaultRoleKey("org:added")
                    .build())
            .roleSet()
            .orElseThrow();
    assertThat(wider.roles()).hasSize(3);
    assertThat(wider.defaultRole().get().key()).isEqualTo("org:added");
    assertThat(wider.roles().get(0).membersCount().get()).isZero();
  }

  @Test
  void a_role_and_a_role_set_are_replaced() {
    RoleSet made = roleSet("To be replaced");
    Organization organization =
        organization(
            CreateOrganizationRequestBody.builder()
                .name("Of a set")
                .createdBy(user().id())
                .roleSetKey(made.key())
                .build());
    assertThat(organization.roleSetKey().get()).isEqualTo(made.key());
    var roleSets = clerk.roleSets();
    RoleSet narrower =
        roleSets
            .replaceRole(
                made.id(),
                ReplaceRoleInRoleSetRequestBody.builder()
                    .roleKey("org:member")
                    .toRoleKey("org:admin")
                    .build())
            .roleSet()
            .orElseThrow();
    assertThat(narrower.roles()).hasSize(1);
    var destination = ReplaceRoleSetRequestBody.builder().destRoleSetKey("role_set:default");
    assertThatThrownBy(
            () ->
                roleSets.replace(
                    made.id(),
                    destination.reassignmentMappings(Map.of("org:admin", "org:none")).build()))
        .isInstanceOfSatisfying(
            ClerkErrors.class, error -> assertThat(error.code()).isEqualTo(422));
    assertThat(
            roleSets
                .replace(
                    made.id(),
                    destination.reassignmentMappings(Map.of("org:admin", "org:member")).build())
                .deletedObject()
                .orElseThrow()
                .deleted())
        .isTrue();
    assertThat(
            clerk
                .organizations()
                .get(organization.id())
                .organization()
                .orElseThrow()
                .roleSetKey()
                .get())
        .isEqualTo("role_set:default");
  }

  @Test
  void a_user_is_changed_and_what_is_noted_of_him_is_merged() {
    User made = user();
    User changed =
        clerk
            .users()
            .update(
                made.id(),
                UpdateUserRequestBody.builder()
                    .lastName("Lovelace")
                    .primaryEmailAddressId(made.emailAddresses().get(1).id().orElseThrow())
                    .build())
            .user()
            .orElseThrow();
    assertThat(changed.firstName()).hasValue("Ada");
    assertThat(changed.lastName()).hasValue("Lovelace");
    assertThat(changed.emailAddresses().get(0).emailAddress()).isEqualTo("b@example.test");
    User noted =
        clerk
            .users()
            .updateMetadata(
                made.id(),
                Optional.of(
                    UpdateUserMetadataRequestBody.builder()
                        .publicMetadata(Map.of("more", Map.of("inner", 1)))
                        .unsafeMetadata(Map.of("of", "his own"))
                        .build()),
                Optional.empty())
            .user()
            .orElseThrow();
    assertThat(noted.publicMetadata())
        .containsEntry("from", "the start")
        .containsEntry("more", Map.of("inner", 1));
    assertThat(noted.unsafeMetadata().orElseThrow()).containsEntry("of", "his own");
    assertThat(clerk.users().updateMetadata(made.id()).user().orElseThrow().publicMetadata())
        .hasSize(2);
  }

  @Test
  void an_organization_and_a_membership_are_changed_and_noted_of() {
    Organization made =
        organization(
            CreateOrganizationRequestBody.builder()
                .name("Before")
                .privateMetadata(Map.of("plan", "small"))
                .build());
    RoleSet other = roleSet("Taken later");
    Organization changed =
        clerk
            .organizations()
            .update(
                made.id(),
                UpdateOrganizationRequestBody.builder()
                    .name("After")
                    .slug("after")
                    .roleSetKey(other.key())
                    .build())
            .organization()
            .orElseThrow();
    assertThat(changed.name()).isEqualTo("After");
    assertThat(changed.slug()).isEqualTo("after");
    assertThat(changed.roleSetKey().get()).isEqualTo(other.key());
    Organization noted =
        clerk
            .organizations()
            .mergeMetadata(
                made.id(),
                MergeOrganizationMetadataRequestBody.builder()
                    .publicMetadata(Map.of("seen", true))
                    .build())
            .organization()
            .orElseThrow();
    assertThat(noted.publicMetadata()).containsEntry("seen", true);
    assertThat(noted.privateMetadata().orElseThrow()).containsEntry("plan", "small");
    User member = user();
    clerk
        .organizationMemberships()
        .create(
            made.id(),
            CreateOrganizationMembershipRequestBody.builder()
                .userId(member.id())
                .role("org:member")
                .publicMetadata(Map.of("desk", "4"))
                .build());
    OrganizationMembership merged =
        clerk
            .organizationMemberships()
            .updateMetadata(
                made.id(),
                member.id(),
                Optional.of(
                    UpdateOrganizationMembershipMetadataRequestBody.builder()
                        .privateMetadata(Map.of("badge", "7"))
                        .build()),
                Optional.empty())
            .organizationMembership()
            .orElseThrow();
    assertThat(merged.publicMetadata()).containsEntry("desk", "4");
    assertThat(merged.privateMetadata().orElseThrow()).containsEntry("badge", "7");
  }
}
