/**
 * The wire contract that all endpoints share: routes under both roots, bodies, parameters, and the
 * one error envelope.
 *
 * <p>Not here: what any endpoint does.
 *
 * <p>Start with {@link io.tollgate.management.wire.Endpoints}.
 */
@NullMarked
package io.tollgate.management.wire;

import org.jspecify.annotations.NullMarked;
