/**
 * Benchmarks of the meter: what counting a request costs the event loop.
 *
 * <p>Not here: how fast the ledger takes it, which needs a real Postgres.
 *
 * <p>Start with {@link io.tollgate.meter.MeterBenchmark}.
 */
@NullMarked
package io.tollgate.meter;

import org.jspecify.annotations.NullMarked;
