package io.tollgate.quota;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import io.tollgate.plan.Plan;
import io.tollgate.quota.Allowances.Reached;
import io.tollgate.store.AllowanceCall;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.UUID;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** A gateway of the model: its gate, the requests under way, and what its meter has counted. */
final class ModelGateway {
  private static final int ATTEMPTS_MAX = 3;

  private final AllowancesInPostgres postgres;
  private final SplittableRandom random;
  private final LongSupplier millis;
  private final UUID instance = UUID.randomUUID();
  private final Map<KeyId, Allowances> known = new HashMap<>();
  private final List<Open> open = new ArrayList<>();
  private final List<Runnable> late = new ArrayList<>();
  private final Map<Counted, long[]> batch = new HashMap<>();
  private long boot = 1;
  private QuotaGate gate;

  /** A request that passed, and whose fate is open. */
  record Open(
      KeyId key, Subject subject, String version, Allowances allowances, int taken, long units) {}

  private record Counted(String owner, String version) {}

  ModelGateway(AllowancesInPostgres postgres, SplittableRandom random, LongSupplier millis) {
    this.postgres = postgres;
    this.random = random;
    this.millis = millis;
    gate = newGate();
  }

  private QuotaGate newGate() {
    postgres.beginBoot(instance, boot);
    long current = boot;
    return new QuotaGate(
        call -> carry(current, call),
        Runnable::run,
        millis,
        () -> millis.getAsLong() * 1_000_000,
        new SimpleMeterRegistry());
  }

  /** A call may be lost on its way or on its way back, and heeded long after newer ones. */
  private Future<AllowanceCall.Leased> carry(long current, AllowanceCall call) {
    int fate = random.nextInt(20);
    if (fate == 0) {
      return Future.failedFuture(new StoreUnreachable("lost"));
    }
    if (fate == 1) {
      late.add(() -> postgres.lease(instance, current, call));
      return Future.failedFuture(new StoreUnreachable("late"));
    }
    Promise<AllowanceCall.Leased> answer = Promise.promise();
    postgres
        .lease(instance, current, call)
        .ifPresentOrElse(answer::complete, () -> answer.fail(new StoreUnreachable("overtaken")));
    return fate == 2 ? Future.failedFuture(new StoreUnreachable("answer lost")) : answer.future();
  }

  /** Heeds a call that was late. */
  void heedLate() {
    if (!late.isEmpty()) {
      late.remove(random.nextInt(late.size())).run();
    }
  }

  /** Returns whether a request passes. */
  boolean request(KeyId key, Subject subject, Plan plan, long units) {
    for (int attempt = 0; attempt < ATTEMPTS_MAX; attempt++) {
      @Nullable Allowances allowances = gate.of(known.get(key), key, subject, plan);
      if (allowances == null) {
        throw new IllegalStateException("the plan has quotas");
      }
      known.put(key, allowances);
      long nanos = millis.getAsLong() * 1_000_000;
      int taken = gate.take(allowances, units, nanos, attempt == ATTEMPTS_MAX - 1);
      if (taken >= 0) {
        open.add(new Open(key, subject, plan.version(), allowances, taken, units));
        return true;
      }
      if (taken == QuotaGate.NONE) {
        return false;
      }
      if (taken == QuotaGate.STALE) {
        known.remove(key);
      } else {
        gate.ask(allowances, units);
      }
    }
    return false;
  }

  List<Open> open() {
    return open;
  }

  /** Ends a request, and meters it. */
  void end(Open request, Reached reached) {
    open.remove(request);
    request.allowances().settle(request.taken(), request.units(), reached);
    for (String owner : List.of(request.key().toString(), request.subject().id())) {
      var counted = new Counted(owner, request.version());
      long[] counts = batch.computeIfAbsent(counted, unused -> new long[2]);
      counts[0] += reached == Reached.NOTHING ? 0 : request.units();
      counts[1] += reached == Reached.COMPLETED ? request.units() : 0;
    }
  }

  /** A request under a plan without quotas, which is metered, and takes nothing. */
  void free(KeyId key, Subject subject, String version, long units) {
    for (String owner : List.of(key.toString(), subject.id())) {
      long[] counts = batch.computeIfAbsent(new Counted(owner, version), unused -> new long[2]);
      counts[0] += units;
      counts[1] += units;
    }
  }

  /** The meter's batch comes in. */
  void ship() {
    ship(boot);
  }

  private void ship(long ofBoot) {
    List<AllowancesInPostgres.Used> used = new ArrayList<>();
    batch.forEach(
        (counted, counts) ->
            used.add(
                new AllowancesInPostgres.Used(
                    counted.owner(), counted.version(), counts[0], counts[1])));
    batch.clear();
    postgres.settle(instance, ofBoot, millis.getAsLong(), used);
  }

  void tick() {
    gate.tick();
  }

  /**
   * What was under way is gone; what was metered is there still, and comes in at the next start.
   */
  void killAndStart() {
    open.clear();
    known.clear();
    long ended = boot;
    ship(ended);
    postgres.endBoot(instance, ended);
    boot++;
    gate = newGate();
  }
}
