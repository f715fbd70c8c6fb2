package io.tollgate.simulation;

import io.tollgate.management.projector.RevocationProof;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Faults that come together, since chance alone would bring them together too rarely. */
final class Conspiracies {
  private static final double SLOW_SHARE = 0.6;
  private static final int LOST_CHANGES = 8;
  private static final int CALLS = 3;
  private static final long RECOVERY_NANOS = Scheduler.SECOND;
  private static final long LEAST_NANOS = 2 * Scheduler.SECOND;

  private final Simulation world;
  private final Scheduler scheduler;
  private final Faults faults;
  private final StoreFaults stores;
  private long overNanos;

  Conspiracies(Simulation world, Faults faults, StoreFaults stores) {
    this.world = world;
    scheduler = world.scheduler;
    this.faults = faults;
    this.stores = stores;
  }

  void strike(Fault fault) {
    // One at a time: two would only spoil each other.
    if (scheduler.nanos() < overNanos) {
      return;
    }
    overNanos = scheduler.nanos() + RECOVERY_NANOS;
    world.coverage.count(fault);
    switch (fault) {
      case LOOKUP_AMID_CHANGE -> lookUpAmidChange();
      case GATEWAY_STUMBLES -> stumble(faults.gateway());
      case GATEWAY_HEARS_LATE -> hearLate(faults.gateway());
      case GATEWAY_PAUSE_AMID_STEP -> pauseAmidStep(faults.gateway());
      case RESTORE_BEHIND_A_GATEWAY -> restoreBehind(faults.gateway());
      case RESTORE_BEHIND_THE_PROJECTOR -> restoreBehindProjector(faults.gateway(), true);
      case SILENT_RESTORE_BEHIND_THE_PROJECTOR -> restoreBehindProjector(faults.gateway(), false);
      case STORES_GO_BACK -> goBack();
      case OLD_DUMP_BEHIND_A_GATEWAY -> oldDumpBehind(faults.gateway());
      case STALE_WRITE -> staleWrite(faults.gateway());
      case GATEWAY_FORGOTTEN -> forget(faults.gateway());
      default -> throw new IllegalArgumentException(fault + " comes alone");
    }
  }

  private void hold(List<Cable> cables, long nanos) {
    overNanos = Math.max(overNanos, scheduler.nanos() + nanos + RECOVERY_NANOS);
    cables.forEach(cable -> cable.hold(true, true));
    faults.later(nanos, () -> cables.forEach(Cable::heal));
  }

  private List<Cable> managementsToRedis() {
    return world.managements.stream().map(SimulatedManagement::toRedis).toList();
  }

  private long aWhile() {
    return Math.max(faults.duration(), LEAST_NANOS);
  }

  private void stumble(SimulatedGateway gateway) {
    hold(List.of(gateway.toPostgres()), faults.duration());
    gateway.toRedis().cut(true);
  }

  private void hearLate(SimulatedGateway gateway) {
    List<Cable> cables = List.of(gateway.toRedis(), gateway.toPostgres());
    cables.forEach(cable -> cable.hold(false, true));
    long boundNanos = world.setup.fence().bound().toNanos();
    scheduler.after(scheduler.between(boundNanos, 2 * boundNanos), world.clients::revokeOne);
    long lateNanos = scheduler.between(3 * boundNanos, 7 * boundNanos);
    faults.later(lateNanos, gateway.toPostgres()::heal);
    faults.later(
        lateNanos + scheduler.random.nextLong(boundNanos),
        () -> {
          gateway.toRedis().heal();
          if (scheduler.random.nextBoolean()) {
            gateway.toRedis().cut(true);
          }
        });
  }

  private void pauseAmidStep(SimulatedGateway gateway) {
    gateway.toRedis().hold(false, true);
    scheduler.after(
        2 * world.setup.fence().interval().toNanos(),
        () -> {
          gateway.pause();
          gateway.toRedis().heal();
          world.clients.revokeOne();
        });
    faults.later(scheduler.between(3, 7) * world.setup.fence().bound().toNanos(), gateway::goOn);
  }

  private void lookUpAmidChange() {
    stores.strike(Fault.REDIS_EVICTION);
    world.postgres.slowDown(SLOW_SHARE);
    world.clients.revokeOne();
    faults.later(Scheduler.SECOND / 2, () -> world.postgres.slowDown(0));
  }

  private void restoreBehind(SimulatedGateway gateway) {
    List<Cable> held = new ArrayList<>(managementsToRedis());
    held.add(gateway.toPostgres());
    hold(held, aWhile());
    stores.restartPostgres(faults.backupWithout(gateway), true);
  }

