/**
 * What is counted for billing: requests verified, forwarded and completed.
 *
 * <p>Not here: what a unit costs and who pays it.
 *
 * <p>Start with {@link io.tollgate.meter.UsageMeter}.
 */
@NullMarked
package io.tollgate.meter;

import org.jspecify.annotations.NullMarked;
