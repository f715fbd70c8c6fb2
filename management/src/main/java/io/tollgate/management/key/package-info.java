/**
 * Issuing, listing, verifying and revoking API keys.
 *
 * <p>Not here: how a change reaches the gateways ({@code projector}).
 *
 * <p>Start with {@link io.tollgate.management.key.KeyEndpoint}.
 */
@NullMarked
package io.tollgate.management.key;

import org.jspecify.annotations.NullMarked;
