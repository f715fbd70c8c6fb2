/**
 * Proof for upstreams of who asks: the keys that principals are signed with, and the signed text.
 *
 * <p>Not here: which requests get one and how long it is used ({@code edge}), and the listener that
 * tells the public keys ({@code deploy}).
 *
 * <p>Start with {@link io.tollgate.principal.PrincipalKeys}.
 */
@NullMarked
package io.tollgate.principal;

import org.jspecify.annotations.NullMarked;
