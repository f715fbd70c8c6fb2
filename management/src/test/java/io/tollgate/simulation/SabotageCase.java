package io.tollgate.simulation;

import static io.tollgate.simulation.Interleaving.ABSENCE;
import static io.tollgate.simulation.Interleaving.ASKED_BEFORE_THE_COMMIT;
import static io.tollgate.simulation.Interleaving.EMPTY_LIST;
import static io.tollgate.simulation.Interleaving.FAILOVER;
import static io.tollgate.simulation.Interleaving.LATE_READ;
import static io.tollgate.simulation.Interleaving.LOST_ANNOUNCEMENT;
import static io.tollgate.simulation.Interleaving.MANAGEMENT_WITHOUT_REDIS;
import static io.tollgate.simulation.Interleaving.OLD_LOOKUP;
import static io.tollgate.simulation.Interleaving.POSTGRES_GOES_BACK;
import static io.tollgate.simulation.Interleaving.REDIS_GOES_BACK;
import static io.tollgate.simulation.Interleaving.RING_BEFORE_FENCE;
import static io.tollgate.simulation.Interleaving.SUSPENSION;
import static io.tollgate.simulation.Interleaving.TWO_MANAGEMENTS;

import io.tollgate.management.projector.ManagementGuard;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/**
 * A rule that is taken away, what it is there against, and the faults that make it be missed soon.
 *
 * @param rule its name among the guards of gateways or managements
 */
record SabotageCase(Interleaving against, String rule, Sabotage sabotage, Set<Fault> steered) {

  /**
   * Rules that are not missed one by one, nor all at once, where Redis is one process at a time.
   * Every gateway asks Postgres before it believes another process, so a Redis that went back can't
   * make it forget a change that any Redis has carried; and every change has an id, so no history
   * is taken for another. They stand against what the protocol declares out of bounds.
   */
  static final Set<ManagementGuard> IN_DEPTH =
      EnumSet.of(
          ManagementGuard.SECOND_LOOK,
          ManagementGuard.SAME_CONNECTION,
          ManagementGuard.SAME_MARK,
          ManagementGuard.MARK_PER_SESSION,
          ManagementGuard.OWN_TEXT_ONLY,
          ManagementGuard.EPOCH_OF_PROJECTION,
          ManagementGuard.EPOCH_OF_PROOF);

  static final List<SabotageCase> GATEWAY =
      List.of(
          gateway(OLD_LOOKUP, "DETACH_AT_CHANGE", Fault.LOOKUP_AMID_CHANGE),
          gateway(OLD_LOOKUP, "JOIN_YOUNG_ONLY", Fault.GATEWAY_HEARS_LATE),
          gateway(
              LATE_READ,
              "DETACH_AT_CHANGE",
              Fault.LOOKUP_AMID_CHANGE,
              Fault.GATEWAY_PAUSE,
              Fault.REDIS_FLUSH),
          gateway(OLD_LOOKUP, "END_WITH_WHAT_IS_NAMED", Fault.LOOKUP_AMID_CHANGE),
          gateway(LATE_READ, "COUNT_FROM_SENDING", Fault.GATEWAY_PAUSE_AMID_STEP),
          gateway(LOST_ANNOUNCEMENT, "CATCH_UP_AFTER_RECONNECT", Fault.GATEWAY_STUMBLES),
          gateway(LOST_ANNOUNCEMENT, "LEVEL_ONE_STEP_BEHIND", Fault.CUT),
          gateway(REDIS_GOES_BACK, "NOT_BEHIND_SEEN", Fault.OLD_DUMP_BEHIND_A_GATEWAY),
          gateway(
              REDIS_GOES_BACK, "FRESH_POLL_AFTER_CHANGE_OF_REDIS", Fault.OLD_DUMP_BEHIND_A_GATEWAY),
          gateway(
              POSTGRES_GOES_BACK,
              "EPOCH",
              Fault.RESTORE_BEHIND_THE_PROJECTOR,
              Fault.GATEWAY_STUMBLES),
          gateway(POSTGRES_GOES_BACK, "CONTINUOUS_LOG", Fault.STORES_GO_BACK),
          new SabotageCase(
              SUSPENSION,
              "BOTH_CLOCKS",
              Sabotage.WALL_CLOCK_IGNORED,
              Set.of(Fault.GATEWAY_SUSPENSION)),
          gateway(
              FAILOVER,
              "POSTGRES_ALONE_WHERE_REDIS_FAILS_OVER",
              Fault.REDIS_SPLIT_BRAIN,
              Fault.GATEWAY_PARTITION),
          gateway(ABSENCE, "POSTGRES_WITHIN_SET_TIME", Fault.GATEWAY_FORGOTTEN));

  static final List<SabotageCase> MANAGEMENT =
      List.of(
          management(
              EMPTY_LIST, "AGE_OF_EPOCH", Fault.RESTORE_BEHIND_A_GATEWAY, Fault.GATEWAY_STOP),
          management(
              POSTGRES_GOES_BACK,
              "CONTINUOUS_LOG",
              Fault.POSTGRES_SILENT_RESTORE,
              Fault.GATEWAY_STUMBLES),
          management(ASKED_BEFORE_THE_COMMIT, "WAIT_BETWEEN_LOOKS", Fault.GATEWAY_PARTITION),
          management(ASKED_BEFORE_THE_COMMIT, "WAIT_SINCE_COMMIT", Fault.REDIS_FREEZE),
          management(
              MANAGEMENT_WITHOUT_REDIS,
              "NUMBER_OF_EVERY_ROW",
              Fault.MANAGEMENTS_WITHOUT_REDIS,
              Fault.GATEWAY_PARTITION),
          management(TWO_MANAGEMENTS, "COMPARE_AND_SET", Fault.STALE_WRITE));

  private static final SabotageCase ORDER =
      new SabotageCase(
          RING_BEFORE_FENCE,
          "the order of fence and ring",
          Sabotage.RING_BEFORE_FENCE,
          Set.of(Fault.GATEWAY_PAUSE, Fault.GATEWAY_PARTITION));

  static Stream<SabotageCase> all() {
    return Stream.of(GATEWAY, MANAGEMENT, List.of(ORDER)).flatMap(List::stream);
  }

  private static SabotageCase gateway(Interleaving against, String guard, Fault... steered) {
    return new SabotageCase(against, guard, Sabotage.gatewayWithout(guard), Set.of(steered));
  }

  private static SabotageCase management(Interleaving against, String guard, Fault... steered) {
    return new SabotageCase(
        against,
        guard,
        Sabotage.managementWithout(ManagementGuard.valueOf(guard)),
        Set.of(steered));
  }

  /** Returns a history with this rule, or without it. */
  Simulation history(long seed, boolean sabotaged) {
    return new Simulation(SimulationSetup.of(seed, sabotaged ? sabotage : Sabotage.NONE, steered));
  }

  @Override
  public String toString() {
    return rule + ": " + against;
  }
}
