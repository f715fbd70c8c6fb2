package io.tollgate.simulation;

import io.tollgate.key.KeyDigest;
import io.tollgate.ring.Clocks;
import io.tollgate.ring.FenceConfig;
import io.tollgate.ring.Grant;
import io.tollgate.ring.OpenKeeper;
import io.tollgate.ring.Verdict;
import io.tollgate.store.GatewayName;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A gateway: the real core, on a machine and a network that may fail. Its process may die and start
 * again under the same name.
 */
final class SimulatedGateway {
  private static final long WARM_NANOS = 10 * Scheduler.SECOND;
  private static final long HOP_NANOS_MAX = 30 * Scheduler.MICRO;
  private static final long SPLIT_NANOS_MIN = 20 * Scheduler.MICRO;
  private static final long SPLIT_NANOS_MAX = 500 * Scheduler.MILLI;
  private static final double SPLIT_CHANCE = 0.2;

  private final String name;
  private final FenceConfig fence;
  private final Simulation world;
  private final Machine machine;
  private final Cable toRedis;
  private final Cable toPostgres;
  private final Map<KeyDigest, Long> acceptedNanos = new HashMap<>();
  private @Nullable Running running;

  /** One process of this gateway. */
  private static final class Running {
    private final Node node;
    private final SimulatedFeed feed;
    private final SimulatedKeys keys;
    private final SimulatedLog log;
    private final OpenKeeper keeper;
    private boolean stopping;

    private Running(Node node, Parts parts, OpenKeeper keeper) {
      this.node = node;
      feed = parts.feed;
      keys = parts.keys;
      log = parts.log;
      this.keeper = keeper;
    }
  }

  private record Parts(SimulatedFeed feed, SimulatedKeys keys, SimulatedLog log) {}

  SimulatedGateway(String name, Simulation world, FenceConfig fence) {
    this.name = name;
    this.fence = fence;
    this.world = world;
    machine = new Machine(world.scheduler);
    toRedis = new Cable(world.scheduler);
    toPostgres = new Cable(world.scheduler);
  }

  Machine machine() {
    return machine;
  }

  Cable toRedis() {
    return toRedis;
  }

  Cable toPostgres() {
    return toPostgres;
  }

  boolean isUp() {
    return running != null;
  }

  boolean isDisturbed() {
    Running process = running;
    return process == null
        || !process.node.isRunning()
        || toRedis.isDisturbed()
        || toPostgres.isDisturbed();
  }

  /** Returns whether it can neither reach nor be reached by some store just now. */
  boolean isCutOff() {
    Running process = running;
    return process != null
        && !process.stopping
        && (toRedis.isHeld(true)
            || toRedis.isHeld(false)
            || toPostgres.isHeld(true)
            || toPostgres.isHeld(false));
  }

  // ---- its life

  void start() {
    SimulationSetup setup = world.setup;
    var node = new Node(name, world.scheduler, machine);
    var self =
        new GatewayName(name, world.names.fresh("boot"), fence.bound(), fence.postgresAbsenceMax());
    long deadline = setup.postgresDeadlineNanos();
    var parts =
        new Parts(
            new SimulatedFeed(node, toRedis, world.redis, world.codec),
            new SimulatedKeys(node, toPostgres, world.postgres, world.judge, deadline),
            new SimulatedLog(node, toPostgres, world.postgres, self, deadline));
    Clocks clocks = setup.sabotage().ignoresWallClock() ? new MonotonicOnly(machine) : machine;
    var keeper =
        new OpenKeeper(
            fence, parts.feed, parts.keys, parts.log, clocks, setup.sabotage().gatewayMissing());
    var process = new Running(node, parts, keeper);
    acceptedNanos.clear();
    running = process;
    world.scheduler.trace.tell(name, "starts as " + self.boot());
    keeper.open();
    node.after(fence.interval().toNanos(), () -> tick(process));
  }

  /** Both clocks told by one, as if nobody had thought of suspension. */
  private record MonotonicOnly(Clocks machine) implements Clocks {
    @Override
    public long nanos() {
      return machine.nanos();
    }

    @Override
    public long millis() {
      return machine.nanos() / Scheduler.MILLI;
    }
  }

  private void tick(Running process) {
    if (!process.stopping) {
      process.keeper.tick();
      process.node.after(fence.interval().toNanos(), () -> tick(process));
    }
  }

