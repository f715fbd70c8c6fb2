/**
 * TLS on both sides of the gateway: which files it is made of, which versions and suites are
 * spoken, and how new files are taken without a restart.
 *
 * <p>Not here: the connections themselves ({@code edge} for clients, {@code proxy} for upstreams),
 * and TLS to the stores, which their drivers make.
 *
 * <p>Start with {@link io.tollgate.tls.TlsContext}.
 */
@NullMarked
package io.tollgate.tls;

import org.jspecify.annotations.NullMarked;
