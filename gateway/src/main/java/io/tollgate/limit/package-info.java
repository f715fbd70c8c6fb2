/**
 * Rate limits that hold across gateways: the arithmetic (GCRA, exact), the units that are leased
 * from Redis, the trips for more, and the share that is left to a gateway that is cut off.
 *
 * <p>Not here: quotas and credits, which are counts over a billing period and come with plans.
 *
 * <p>Start with {@link io.tollgate.limit.RateLimiter}.
 */
@NullMarked
package io.tollgate.limit;

import org.jspecify.annotations.NullMarked;
