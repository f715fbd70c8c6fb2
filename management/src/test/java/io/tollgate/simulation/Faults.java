package io.tollgate.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Breaks things at random, and mends them. */
final class Faults {
  private static final long SHORTEST_NANOS = 10 * Scheduler.MILLI;
  private static final double LONGEST_SHARE = 0.15;
  private static final int JUMP_MILLIS_MAX = 10_000;
  private static final double NOTICED_SHARE = 0.8;

  private final Simulation world;
  private final Scheduler scheduler;
  private final List<Fault> kinds;
  private final List<PostgresState> backups = new ArrayList<>();
  private final StoreFaults stores;
  private final Conspiracies conspiracies;
  private boolean striking;
  private int era;

  Faults(Simulation world) {
    this.world = world;
    scheduler = world.scheduler;
    kinds = world.setup.faults().stream().filter(fault -> isPossible(fault, world.setup)).toList();
    stores = new StoreFaults(world, this);
    conspiracies = new Conspiracies(world, this, stores);
  }

  private static boolean isPossible(Fault fault, SimulationSetup setup) {
    return switch (fault) {
      case REDIS_FAILOVER, REDIS_SPLIT_BRAIN -> setup.fence().redisFailsOver();
      case GATEWAY_FORGOTTEN -> setup.isSlow();
      default -> true;
    };
  }

  /** Lets faults happen for a while. */
  void begin() {
    striking = true;
    strikeLater();
  }

  private void strikeLater() {
    long most = world.setup.isSlow() ? 8 * Scheduler.SECOND : 3 * Scheduler.SECOND;
    int strikingIn = era;
    scheduler.after(
        scheduler.random.nextLong(most),
        () -> {
          if (striking && strikingIn == era) {
            strike(any());
            strikeLater();
          }
        });
  }

  /** Redis was written to: now or never announcements can be lost that follow an answer. */
  void written(List<Cable> answeredFirst) {
    boolean cuts = striking && kinds.contains(Fault.CUT);
    if (cuts && !answeredFirst.isEmpty() && scheduler.chance(world.setup.faultsAtMoments())) {
      world.coverage.count(Fault.CUT);
      Cable cable = answeredFirst.get(scheduler.random.nextInt(answeredFirst.size()));
      scheduler.after(0, () -> cable.cut(true));
    } else {
      happened(Moment.WRITTEN);
    }
  }

  /** A moment at which a fault does much harm. */
  void happened(Moment moment) {
    double chance = world.setup.faultsAtMoments();
    // One fault's end may be another one's beginning, but not without end.
    if (striking && scheduler.chance(moment == Moment.HEALED ? chance / 8 : chance)) {
      Fault fault = any();
      // By an event of its own: whoever tells of the moment may be whom the fault hits.
      scheduler.after(
          scheduler.chance(0.5) ? 0 : scheduler.random.nextLong(2 * Scheduler.MILLI),
          () -> {
            if (striking) {
              strike(fault);
            }
          });
    }
  }

  private Fault any() {
    return kinds.isEmpty() ? Fault.CUT : kinds.get(scheduler.random.nextInt(kinds.size()));
  }

  /** Does what is to be done when a fault is over, unless all was mended before. */
  void later(long nanos, Runnable end) {
    int begunIn = era;
    scheduler.after(
        nanos,
        () -> {
          if (begunIn == era) {
            end.run();
            world.happened(Moment.HEALED);
          }
        });
  }

  /** Returns a time from milliseconds to seconds, each order as likely as the other. */
  long duration() {
    return scheduler.anyOrder(
        SHORTEST_NANOS, (long) ((double) world.setup.chaosNanos() * LONGEST_SHARE));
  }

  /** Mends everything, at once. */
  void healAll() {
    striking = false;
    era++;
    stores.heal();
    for (SimulatedGateway gateway : world.gateways) {
      gateway.toRedis().heal();
      gateway.toPostgres().heal();
      gateway.goOn();
      if (!gateway.isUp()) {
        gateway.start();
      }
    }
    for (SimulatedManagement management : world.managements) {
      management.toRedis().heal();
      management.toPostgres().heal();
      management.goOn();
      if (!management.isUp()) {
        management.start();
      }
    }
  }

  private void strike(Fault fault) {
    if (scheduler.trace.isOn()) {
      scheduler.trace.tell("fault", fault.toString());
    }
    if (!fault.isConspiracy()) {
      world.coverage.count(fault);
    }
    switch (fault) {
      case REDIS_FREEZE,
          REDIS_CRASH,
          REDIS_OLD_DUMP,
          REDIS_EMPTY,
          REDIS_FLUSH,
          REDIS_EVICTION,
          REDIS_FAILOVER,
          REDIS_SPLIT_BRAIN,
          POSTGRES_FREEZE,
          POSTGRES_SLOW,
          POSTGRES_RESTART,
          POSTGRES_RESTORE,
          POSTGRES_SILENT_RESTORE,
          LOG_PRUNED ->
          stores.strike(fault);
      case CUT -> anyCable().cut(scheduler.chance(NOTICED_SHARE));
      case GATEWAY_PARTITION -> hold(cablesOf(gateway()), true, true);
      case GATEWAY_ONE_WAY -> {
        boolean up = scheduler.random.nextBoolean();
        hold(cablesOf(gateway()), up, !up);
      }
      case MANAGEMENT_PARTITION -> hold(cablesOf(management()), true, true);
      case MANAGEMENTS_WITHOUT_REDIS ->
          hold(world.managements.stream().map(SimulatedManagement::toRedis).toList(), true, true);
      case SLOW_NETWORK -> slowDown(anyCable());
      case GATEWAY_PAUSE -> pause(gateway());
      case GATEWAY_SUSPENSION -> suspend(gateway());
      case MANAGEMENT_SUSPENSION -> suspend(management());
      case WALL_JUMP ->
          jump(scheduler.random.nextBoolean() ? gateway().machine() : management().machine());
      case GATEWAY_CRASH -> crash(gateway());
      case GATEWAY_STOP -> stop(gateway());
      case MANAGEMENT_PAUSE -> pause(management());
      case MANAGEMENT_CRASH -> crash(management());
      case LOOKUP_AMID_CHANGE,
          GATEWAY_STUMBLES,
          GATEWAY_HEARS_LATE,
          GATEWAY_PAUSE_AMID_STEP,
          RESTORE_BEHIND_A_GATEWAY,
          RESTORE_BEHIND_THE_PROJECTOR,
          SILENT_RESTORE_BEHIND_THE_PROJECTOR,
          STORES_GO_BACK,
          OLD_DUMP_BEHIND_A_GATEWAY,
          STALE_WRITE,
          GATEWAY_FORGOTTEN ->
          conspiracies.strike(fault);
    }
  }