  /** The process dies where it stands; {@code noticed} tells whether its machine goes on. */
  void crash(boolean noticed) {
    Running process = running;
    if (process != null) {
      world.scheduler.trace.tell(name, "dies");
      tally(process);
      process.node.die();
      process.feed.abandon(noticed);
      process.keys.abandon(noticed);
      process.log.abandon(noticed);
      running = null;
    }
  }

  /** Takes nothing more, then leaves the list. */
  void stop() {
    Running process = running;
    if (process != null && process.node.isRunning()) {
      world.scheduler.trace.tell(name, "stops");
      process.stopping = true;
      process.keeper.close().onComplete(left -> crash(true));
    }
  }

  private void tally(Running process) {
    world.coverage.count(Covered.LOOKUP_DETACHED, process.keeper.detached());
  }

  void tally() {
    Running process = running;
    if (process != null) {
      tally(process);
    }
  }

  void pause() {
    Running process = running;
    if (process != null) {
      world.scheduler.trace.tell(name, "is paused");
      process.node.pause();
    }
  }

  boolean isPaused() {
    Running process = running;
    return process == null || !process.node.isRunning();
  }

  boolean isStopping() {
    Running process = running;
    return process != null && process.stopping;
  }

  void goOn() {
    machine.goesOn();
    Running process = running;
    if (process != null) {
      world.scheduler.trace.tell(name, "goes on");
      process.node.goOn();
    }
  }

  // ---- uses

  /** A request arrives. */
  void receive(Use use) {
    Running process = running;
    if (process != null && !process.stopping) {
      process.node.deliver(use, () -> begin(process, use));
    }
  }

  /** Returns whether this process has accepted a secret a short while ago. */
  boolean isWarm(KeyDigest digest) {
    Long accepted = acceptedNanos.get(digest);
    return accepted != null && world.scheduler.nanos() - accepted < WARM_NANOS;
  }

  /** The time is read when the head has come; whatever happens next happens on some event loop. */
  private void begin(Running process, Use use) {
    long nanos = machine.nanos();
    long millis =
        world.setup.sabotage().ignoresWallClock() ? nanos / Scheduler.MILLI : machine.millis();
    boolean split = world.scheduler.chance(SPLIT_CHANCE);
    Gap gap = work -> later(process, use, split, work);
    if (world.setup.sabotage().readsRingFirst()) {
      gap.then(
          () -> {
            Verdict known = process.keeper.ring(use.digest());
            gap.then(
                () ->
                    judge(process, use, process.keeper.fenceStands(nanos, millis) ? known : null));
          });
    } else {
      gap.then(
          () -> {
            boolean stands = process.keeper.fenceStands(nanos, millis);
            gap.then(() -> judge(process, use, stands ? process.keeper.ring(use.digest()) : null));
          });
    }
  }

  private interface Gap {
    void then(Runnable work);
  }

  private void later(Running process, Use use, boolean split, Runnable work) {
    if (!split) {
      work.run();
      return;
    }
    world.coverage.count(Covered.SPLIT_USE);
    world.scheduler.after(
        world.scheduler.anyOrder(SPLIT_NANOS_MIN, SPLIT_NANOS_MAX),
        () -> process.node.deliver(use, work));
  }

  private void judge(Running process, Use use, @Nullable Verdict known) {
    if (known != null) {
      answered(process, use, known, true);
      return;
    }
    world.scheduler.after(
        world.scheduler.random.nextLong(HOP_NANOS_MAX),
        () ->
            process.node.deliver(
                use,
                () ->
                    process
                        .keeper
                        .lookUp(use.digest())
                        .onSuccess(verdict -> answered(process, use, verdict, false))));
  }

  private void answered(Running process, Use use, Verdict verdict, boolean byRing) {
    if (verdict instanceof Grant) {
      acceptedNanos.put(use.digest(), world.scheduler.nanos());
    }
    if (use.sentAfterReturn() && isCutOff()) {
      world.coverage.count(Covered.USED_AFTER_RETURN_WHILE_CUT_OFF);
    }
    if (world.scheduler.trace.isOn()) {
      world.scheduler.trace.tell(
          name,
          use.key()
              + (use.sentAfterReturn() ? " (revoked) " : " ")
              + (verdict instanceof Grant ? "accepted" : verdict)
              + (byRing ? " by the ring; " : " by look-up; ")
              + process.keeper);
    }
    world.judge.answered(use, verdict, byRing);
  }

  @Override
  public String toString() {
    return name;
  }
}
