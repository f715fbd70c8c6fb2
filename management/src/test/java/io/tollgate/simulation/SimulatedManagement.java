package io.tollgate.simulation;

import io.tollgate.key.KeyDigest;
import io.tollgate.management.projector.RevocationProof;
import io.tollgate.store.StoreUnreachable;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A management: it creates and revokes keys, proves that revocations hold, projects, and verifies
 * keys by what Postgres said a bound ago at most.
 */
final class SimulatedManagement {
  /** How often all keys of a subject are revoked at once. */
  private static final double SUBJECT_CHANCE = 0.3;

  private final String name;
  private final Simulation world;
  private final Machine machine;
  private final Cable toRedis;
  private final Cable toPostgres;
  private final Deque<DirectLine<PostgresServer.Session>> idle = new ArrayDeque<>();
  private final List<DirectThread> threads = new ArrayList<>();
  private final List<DirectLine<PostgresServer.Session>> busy = new ArrayList<>();
  private final Map<KeyDigest, Verified> verified = new HashMap<>();
  private @Nullable Node node;
  private @Nullable SimulatedProjector projector;

  /** An answer of Postgres that may be used again for a bound from its asking. */
  private record Verified(boolean valid, long sentNanos, long sentMillis) {}

  SimulatedManagement(String name, Simulation world) {
    this.name = name;
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

  SimulatedProjector projector() {
    return Objects.requireNonNull(projector, "the management does not run");
  }

  /** Returns whether it is the one who projects. */
  boolean leads() {
    SimulatedProjector known = projector;
    return known != null && known.leads();
  }

  boolean isUp() {
    return node != null;
  }

  boolean isRunning() {
    return node != null && node.isRunning();
  }

  // ---- its life

  void start() {
    var process = new Node(name, world.scheduler, machine);
    node = process;
    world.scheduler.trace.tell(name, "starts");
    projector = new SimulatedProjector(this, world, process);
  }

  void crash(boolean noticed) {
    if (node == null) {
      return;
    }
    world.scheduler.trace.tell(name, "dies");
    node.die();
    node = null;
    projector().abandon(noticed);
    projector = null;
    List.copyOf(threads).forEach(DirectThread::kill);
    threads.clear();
    idle.forEach(line -> line.abandon(noticed));
    idle.clear();
    busy.forEach(line -> line.abandon(noticed));
    busy.clear();
    verified.clear();
  }

  void pause() {
    if (node != null) {
      world.scheduler.trace.tell(name, "is paused");
      node.pause();
    }
  }

  void goOn() {
    machine.goesOn();
    if (node != null) {
      world.scheduler.trace.tell(name, "goes on");
      node.goOn();
    }
  }

  // ---- calls

  private void serve(Consumer<DirectThread> call) {
    Node process = node;
    if (process == null) {
      return;
    }
    process.deliver(
        call,
        () ->
            DirectThread.start(
                thread -> {
                  threads.add(thread);
                  try {
                    call.accept(thread);
                  } finally {
                    threads.remove(thread);
                  }
                }));
  }

  /** Runs one statement or transaction on a connection of the pool. */
  <R extends @Nullable Object> R transact(
      DirectThread thread, Function<PostgresServer.Session, R> work, long withinNanos) {
    Node process = Objects.requireNonNull(node, "the management does not run");
    DirectLine<PostgresServer.Session> line = idle.poll();
    while (line != null && line.isEnded()) {
      line = idle.poll();
    }
    if (line == null) {
      line = DirectLine.open(thread, process, toPostgres, world.postgres, first -> {});
    }
    busy.add(line);
    try {
      R result = line.ask(thread, work, withinNanos);
      idle.add(line);
      return result;
    } catch (StoreUnreachable e) {
      line.close();
      throw e;
    } finally {
      busy.remove(line);
    }
  }

  void create(SimulatedKey key) {
    String changeId = world.names.fresh("change");
    serve(
        thread -> {
          try {
            transact(
                thread,
                session -> {
                  world.postgres.state().create(key.id, key.digests, changeId);
                  world.judge.created(key);
                  world.postgres.tellOfChange();
                  return true;
                },
                DirectLine.DEADLINE_NANOS);
          } catch (StoreUnreachable unconfirmed) {
            world.coverage.count(Covered.COMMIT_UNCONFIRMED);
          }
        });
  }

  /** A call to revoke a key; {@code answered} hears whether it returned 2xx. */
  void revoke(SimulatedKey key, Consumer<Boolean> answered) {
    long calledNanos = world.scheduler.nanos();
    serve(thread -> answered.accept(revoke(thread, key, calledNanos)));
  }

  private record Committed(OptionalLong number, String epoch) {}

  private boolean revoke(DirectThread thread, SimulatedKey key, long calledNanos) {
    Committed committed;
    String changeId = world.names.fresh("change");
    try {
      committed = transact(thread, session -> commit(key, changeId), DirectLine.DEADLINE_NANOS);
    } catch (StoreUnreachable unconfirmed) {
      world.coverage.count(Covered.COMMIT_UNCONFIRMED);
      world.judge.failed(key, calledNanos, "the commit was not confirmed");
      return false;
    }
    if (committed.number().isEmpty()) {
      return false;
    }
    long number = committed.number().getAsLong();
    world.scheduler.trace.tell(name, "has committed the revocation of " + key + " as " + number);
    var proof =
        new RevocationProof(
            new SimulatedEvidence(
                thread, Objects.requireNonNull(node, "runs"), this, world.postgres),
            world.setup.fence(),
            world.setup.sabotage().managementGuards(),
            committed.epoch(),
            number);
    return switch (proof.await()) {
      case RevocationProof.Proven proven -> {
        world.scheduler.trace.tell(name, "returns 2xx for " + key + ", proven " + proven);
        world.returned(key, calledNanos, committed.epoch(), proven);
        yield true;
      }
      case RevocationProof.Pending pending -> {
        world.scheduler.trace.tell(name, "pending: " + key + ": " + pending.notDone());
        world.coverage.count(Covered.REVOCATION_PENDING);
        world.judge.failed(key, calledNanos, pending.notDone());
        yield false;
      }
    };
  }

  private Committed commit(SimulatedKey key, String changeId) {
    PostgresState state = world.postgres.state();
    OptionalLong number = state.revoke(key.id, world.scheduler.chance(SUBJECT_CHANCE), changeId);
    if (number.isPresent()) {
      world.judge.committed(key);
      world.postgres.tellOfChange();
      world.happened(Moment.COMMITTED);
    }
    return new Committed(number, state.epoch());
  }

  // ---- verify

  /** A call to verify a secret: this management's cache is a little gateway. */
  void verify(SimulatedKey key, KeyDigest digest) {
    boolean sentAfterReturn = key.returned;
    serve(
        thread -> {
          try {
            world.judge.verified(key, find(thread, digest), sentAfterReturn, name);
          } catch (StoreUnreachable unreachable) {
            world.coverage.count(Covered.STORES_UNREACHABLE);
          }
        });
  }

  private boolean find(DirectThread thread, KeyDigest digest) {
    long nanos = machine.nanos();
    long millis = machine.millis();
    Verified known = verified.get(digest);
    long boundNanos = world.setup.fence().bound().toNanos();
    if (known != null
        && nanos - known.sentNanos() < boundNanos
        && (millis - known.sentMillis()) * Scheduler.MILLI < boundNanos) {
      world.coverage.count(Covered.VERIFIED_FROM_CACHE);
      return known.valid();
    }
    boolean valid =
        transact(
            thread, session -> world.postgres.state().isValid(digest), DirectLine.DEADLINE_NANOS);
    verified.put(digest, new Verified(valid, nanos, millis));
    return valid;
  }

  @Override
  public String toString() {
    return name;
  }
}
