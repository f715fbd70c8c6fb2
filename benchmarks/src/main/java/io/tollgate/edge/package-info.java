/**
 * Benchmarks of the request's path up to the decision.
 *
 * <p>Not here: what forwarding costs. Start with {@link io.tollgate.edge.DecisionBenchmark}.
 */
@NullMarked
package io.tollgate.edge;

import org.jspecify.annotations.NullMarked;
