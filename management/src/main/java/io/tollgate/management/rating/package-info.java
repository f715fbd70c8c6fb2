/**
 * What units cost: a pure function of prices and units, in exact decimals.
 *
 * <p>Not here: where prices and units come from, and what a statement is ({@code billing}). Nothing
 * in this package knows a store or a clock.
 *
 * <p>Start with {@link io.tollgate.management.rating.UnitPrice}.
 */
@NullMarked
package io.tollgate.management.rating;

import org.jspecify.annotations.NullMarked;
