package io.tollgate.management.projector;

import io.tollgate.store.Applied;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What the proof of a revocation sees, and the time by which it judges. Each call waits for its
 * answer.
 *
 * <p>Public for the simulation, which puts stores and a clock of its own behind it.
 */
public interface Evidence {
  /**
   * What was read of Redis.
   *
   * @param connection numbers the connection it was read on; no other has the same
   * @param applied empty where Redis holds no whole projection
   */
  record Look(long connection, Optional<Applied> applied) {}

  /**
   * A gateway on the list.
   *
   * @param epoch of the number; empty before the gateway has confirmed any
   * @param number the change up to which it holds nothing untrue
   * @param bound how long its ring answers after a confirmation was asked for
   * @param absenceMax how long it may go on without Postgres
   * @param silence the time since its last sign of life, by Postgres' clock
   */
  record Gateway(
      String name,
      String epoch,
      long number,
      Duration bound,
      Duration absenceMax,
      Duration silence) {}

  /**
   * The list of gateways in Postgres, as of one moment.
   *
   * @param epoch names the log's history at that moment
   * @param epochAge for how long that history is known, by Postgres' clock
   */
  record Roll(String epoch, Duration epochAge, List<Gateway> gateways) {}

  /**
   * Looks at Redis; what is returned was read after this call.
   *
   * @return empty if it can't be looked at within that time
   */
  Optional<Look> look(Duration within);

  /**
   * Reads the list after this call.
   *
   * @return empty if Postgres does not answer within that time
   */
  Optional<Roll> roll(Duration within);

  /** Returns the time by a monotonic clock, in nanoseconds from no fixed origin. */
  long nanos();

  /** Waits that long, or longer. */
  void pause(Duration rest);
}