  // ---- whom it hits

  SimulatedGateway gateway() {
    return world.gateways.get(scheduler.random.nextInt(world.gateways.size()));
  }

  SimulatedManagement management() {
    return world.managements.get(scheduler.random.nextInt(world.managements.size()));
  }

  private Cable anyCable() {
    List<Cable> cables = allCables();
    return cables.get(scheduler.random.nextInt(cables.size()));
  }

  List<Cable> allCables() {
    List<Cable> cables = new ArrayList<>();
    world.gateways.forEach(gateway -> cables.addAll(cables(gateway)));
    world.managements.forEach(
        management -> cables.addAll(List.of(management.toRedis(), management.toPostgres())));
    return cables;
  }

  private static List<Cable> cables(SimulatedGateway gateway) {
    return List.of(gateway.toRedis(), gateway.toPostgres());
  }

  private List<Cable> cablesOf(SimulatedGateway gateway) {
    return some(gateway.toRedis(), gateway.toPostgres());
  }

  private List<Cable> cablesOf(SimulatedManagement management) {
    return some(management.toRedis(), management.toPostgres());
  }

  private List<Cable> some(Cable one, Cable other) {
    return switch (scheduler.random.nextInt(3)) {
      case 0 -> List.of(one);
      case 1 -> List.of(other);
      default -> List.of(one, other);
    };
  }

  // ---- faults of networks and nodes

  private void hold(List<Cable> cables, boolean up, boolean down) {
    cables.forEach(cable -> cable.hold(up, down));
    later(duration(), () -> cables.forEach(Cable::heal));
  }

  private void slowDown(Cable cable) {
    cable.slowDown();
    later(duration(), cable::heal);
  }

  private void pause(SimulatedGateway gateway) {
    gateway.pause();
    later(duration(), gateway::goOn);
  }

  private void pause(SimulatedManagement management) {
    management.pause();
    later(duration(), management::goOn);
  }

  private void suspend(SimulatedGateway gateway) {
    if (!gateway.machine().mayBeSuspended() || gateway.isPaused()) {
      return;
    }
    gateway.pause();
    long nanos = duration();
    gateway.machine().standsStill();
    later(nanos, gateway::goOn);
  }

  private void suspend(SimulatedManagement management) {
    if (management.machine().mayBeSuspended() && management.isRunning()) {
      management.pause();
      management.machine().standsStill();
      later(duration(), management::goOn);
    }
  }

  private void jump(Machine machine) {
    int millis = scheduler.random.nextInt(JUMP_MILLIS_MAX);
    machine.jump(machine.mayBeSuspended() || scheduler.random.nextBoolean() ? millis : -millis);
  }

  private void crash(SimulatedGateway gateway) {
    gateway.crash(scheduler.chance(NOTICED_SHARE));
    startLater(gateway);
  }

  private void stop(SimulatedGateway gateway) {
    gateway.stop();
    // Backups are taken at any time: of some a gateway is missing that comes back.
    scheduler.after(10 * Scheduler.MILLI, this::backUp);
    startLater(gateway);
  }

  private void startLater(SimulatedGateway gateway) {
    later(
        duration(),
        () -> {
          if (!gateway.isUp()) {
            gateway.start();
          } else if (gateway.isStopping()) {
            gateway.crash(true);
            gateway.start();
          }
        });
  }

  private void crash(SimulatedManagement management) {
    management.crash(scheduler.chance(NOTICED_SHARE));
    later(
        duration(),
        () -> {
          if (!management.isUp()) {
            management.start();
          }
        });
  }

  // ---- what the stores' faults need

  void backUp() {
    backups.add(world.postgres.state().copy());
    world.redis.dump();
  }

  PostgresState oldBackup() {
    return backups.get(scheduler.random.nextInt(backups.size()));
  }

  /** Returns a backup of a time when a gateway was not on the list, if there is one. */
  PostgresState backupWithout(SimulatedGateway gateway) {
    List<PostgresState> without =
        backups.stream()
            .filter(backup -> !backup.gateways.containsKey(gateway.toString()))
            .toList();
    return without.isEmpty() ? oldBackup() : without.getLast();
  }

  /** Returns some of the nodes, by their cables to Redis. */
  Set<Cable> someCablesToRedis() {
    Set<Cable> some = new HashSet<>();
    for (SimulatedGateway gateway : world.gateways) {
      if (scheduler.random.nextBoolean()) {
        some.add(gateway.toRedis());
      }
    }
    if (scheduler.random.nextBoolean()) {
      world.managements.forEach(management -> some.add(management.toRedis()));
    }
    return some;
  }
}
