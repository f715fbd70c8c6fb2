/**
 * The deterministic simulation of the revocation protocol: gateways and managements run their own
 * rules in virtual time, against models of Redis, Postgres and the network that do the worst they
 * may.
 *
 * <p>Not here: real servers. That the model of Redis does what Redis does is shown by {@code
 * RedisModelTest}.
 *
 * <p>Start with {@link io.tollgate.simulation.Simulation}.
 */
@NullMarked
package io.tollgate.simulation;

import org.jspecify.annotations.NullMarked;
