/**
 * Who changed what, and in which order: every change is one transaction that ends with its audit
 * row and its number.
 *
 * <p>Not here: what is changed, and how the change reaches Redis ({@code projector}).
 *
 * <p>Start with {@link io.tollgate.management.audit.Transactions}.
 */
@NullMarked
package io.tollgate.management.audit;

import org.jspecify.annotations.NullMarked;
