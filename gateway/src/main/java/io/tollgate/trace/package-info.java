/**
 * The spans of requests (OpenTelemetry): which there are, what they tell, and how they leave the
 * process. Made only where an endpoint is set.
 *
 * <p>Not here: when a span begins and ends, which is told by {@code edge}, and what a client's own
 * trace must look like ({@code wire}).
 *
 * <p>Start with {@link io.tollgate.trace.Tracing}.
 */
@NullMarked
package io.tollgate.trace;

import org.jspecify.annotations.NullMarked;
