/**
 * What is sold, and who has it: plans, whose prices and limits stand in versions, and subscriptions
 * of users and organizations to them.
 *
 * <p>What bounds keys stands in records, written by the same change: a version's limits and scopes,
 * a payer's version, the default versions. Not here: how a limit is held, what was used, what it
 * costs.
 *
 * <p>Start with {@link io.tollgate.management.plan.PlanEndpoints}.
 */
@NullMarked
package io.tollgate.management.plan;

import org.jspecify.annotations.NullMarked;
