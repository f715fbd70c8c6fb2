/**
 * What was used, and what is due for it: usage, statements, and telling other systems of both.
 *
 * <p>Not here: prices in exact arithmetic ({@code rating}), and how a use comes into the ledger.
 *
 * <p>Start with {@link io.tollgate.management.billing.BillingEndpoints}.
 */
@NullMarked
package io.tollgate.management.billing;

import org.jspecify.annotations.NullMarked;
