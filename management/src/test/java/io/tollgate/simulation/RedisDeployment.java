package io.tollgate.simulation;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The Redis of a deployment: one process after the other, and, where it may fail over, a replica
 * that lags and an old master that some still talk to.
 */
final class RedisDeployment {
  private static final int DUMPS_MAX = 8;
  private static final long LAG_NANOS = Scheduler.MILLI;

  private final Scheduler scheduler;
  private final Names names;
  private final boolean failsOver;
  private final Consumer<List<Cable>> afterWrites;
  private final List<Map<String, String>> dumps = new ArrayList<>();
  private final Set<Cable> behind = new HashSet<>();
  private RedisServer master;
  private @Nullable RedisServer formerMaster;
  private @Nullable RedisServer replica;
  private double longCycles;
  private long lagNanos = LAG_NANOS;
  private long replicatedAt;

  RedisDeployment(
      Scheduler scheduler, Names names, boolean failsOver, Consumer<List<Cable>> afterWrites) {
    this.scheduler = scheduler;
    this.names = names;
    this.failsOver = failsOver;
    this.afterWrites = afterWrites;
    master = process(Map.of());
    replicate();
  }

  private RedisServer process(Map<String, String> data) {
    var process = new RedisServer(scheduler, names.fresh("redis"), () -> longCycles, data);
    process.onWrites(afterWrites);
    return process;
  }

  /** From now on, that share of the loops' cycles last so long that much happens within them. */
  void slowDown(double share) {
    longCycles = share;
  }

  boolean failsOver() {
    return failsOver;
  }

  RedisServer master() {
    return master;
  }

  /** Returns whom one reaches by this cable who asks for the master. */
  RedisServer master(Cable cable) {
    RedisServer former = formerMaster;
    return former != null && behind.contains(cable) ? former : master;
  }

  // ---- dumps and restarts

  void dump() {
    if (dumps.size() == DUMPS_MAX) {
      dumps.remove(scheduler.random.nextInt(DUMPS_MAX));
    }
    if (!master.isDead()) {
      dumps.add(master.dump());
    }
  }

  /** Returns a dump of some time ago, empty where there is none. */
  Map<String, String> oldDump() {
    return dumps.isEmpty() ? Map.of() : dumps.get(scheduler.random.nextInt(dumps.size()));
  }

  void restart(Map<String, String> data) {
    master = process(data);
    replicate();
  }

  // ---- replication

  void lag(long nanos) {
    lagNanos = nanos;
  }

  void catchUp() {
    lagNanos = LAG_NANOS;
  }

  private void replicate() {
    if (!failsOver) {
      return;
    }
    RedisServer target = process(master.dump());
    replica = target;
    master.onEffects(
        new RedisServer.Effects() {
          @Override
          public void set(String name, @Nullable String text) {
            send(target, () -> target.replay(name, text));
          }

          @Override
          public void flush() {
            send(target, () -> target.flush(null));
          }
        });
  }

  private void send(RedisServer target, Runnable effect) {
    replicatedAt = Math.max(replicatedAt, scheduler.nanos() + lagNanos);
    scheduler.at(
        replicatedAt,
        () -> {
          // What had not arrived when the replica was promoted is lost.
          if (replica == target) {
            effect.run();
          }
        });
  }

  /**
   * The replica takes the master's place.
   *
   * @param left the cables of those who go on talking to the former master for a while
   */
  void failOver(Set<Cable> left) {
    RedisServer promoted = replica;
    if (promoted == null) {
      return;
    }
    RedisServer former = master;
    former.onEffects(null);
    master = promoted;
    replicate();
    if (left.isEmpty()) {
      former.crash(true);
    } else {
      formerMaster = former;
      behind.addAll(left);
      former.endAllBut(left);
    }
  }

  boolean isSplit() {
    return formerMaster != null;
  }

  /** Everybody agrees on the master again. */
  void demoteFormer() {
    RedisServer former = formerMaster;
    formerMaster = null;
    behind.clear();
    if (former != null) {
      former.crash(true);
    }
  }
}
