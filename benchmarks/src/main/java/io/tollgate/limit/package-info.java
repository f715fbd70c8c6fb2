/**
 * What the step costs at which a request takes from its limits.
 *
 * <p>Start with {@link io.tollgate.limit.LimitBenchmark}.
 */
@NullMarked
package io.tollgate.limit;

import org.jspecify.annotations.NullMarked;
