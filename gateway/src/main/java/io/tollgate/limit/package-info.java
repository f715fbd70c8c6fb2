/**
 * Rate limits: the arithmetic (GCRA) and the gate that applies it per key.
 *
 * <p>Not here: quotas and credits, which are counts over a billing period and come with plans.
 *
 * <p>Start with {@link io.tollgate.limit.RateLimiter}.
 */
@NullMarked
package io.tollgate.limit;

import org.jspecify.annotations.NullMarked;
