package io.tollgate.management;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.clerk.backend_api.models.components.Organization;
import com.clerk.backend_api.models.components.OrganizationMembership;
import com.clerk.backend_api.models.components.Permission;
import com.clerk.backend_api.models.components.Role;
import com.clerk.backend_api.models.components.User;
import com.clerk.backend_api.models.components.VerificationSCIM;
import com.clerk.backend_api.models.errors.ClerkError;
import com.clerk.backend_api.models.errors.ClerkErrors;
import com.clerk.backend_api.models.operations.CreateOrganizationMembershipRequestBody;
import com.clerk.backend_api.models.operations.CreateOrganizationPermissionRequestBody;
import com.clerk.backend_api.models.operations.CreateOrganizationRequestBody;
import com.clerk.backend_api.models.operations.CreateOrganizationRoleRequestBody;
import com.clerk.backend_api.models.operations.CreateUserRequestBody;
import com.clerk.backend_api.models.operations.GetUserListRequest;
import com.clerk.backend_api.models.operations.GetUsersCountRequest;
import com.clerk.backend_api.models.operations.ListOrganizationMembershipsRequest;
import com.clerk.backend_api.models.operations.ListOrganizationsRequest;
import com.clerk.backend_api.models.operations.UpdateOrganizationMembershipRequestBody;
import com.clerk.backend_api.models.operations.UpdateOrganizationPermissionRequestBody;
import com.clerk.backend_api.models.operations.UpdateOrganizationRoleRequestBody;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The published Java client works over permissions, roles, organizations, members and users. */
class PublishedDirectoryClientTest extends PublishedClientCase {
  private static Permission permission(String key) {
    return clerk
        .organizationPermissions()
        .create(
            CreateOrganizationPermissionRequestBody.builder()
                .name("of " + key)
                .key(key)
                .description("made by the published client")
                .build())
        .permission()
        .orElseThrow();
  }

  private static Role role(String key, Permission... permissions) {
    return clerk
        .organizationRoles()
        .create(
            CreateOrganizationRoleRequestBody.builder()
                .name("of " + key)
                .key(key)
                .permissions(List.of(permissions).stream().map(Permission::id).toList())
                .build())
        .role()
        .orElseThrow();
  }

  private static User user(String username) {
    return clerk
        .users()
        .create(
            CreateUserRequestBody.builder()
                .emailAddress(List.of(username + "@example.test"))
                .firstName("Ada")
                .username(username)
                .build())
        .user()
        .orElseThrow();
  }

  @Test
  void a_permission_is_created_listed_changed_and_deleted() {
    var permissions = clerk.organizationPermissions();
    Permission made = permission("org:client:read");
    assertThat(made.type()).isEqualTo("user");
    assertThat(permissions.get(made.id()).permission().orElseThrow().key())
        .isEqualTo("org:client:read");
    var page =
        permissions
            .list(
                Optional.of("org:client:read"),
                Optional.of("+key"),
                Optional.of(500L),
                Optional.of(0L),
                Optional.empty())
            .permissions()
            .orElseThrow();
    assertThat(page.totalCount()).isEqualTo(1);
    assertThat(permissions.listDirect().permissions().orElseThrow().data()).hasSize(10);
    Permission changed =
        permissions
            .update(
                made.id(), UpdateOrganizationPermissionRequestBody.builder().name("new").build())
            .permission()
            .orElseThrow();
    assertThat(changed.name()).isEqualTo("new");
    assertThat(changed.description()).isEqualTo("made by the published client");
    assertThat(permissions.delete(made.id()).deletedObject().orElseThrow().deleted()).isTrue();
    assertThatThrownBy(() -> permissions.get(made.id()))
        .isInstanceOfSatisfying(ClerkError.class, error -> assertThat(error.code()).isEqualTo(404));
  }

  @Test
  void a_role_is_created_changed_given_a_permission_and_deleted() {
    var roles = clerk.organizationRoles();
    Permission permission = permission("org:client:write");
    Role made = role("org:client", permission);
    assertThat(made.permissions()).hasSize(1);
    assertThat(made.description()).isEmpty();
    assertThat(roles.get(made.id()).role().orElseThrow().key()).isEqualTo("org:client");
    assertThat(
            roles.removePermission(made.id(), permission.id()).role().orElseThrow().permissions())
        .isEmpty();
    assertThat(
            roles.assignPermission(made.id(), permission.id()).role().orElseThrow().permissions())
        .hasSize(1);
    Role changed =
        roles
            .update(
                made.id(),
                UpdateOrganizationRoleRequestBody.builder().permissions(List.of()).build())
            .role()
            .orElseThrow();
    assertThat(changed.permissions()).isEmpty();
    assertThat(changed.name()).isEqualTo(made.name());
    assertThat(roles.listDirect().roles().orElseThrow().totalCount()).isGreaterThanOrEqualTo(3);
    assertThat(roles.delete(made.id()).deletedObject().orElseThrow().deleted()).isTrue();
  }

