package io.tollgate.store;

import java.time.Duration;

/**
 * How a gateway stands on the list of those whose word a revocation may need.
 *
 * @param name the same after a restart, so that the new process takes the dead one's place; of no
 *     two gateways at once
 * @param boot names the process
 * @param bound how long after a confirmation was asked for its ring may answer
 * @param absenceMax how long after its last sign of life it may go on without Postgres
 */
public record GatewayName(String name, String boot, Duration bound, Duration absenceMax) {
  /** Starts the names of those that verify but take no requests for an upstream. */
  public static final String MANAGEMENT_PREFIX = "management of ";
}
