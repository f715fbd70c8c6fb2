package io.tollgate.simulation;

import io.tollgate.management.projector.ManagementGuard;
import java.util.EnumSet;
import java.util.Set;

/**
 * What is broken on purpose.
 *
 * @param gatewayMissing the guards that gateways go without, by name
 * @param managementGuards the guards that managements keep
 * @param readsRingFirst whether gateways ask the ring before the fence
 * @param ignoresWallClock whether gateways tell both clocks by the monotonic one
 */
record Sabotage(
    Set<String> gatewayMissing,
    Set<ManagementGuard> managementGuards,
    boolean readsRingFirst,
    boolean ignoresWallClock) {
  private static final Set<ManagementGuard> ALL = EnumSet.allOf(ManagementGuard.class);

  static final Sabotage NONE = new Sabotage(Set.of(), ALL, false, false);
  static final Sabotage RING_BEFORE_FENCE = new Sabotage(Set.of(), ALL, true, false);
  static final Sabotage WALL_CLOCK_IGNORED = new Sabotage(Set.of(), ALL, false, true);

  /** Takes a gateway's guard away. */
  static Sabotage gatewayWithout(String guard) {
    return new Sabotage(Set.of(guard), ALL, false, false);
  }

  /** Takes a management's guard away. */
  static Sabotage managementWithout(ManagementGuard guard) {
    return new Sabotage(Set.of(), EnumSet.complementOf(EnumSet.of(guard)), false, false);
  }
}
