package io.tollgate.fault;

import java.time.Duration;

/**
 * How long the parts of an act take, and how hard the clients press.
 *
 * @param quiet how long all is well before the fault
 * @param hold how long a fault lasts where it does not say otherwise
 * @param longHold the same for what gets worse with time
 * @param loadPercent the uses in a second, as a share of those that the machine can do
 * @param rounds how often all faults are gone through
 */
record Pace(Duration quiet, Duration hold, Duration longHold, int loadPercent, int rounds) {
  static final Pace SHORT =
      new Pace(Duration.ofMillis(800), Duration.ofMillis(2_200), Duration.ofSeconds(4), 40, 1);
  static final Pace LONG =
      new Pace(Duration.ofSeconds(5), Duration.ofSeconds(10), Duration.ofSeconds(40), 40, 2);
}
