package io.tollgate.management.role;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.key.RevocationBarrier;
import io.tollgate.management.object.Service;
import io.tollgate.management.wire.Endpoints;
import java.util.random.RandomGenerator;

/**
 * The endpoints of permissions, roles, role sets, organizations, their members, and users. Each
 * change answers when it holds everywhere, as a revocation does.
 */
public final class DirectoryEndpoints {
  private final PermissionEndpoint permissions;
  private final RoleEndpoint roles;
  private final RoleSetEndpoint roleSets;
  private final OrganizationEndpoint organizations;
  private final MembershipEndpoint memberships;
  private final UserEndpoint users;

  /**
   * Makes the endpoints.
   *
   * @param random ids are made of it, and must not come twice
   */
  public DirectoryEndpoints(
      Transactions transactions, RevocationBarrier barrier, RandomGenerator random) {
    var service = new Service(transactions, barrier);
    var members = new MembershipRegistry(transactions, random);
    permissions = new PermissionEndpoint(service, new PermissionRegistry(transactions, random));
    roles = new RoleEndpoint(service, new RoleRegistry(transactions, random));
    var moves = new MemberMoves(transactions);
    roleSets =
        new RoleSetEndpoint(
            service,
            new RoleSetRegistry(transactions, random),
            new RoleSetReplacement(transactions, moves, random));
    organizations =
        new OrganizationEndpoint(
            service, new OrganizationRegistry(transactions, members, moves, random));
    memberships = new MembershipEndpoint(service, members);
    users = new UserEndpoint(service, new UserRegistry(transactions, random));
  }

  /** Enters the endpoints into the table. */
  public void enter(Endpoints endpoints) {
    permissions.enter(endpoints);
    roles.enter(endpoints);
    roleSets.enter(endpoints);
    organizations.enter(endpoints);
    memberships.enter(endpoints);
    users.enter(endpoints);
  }
}
