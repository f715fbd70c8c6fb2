/**
 * What works without anybody asking: one thread that does what is due, rests, and ends when told.
 *
 * <p>Not here: what is due, which each area tells itself.
 *
 * <p>Start with {@link io.tollgate.management.work.Worker}.
 */
@NullMarked
package io.tollgate.management.work;

import org.jspecify.annotations.NullMarked;
