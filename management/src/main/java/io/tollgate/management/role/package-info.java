/**
 * Who may do what: permissions, the roles that hold them, organizations, users, and the memberships
 * that give a user a role.
 *
 * <p>What bounds keys stands in records, written by the same change: a role's permissions, a user's
 * roles. Not here: how a key is judged by them ({@code ring}).
 *
 * <p>Start with {@link io.tollgate.management.role.DirectoryEndpoints}.
 */
@NullMarked
package io.tollgate.management.role;

import org.jspecify.annotations.NullMarked;
