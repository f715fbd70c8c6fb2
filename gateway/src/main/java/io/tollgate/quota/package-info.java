/**
 * Quotas and credits: units that a gateway leases ahead from Postgres, takes locally, and has
 * settled by the batches of its meter.
 *
 * <p>Not here: rates, which are {@code limit}'s, and what was used in all, which is {@code
 * meter}'s.
 *
 * <p>Start with {@link io.tollgate.quota.QuotaGate}.
 */
@NullMarked
package io.tollgate.quota;

import org.jspecify.annotations.NullMarked;