  @Test
  void an_organization_has_members_whose_roles_change() {
    User founder = user("founder");
    Organization organization =
        clerk
            .organizations()
            .create(
                Optional.of(
                    CreateOrganizationRequestBody.builder()
                        .name("Analytical Engines")
                        .createdBy(founder.id())
                        .build()),
                Optional.empty())
            .organization()
            .orElseThrow();
    assertThat(organization.membersCount()).hasValue(1L);
    var memberships = clerk.organizationMemberships();
    User joining = user("joining");
    OrganizationMembership made =
        memberships
            .create(
                organization.id(),
                CreateOrganizationMembershipRequestBody.builder()
                    .userId(joining.id())
                    .role("org:member")
                    .build())
            .organizationMembership()
            .orElseThrow();
    assertThat(made.permissions()).hasSize(2);
    assertThat(made.publicUserData().orElseThrow().userId()).isEqualTo(joining.id());
    assertThat(made.organization().id()).isEqualTo(organization.id());
    OrganizationMembership changed =
        memberships
            .update(
                organization.id(),
                joining.id(),
                UpdateOrganizationMembershipRequestBody.builder().role("org:admin").build())
            .organizationMembership()
            .orElseThrow();
    assertThat(changed.role()).isEqualTo("org:admin");
    assertThat(members(organization)).isEqualTo(2);
    memberships.delete(organization.id(), joining.id());
    assertThat(members(organization)).isEqualTo(1);
    assertThat(clerk.organizations().get(organization.id()).organization().orElseThrow().slug())
        .startsWith("analytical-engines-");
    assertThat(
            clerk
                .organizations()
                .list(ListOrganizationsRequest.builder().query("analytical").build())
                .organizations()
                .orElseThrow()
                .totalCount())
        .isEqualTo(1);
    assertThat(
            clerk.organizations().delete(organization.id()).deletedObject().orElseThrow().deleted())
        .isTrue();
  }

  private static long members(Organization organization) {
    return clerk
        .organizationMemberships()
        .list(
            ListOrganizationMembershipsRequest.builder().organizationId(organization.id()).build())
        .organizationMemberships()
        .orElseThrow()
        .totalCount();
  }

  @Test
  void a_user_is_created_found_counted_and_deleted() {
    User made = user("only_one");
    assertThat(made.emailAddresses()).hasSize(1);
    assertThat(made.primaryEmailAddressId()).isEqualTo(made.emailAddresses().get(0).id());
    assertThat(clerk.users().get(made.id()).user().orElseThrow().firstName()).hasValue("Ada");
    assertThat(
            clerk
                .users()
                .list(GetUserListRequest.builder().query("only_one").build())
                .userList()
                .orElseThrow())
        .hasSize(1);
    assertThat(
            clerk
                .users()
                .count(GetUsersCountRequest.builder().query("only_one").build())
                .totalCount()
                .orElseThrow()
                .totalCount())
        .isEqualTo(1);
    assertThat(clerk.users().delete(made.id()).deletedObject().orElseThrow().deleted()).isTrue();
  }

  @Test
  void an_address_that_a_directory_has_verified_is_read() {
    User made = user("told_of");
    postgres.execute(
        """
        INSERT INTO tollgate.enterprise_connection (id, name, provider, domains)
        VALUES ('entconn_%1$s', 'One', 'saml_okta', '{example.test}');
        INSERT INTO tollgate.directory (id, connection_id, name, provider, attribute_mapping)
        VALUES ('scimdir_%1$s', 'entconn_%1$s', 'One', 'okta', '{"email_address": "emails"}');
        UPDATE tollgate.app_user SET directory_id = 'scimdir_%1$s' WHERE id = '%2$s'
        """
            .formatted("1".repeat(27), made.id()));
    User told = clerk.users().get(made.id()).user().orElseThrow();
    assertThat(told.emailAddresses().get(0).verification().orElseThrow())
        .isInstanceOfSatisfying(
            VerificationSCIM.class,
            scim -> assertThat(scim.status().value()).isEqualTo("verified"));
  }

  @Test
  void what_is_refused_arrives_as_the_clients_own_error() {
    assertThatThrownBy(() -> permission("org:sys_mine:read"))
        .isInstanceOfSatisfying(
            ClerkErrors.class, error -> assertThat(error.code()).isEqualTo(422));
    assertThatThrownBy(() -> role("org:admin"))
        .isInstanceOfSatisfying(
            ClerkErrors.class, error -> assertThat(error.code()).isEqualTo(422));
  }
}