  /**
   * Redis keeps numbers that Postgres gives again: who projects can't reach it, who does not may
   * take one for the other.
   */
  private void restoreBehindProjector(SimulatedGateway gateway, boolean newIdentity) {
    PostgresState backup = world.postgres.state().copy();
    SimulatedManagement leader = leader();
    if (leader == null) {
      return;
    }
    for (int i = 0; i < LOST_CHANGES; i++) {
      world.clients.createBy(leader);
    }
    long lostNanos = scheduler.between(Scheduler.SECOND / 5, Scheduler.SECOND);
    hold(List.of(gateway.toPostgres()), lostNanos + 2 * LEAST_NANOS);
    faults.later(
        lostNanos,
        () -> {
          hold(List.of(leader.toRedis()), LEAST_NANOS);
          stores.restartPostgres(backup, newIdentity, Scheduler.SECOND / 10);
        });
    for (int i = 1; i <= CALLS; i++) {
      scheduler.after(lostNanos + i * Scheduler.SECOND / 3, this::revokeByOneWhoFollows);
    }
  }

  /** Nobody but a gateway remembers: Redis and Postgres agree. */
  private void goBack() {
    PostgresState backup = world.postgres.state().copy();
    Map<String, String> dump = world.redis.master().dump();
    for (int i = 0; i < LOST_CHANGES; i++) {
      world.clients.createBy(faults.management());
    }
    faults.later(
        scheduler.between(Scheduler.SECOND / 5, Scheduler.SECOND),
        () -> {
          stores.restartPostgres(backup, false, Scheduler.SECOND / 10);
          stores.restartRedis(dump);
        });
  }

  private void revokeByOneWhoFollows() {
    world.managements.stream()
        .filter(management -> management.isUp() && !management.leads())
        .findAny()
        .ifPresent(world.clients::revokeOneBy);
  }

  /** The gateway misses some changes, and then finds a Redis that has missed them too. */
  private void oldDumpBehind(SimulatedGateway gateway) {
    Map<String, String> dump = world.redis.master().dump();
    long missesNanos = scheduler.between(Scheduler.SECOND / 2, LEAST_NANOS);
    hold(List.of(gateway.toRedis()), missesNanos);
    hold(List.of(gateway.toPostgres()), missesNanos + aWhile());
    faults.later(
        missesNanos,
        () -> {
          hold(managementsToRedis(), aWhile());
          stores.restartRedis(dump);
        });
  }

  /**
   * A projector is cut off amid a writing that says a key is valid; another one takes over and
   * carries its revocation; then the writing arrives, where a gateway has missed all that.
   */
  private void staleWrite(SimulatedGateway gateway) {
    SimulatedManagement leader = leader();
    SimulatedManagement other =
        world.managements.stream().filter(each -> each != leader).findAny().orElse(null);
    if (leader == null || other == null) {
      return;
    }
    SimulatedKey key = world.clients.createBy(other);
    long staleNanos = scheduler.between(Scheduler.SECOND, 2 * Scheduler.SECOND);
    scheduler.after(
        scheduler.between(Scheduler.MILLI / 2, 3 * Scheduler.MILLI),
        () -> {
          leader.toRedis().hold(true, false);
          gateway.toRedis().hold(true, true);
          hold(List.of(gateway.toPostgres()), staleNanos + aWhile());
        });
    scheduler.after(
        Scheduler.SECOND / 10,
        () -> {
          leader.toPostgres().cut(true);
          // Held only when Postgres has heard that the connection, and with it the lock, is gone.
          scheduler.after(
              5 * Scheduler.MILLI, () -> hold(List.of(leader.toPostgres()), staleNanos + aWhile()));
        });
    scheduler.after(Scheduler.SECOND / 2, () -> world.clients.revokeBy(other, key));
    faults.later(
        staleNanos,
        () -> {
          hold(List.of(other.toRedis()), aWhile());
          leader.toRedis().heal();
          gateway.toRedis().heal();
        });
  }

  private @Nullable SimulatedManagement leader() {
    return world.managements.stream().filter(SimulatedManagement::leads).findAny().orElse(null);
  }

  private void forget(SimulatedGateway gateway) {
    long absenceNanos = world.setup.fence().postgresAbsenceMax().toNanos();
    long forgottenNanos = absenceNanos + RevocationProof.ABSENCE_MARGIN.toNanos();
    long lateNanos = Machine.longest(forgottenNanos) - LEAST_NANOS;
    hold(List.of(gateway.toPostgres()), lateNanos + 4 * LEAST_NANOS);
    faults.later(lateNanos, () -> hold(managementsToRedis(), 4 * LEAST_NANOS));
  }
}
