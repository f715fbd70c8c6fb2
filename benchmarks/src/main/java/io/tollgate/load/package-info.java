/**
 * The side-by-side benchmark: a load generator of our own, and the mains that {@code
 * benchmarks/side-by-side} drives it by; and those of {@code benchmarks/websocket-idle}.
 *
 * <p>Not here: which peers there are and how they are started, which the scripts know.
 *
 * <p>Start with {@link io.tollgate.load.SideBySide}.
 */
@NullMarked
package io.tollgate.load;

import org.jspecify.annotations.NullMarked;
