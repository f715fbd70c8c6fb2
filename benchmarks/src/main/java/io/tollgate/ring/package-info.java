/**
 * Benchmarks of the ring: what a million grants weigh.
 *
 * <p>Not here: how fast it answers ({@code edge}). Start with {@link io.tollgate.ring.RingMemory}.
 */
@NullMarked
package io.tollgate.ring;

import org.jspecify.annotations.NullMarked;
