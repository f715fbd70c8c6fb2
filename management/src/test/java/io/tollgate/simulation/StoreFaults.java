package io.tollgate.simulation;

import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Breaks the stores. */
final class StoreFaults {
  private static final long DOWN_NANOS_MAX = 2 * Scheduler.SECOND;
  private static final int KEPT_MAX = 6;

  private final Simulation world;
  private final Scheduler scheduler;
  private final Faults faults;

  StoreFaults(Simulation world, Faults faults) {
    this.world = world;
    scheduler = world.scheduler;
    this.faults = faults;
  }

  void strike(Fault fault) {
    switch (fault) {
      case REDIS_FREEZE -> freezeRedis();
      case REDIS_CRASH -> restartRedis(world.redis.master().dump());
      case REDIS_OLD_DUMP -> restartRedis(world.redis.oldDump());
      case REDIS_EMPTY -> restartRedis(Map.of());
      case REDIS_FLUSH -> flush(world.redis.master());
      case REDIS_EVICTION -> evict();
      case REDIS_FAILOVER -> failOver(Set.of());
      case REDIS_SPLIT_BRAIN -> failOver(faults.someCablesToRedis());
      case POSTGRES_FREEZE -> freezePostgres();
      case POSTGRES_SLOW -> slowDown();
      case POSTGRES_RESTART -> restartPostgres(null, true);
      case POSTGRES_RESTORE -> restartPostgres(faults.oldBackup(), true);
      case POSTGRES_SILENT_RESTORE -> restartPostgres(faults.oldBackup(), false);
      case LOG_PRUNED ->
          world
              .postgres
              .state()
              .prune(
                  world.postgres.state().counter().number() - scheduler.random.nextInt(KEPT_MAX));
      default -> throw new IllegalArgumentException(fault + " is not a store's");
    }
  }

  void heal() {
    world.redis.demoteFormer();
    world.redis.catchUp();
    world.redis.master().thaw();
    if (world.redis.master().isDead()) {
      world.redis.restart(world.redis.master().dump());
    }
    world.postgres.slowDown(0);
    world.postgres.thaw();
    if (world.postgres.isDead()) {
      world.postgres.start(world.postgres.state());
    }
  }

  // ---- Redis

  private void freezeRedis() {
    RedisServer frozen = world.redis.master();
    frozen.freeze();
    faults.later(faults.duration(), frozen::thaw);
  }

  void restartRedis(Map<String, String> data) {
    RedisServer dying = world.redis.master();
    if (!dying.isDead()) {
      dying.crash(scheduler.chance(0.9));
      faults.later(
          scheduler.random.nextLong(DOWN_NANOS_MAX),
          () -> {
            if (world.redis.master() == dying) {
              world.redis.restart(data);
            }
          });
    }
  }

  private static void flush(RedisServer server) {
    server.interfere(() -> server.flush(null));
  }

  private void evict() {
    world.lostDocuments();
    RedisServer server = world.redis.master();
    server.interfere(
        () -> {
          for (String name : server.documents()) {
            if (scheduler.random.nextBoolean()) {
              server.remove(name);
            }
          }
        });
  }

  private void failOver(Set<Cable> left) {
    if (world.redis.isSplit() || world.redis.master().isDead()) {
      return;
    }
    world.redis.lag(scheduler.random.nextLong(3 * Scheduler.SECOND));
    faults.later(
        scheduler.random.nextLong(2 * Scheduler.SECOND),
        () -> {
          if (!world.redis.isSplit() && !world.redis.master().isDead()) {
            world.redis.failOver(left);
            world.redis.catchUp();
            faults.later(faults.duration(), world.redis::demoteFormer);
          }
        });
  }

  // ---- Postgres

  private void freezePostgres() {
    world.postgres.freeze();
    faults.later(faults.duration(), world.postgres::thaw);
  }

  private void slowDown() {
    world.postgres.slowDown(scheduler.random.nextDouble(0.05, 0.6));
    faults.later(faults.duration(), () -> world.postgres.slowDown(0));
  }

  void restartPostgres(@Nullable PostgresState backup, boolean newIdentity) {
    restartPostgres(backup, newIdentity, scheduler.random.nextLong(DOWN_NANOS_MAX));
  }

  void restartPostgres(@Nullable PostgresState backup, boolean newIdentity, long downNanos) {
    if (world.postgres.isDead()) {
      return;
    }
    world.postgres.crash();
    faults.later(
        downNanos,
        () -> {
          if (!world.postgres.isDead()) {
            return;
          }
          PostgresState before = world.postgres.state();
          if (backup == null) {
            world.postgres.start(before);
            return;
          }
          PostgresState after =
              newIdentity ? backup.copyAs(world.names.fresh("server")) : backup.copy();
          world.judge.restored(after);
          world.postgres.start(after);
          world.restored(newIdentity);
        });
  }
}
