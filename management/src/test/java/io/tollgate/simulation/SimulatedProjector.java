package io.tollgate.simulation;

import io.tollgate.management.projector.Evidence.Look;
import io.tollgate.management.projector.Projection;
import io.tollgate.management.projector.RevocationProof;
import io.tollgate.management.projector.SessionOver;
import io.tollgate.management.projector.TruthStore;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The projector of one management: the real rules, in a loop that does as the production's does.
 */
final class SimulatedProjector {
  private static final long INTERVAL_NANOS = 100 * Scheduler.MILLI;
  private static final long BACKOFF_NANOS_MAX = 2 * Scheduler.SECOND;
  private static final long TIDY_NANOS = 10 * Scheduler.SECOND;
  private static final int FAILURES_COUNTED_MAX = 5;

  private final SimulatedManagement owner;
  private final Simulation world;
  private final Node node;
  private final List<Promise<Optional<Look>>> lookers = new ArrayList<>();
  private final DirectThread thread;
  private @Nullable DirectLine<RedisServer.Session> session;
  private @Nullable DirectLine<PostgresServer.Session> logLine;
  private @Nullable SimulatedTruthStore log;
  private @Nullable Projection projection;
  private @Nullable Promise<Boolean> resting;
  private boolean nudged;
  private boolean led;
  private long connection;
  private int failures;
  private String epochNoted = "";
  private long tidiedNanos;

  SimulatedProjector(SimulatedManagement owner, Simulation world, Node node) {
    this.owner = owner;
    this.world = world;
    this.node = node;
    thread = DirectThread.start(this::run);
  }

  boolean leads() {
    return led;
  }

  /** Asks for what Redis says after this call. */
  Promise<Optional<Look>> look() {
    Promise<Optional<Look>> looker = Promise.promise();
    lookers.add(looker);
    looker.future().onComplete(over -> lookers.remove(looker));
    nudge();
    return looker;
  }

  private void nudge() {
    nudged = true;
    Promise<Boolean> rest = resting;
    if (rest != null) {
      // By a hop of its own: who nudges may be the one who runs.
      world.scheduler.after(1, () -> node.deliver(this, () -> rest.tryComplete(true)));
    }
  }

  private void run(DirectThread self) {
    boolean more = false;
    while (true) {
      nudged = false;
      try {
        more = step(self);
        failures = 0;
      } catch (StoreUnreachable | SessionOver e) {
        world.scheduler.trace.tell(owner, "the projector starts over: " + e.getMessage());
        failures++;
        disconnect();
        List.copyOf(lookers).forEach(looker -> looker.tryComplete(Optional.empty()));
      }
      if (failures > 0 || !(more || nudged)) {
        rest(self);
      }
    }
  }

  /** Returns whether there is more to be carried at once. */
  private boolean step(DirectThread self) {
    List<Promise<Optional<Look>>> asking = List.copyOf(lookers);
    SimulatedTruthStore from = log(self);
    TruthStore.Head head = from.head();
    if (!head.epoch().equals(epochNoted)) {
      from.noteEpoch();
      epochNoted = head.epoch();
    }
    boolean leads = led || from.tryLock();
    if (leads && !led) {
      led = true;
      world.tookOver(this);
    }
    Projection to = projection(self, from);
    if (!leads) {
      Optional<Look> look = Optional.of(new Look(connection, to.look()));
      asking.forEach(looker -> looker.tryComplete(look));
      return false;
    }
    Projection.Step step = to.carry();
    Optional<Look> look = Optional.of(new Look(connection, Optional.of(step.applied())));
    asking.forEach(looker -> looker.tryComplete(look));
    if (world.scheduler.nanos() - tidiedNanos > TIDY_NANOS) {
      tidiedNanos = world.scheduler.nanos();
      from.dropDeadGateways(RevocationProof.ABSENCE_MARGIN.toMillis());
    }
    return !step.isWhole();
  }

  private SimulatedTruthStore log(DirectThread self) {
    SimulatedTruthStore known = log;
    if (known != null) {
      return known;
    }
    DirectLine<PostgresServer.Session> line =
        DirectLine.open(self, node, owner.toPostgres(), world.postgres, first -> {});
    logLine = line;
    var opened =
        new SimulatedTruthStore(
            self, line, world.postgres, world.codec, world.names, world.coverage);
    opened.listen(this::nudge);
    log = opened;
    return opened;
  }

  private Projection projection(DirectThread self, SimulatedTruthStore from) {
    Projection known = projection;
    if (known != null) {
      return known;
    }
    DirectLine<RedisServer.Session> line =
        DirectLine.open(
            self, node, owner.toRedis(), world.redis.master(owner.toRedis()), first -> {});
    session = line;
    connection++;
    var guards = world.setup.sabotage().managementGuards();
    var begun =
        new Projection(
            world.codec.applied(),
            new SimulatedProjectionStore(self, line, guards),
            from,
            guards,
            this::rebuilding);
    projection = begun;
    return begun;
  }

  private void rebuilding(String reason) {
    world.coverage.count(Covered.REBUILD);
    world.scheduler.trace.tell(owner, "rebuilds: " + reason);
  }

  private void rest(DirectThread self) {
    Promise<Boolean> over = Promise.promise();
    long nanos = INTERVAL_NANOS;
    if (failures > 0) {
      long most =
          Math.min(BACKOFF_NANOS_MAX, INTERVAL_NANOS << Math.min(failures, FAILURES_COUNTED_MAX));
      nanos = world.scheduler.between(most / 2, most + 1);
    } else {
      resting = over;
    }
    node.after(nanos, () -> over.tryComplete(true));
    self.await(over.future());
    resting = null;
  }

  private void disconnect() {
    projection = null;
    log = null;
    led = false;
    if (session != null) {
      session.close();
      session = null;
    }
    if (logLine != null) {
      logLine.close();
      logLine = null;
    }
  }

  /** The process has died. */
  void abandon(boolean noticed) {
    if (session != null) {
      session.abandon(noticed);
    }
    if (logLine != null) {
      logLine.abandon(noticed);
    }
    thread.kill();
  }
}
