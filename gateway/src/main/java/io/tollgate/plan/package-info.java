/**
 * What a plan lets its payers do: the words of limits that the edge holds keys to.
 *
 * <p>Not here: what a plan costs, who has it, and how a limit is held.
 *
 * <p>Start with {@link io.tollgate.plan.Plan}.
 */
@NullMarked
package io.tollgate.plan;

import org.jspecify.annotations.NullMarked;
