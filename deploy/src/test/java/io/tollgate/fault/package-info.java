/**
 * The fault run: a deployment of real processes and real stores under constant load, broken in
 * every way we promise to survive, and judged by what its clients saw. It is no test of single
 * parts: those stand beside the parts.
 *
 * <p>Start with {@link io.tollgate.fault.FaultRun}.
 */
@NullMarked
package io.tollgate.fault;

import org.jspecify.annotations.NullMarked;
