/**
 * The side-by-side benchmark: a load generator of our own, and the mains that {@code
 * benchmarks/side-by-side} drives it by.
 *
 * <p>Not here: which peers there are and how they are started, which that script knows.
 *
 * <p>Start with {@link io.tollgate.load.SideBySide}.
 */
@NullMarked
package io.tollgate.load;

import org.jspecify.annotations.NullMarked;
