/**
 * Who may do what, and from where: subjects, the scopes that their keys hold, IP addresses.
 *
 * <p>Not here: what a key is ({@code key}) and which scopes a route asks for ({@code proxy}).
 *
 * <p>Start with {@link io.tollgate.access.Scopes}.
 */
@NullMarked
package io.tollgate.access;

import org.jspecify.annotations.NullMarked;
