/**
 * The management API: issues and revokes keys, on the wire contract of published clients.
 *
 * <p>Runs on virtual threads in direct style. Not here: the edge, of which it knows nothing.
 *
 * <p>Start with {@link io.tollgate.management.Management}.
 */
@NullMarked
package io.tollgate.management;

import org.jspecify.annotations.NullMarked;
