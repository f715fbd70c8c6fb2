/**
 * What is forwarded and where: routes, the canonical target, the headers rebuilt, the upstreams.
 *
 * <p>It knows nothing of keys: who may pass was decided before, in {@code edge}.
 *
 * <p>Start with {@link io.tollgate.proxy.Forwarder}.
 */
@NullMarked
package io.tollgate.proxy;

import org.jspecify.annotations.NullMarked;
