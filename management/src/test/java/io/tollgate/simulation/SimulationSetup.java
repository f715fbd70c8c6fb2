package io.tollgate.simulation;

import io.tollgate.ring.FenceConfig;
import java.time.Duration;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/**
 * What a seed decides before anything happens.
 *
 * @param faults which kinds of faults this history has: not all of them, so that each history has a
 *     character
 * @param longCycles how many of Redis' cycles last so long that much happens within them
 * @param faultsAtMoments how likely a fault is at a moment at which it does most harm
 * @param isSteered whether faults were chosen to break something, and nothing but safety counts
 * @param chaosNanos how long faults go on
 */
record SimulationSetup(
    long seed,
    Sabotage sabotage,
    FenceConfig fence,
    int gateways,
    int managements,
    Set<Fault> faults,
    double longCycles,
    double faultsAtMoments,
    boolean isSteered,
    long postgresDeadlineNanos,
    long chaosNanos) {
  private static final int LONG_EVERY = 12;
  private static final int FAILS_OVER_EVERY = 5;

  /** Where nothing is restored, the bounds differ, and the list is always good for a proof. */
  private static final int UNRESTORED_EVERY = 4;

  private static final double FAULT_CHANCE = 0.45;
  private static final long CHAOS_NANOS = 40 * Scheduler.SECOND;
  private static final long LONG_CHAOS_NANOS = 160 * Scheduler.SECOND;

  /**
   * Decides.
   *
   * @param steered the only faults that this history has; empty for any
   */
  static SimulationSetup of(long seed, Sabotage sabotage, Set<Fault> steered) {
    var random = new SplittableRandom(seed ^ 0x5eed);
    Set<Fault> faults = EnumSet.noneOf(Fault.class);
    for (Fault fault : Fault.values()) {
      if (steered.isEmpty() ? random.nextDouble() < FAULT_CHANCE : steered.contains(fault)) {
        faults.add(fault);
      }
    }
    if (steered.isEmpty() && Math.floorMod(seed, UNRESTORED_EVERY) == 1) {
      faults.removeIf(Fault::isRestore);
    }
    if (faults.isEmpty()) {
      faults.add(Fault.GATEWAY_PARTITION);
    }
    // Where all else is slow, much more time passes at the same price.
    boolean any = steered.isEmpty();
    boolean slow =
        any ? Math.floorMod(seed, LONG_EVERY) == 0 : steered.contains(Fault.GATEWAY_FORGOTTEN);
    boolean failsOver =
        any
            ? Math.floorMod(seed, FAILS_OVER_EVERY) == 0
            : steered.contains(Fault.REDIS_SPLIT_BRAIN);
    return new SimulationSetup(
        seed,
        sabotage,
        slow ? slowFence(random) : fence(random, failsOver),
        random.nextInt(2, 5),
        any ? random.nextInt(1, 3) : 2,
        faults,
        !any || random.nextBoolean() ? 0.3 : 0.01,
        any ? (random.nextBoolean() ? 0.15 : 0.02) : 0.4,
        !any,
        slow ? 2 * Scheduler.SECOND : 500 * Scheduler.MILLI,
        slow ? LONG_CHAOS_NANOS : CHAOS_NANOS);
  }

  private static FenceConfig fence(SplittableRandom random, boolean failsOver) {
    return new FenceConfig(
        FenceConfig.DEFAULTS.bound(),
        FenceConfig.DEFAULTS.interval(),
        FenceConfig.DEFAULTS.pollInterval(),
        absence(random),
        failsOver);
  }

  private static FenceConfig slowFence(SplittableRandom random) {
    return new FenceConfig(
        FenceConfig.BOUND_MAX,
        FenceConfig.BOUND_MAX.dividedBy(4),
        Duration.ofSeconds(3),
        absence(random),
        false);
  }

  private static Duration absence(SplittableRandom random) {
    return FenceConfig.ABSENCE_MIN.plusSeconds(random.nextInt(10));
  }

  /**
   * Returns a gateway's own settings. In some histories the bounds differ, and are longer than
   * managements know of; not where a restore may take the gateway off the list, by which they
   * learn.
   */
  FenceConfig fenceOf(int gateway) {
    if (isSteered || isSlow() || faults.stream().anyMatch(Fault::isRestore)) {
      return fence;
    }
    long bound = fence.bound().toMillis() * (2 + (seed + gateway) % 4) / 2;
    return new FenceConfig(
        Duration.ofMillis(bound),
        Duration.ofMillis(bound / 4),
        fence.pollInterval(),
        fence.postgresAbsenceMax(),
        fence.redisFailsOver());
  }

  /** Returns the longest bound of any process. */
  Duration longestBound() {
    return IntStream.range(0, gateways)
        .mapToObj(gateway -> fenceOf(gateway).bound())
        .max(Comparator.naturalOrder())
        .orElse(fence.bound());
  }

  boolean isSlow() {
    return fence.bound().equals(FenceConfig.BOUND_MAX);
  }
}
