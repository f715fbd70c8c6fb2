package io.tollgate.simulation;

import io.tollgate.management.projector.RevocationProof.Proven;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One history: everything that a seed leads to.
 *
 * <p>It begins without faults, when everything must be quick; then faults fall in, one over the
 * other; then all is mended, and one store, or all managements, die for all at once, which must not
 * be noticed; in the end everything must be as in the beginning.
 */
final class Simulation {
  private static final long START_NANOS = 4 * Scheduler.SECOND;
  private static final long QUIET_NANOS = 7 * Scheduler.SECOND;
  private static final long SETTLING_NANOS = 14 * Scheduler.SECOND;
  private static final long OUTAGE_NOTICED_NANOS = 2 * Scheduler.SECOND;
  private static final long OUTAGE_NANOS = 5 * Scheduler.SECOND;
  private static final long BACKUP_NANOS = 3 * Scheduler.SECOND;

  final SimulationSetup setup;
  final Scheduler scheduler;
  final Coverage coverage = new Coverage();
  final Names names;
  final Codec codec;
  final Judge judge;
  final RedisDeployment redis;
  final PostgresServer postgres;
  final List<SimulatedGateway> gateways = new ArrayList<>();
  final List<SimulatedManagement> managements = new ArrayList<>();
  final Clients clients;
  private final Faults faults;
  private @Nullable SimulatedProjector projecting;
  private boolean restored;
  private boolean lostDocuments;
  private long calls;

  Simulation(SimulationSetup setup) {
    this.setup = setup;
    scheduler = new Scheduler(setup.seed());
    names = new Names(scheduler.random.split());
    codec = new Codec(scheduler.random.split());
    redis = new RedisDeployment(scheduler, names, setup.fence().redisFailsOver(), this::written);
    var first = new PostgresState(names.fresh("server"), names.fresh("history"));
    // Where no key was ever issued, no gateway can hold one.
    first.epochsSeen.put(first.epoch(), Long.MIN_VALUE);
    postgres = new PostgresServer(scheduler, first);
    judge = new Judge(scheduler, coverage, first, setup.longestBound().toNanos());
    for (int i = 0; i < setup.gateways(); i++) {
      gateways.add(new SimulatedGateway("gateway" + i, this, setup.fenceOf(i)));
    }
    for (int i = 0; i < setup.managements(); i++) {
      managements.add(new SimulatedManagement("management" + i, this));
    }
    faults = new Faults(this);
    clients = new Clients(this);
  }

  // ---- what parts of the world tell each other

  void happened(Moment moment) {
    faults.happened(moment);
    if (moment == Moment.HEALED) {
      clients.tryAfterHealing();
    }
  }

  private void written(List<Cable> answeredFirst) {
    coverage.count(Covered.ANSWER_BEFORE_ANNOUNCEMENT, answeredFirst.size());
    faults.written(answeredFirst);
  }

  /** A revocation has returned 2xx. */
  void returned(SimulatedKey key, long calledNanos, String epoch, Proven proven) {
    coverage.count(proven == Proven.BY_LIST ? Covered.REVOKED_BY_LIST : Covered.REVOKED_BY_REDIS);
    if (gateways.stream().anyMatch(SimulatedGateway::isCutOff)) {
      coverage.count(Covered.RETURNED_WHILE_A_GATEWAY_IS_CUT_OFF);
    }
    judge.returned(key, calledNanos, epoch, proven == Proven.BY_LIST);
    clients.tryEverywhere(key);
    happened(Moment.RETURNED);
  }

  void tookOver(SimulatedProjector projector) {
    if (projecting != null && projecting != projector) {
      coverage.count(Covered.PROJECTOR_TOOK_OVER);
    }
    projecting = projector;
  }

  /** Redis lost some documents, which its policy forbids it: it lacks them from now on. */
  void lostDocuments() {
    lostDocuments = true;
  }

  /** Postgres was restored, by another server or, silently, by the same. */
  void restored(boolean newIdentity) {
    restored = true;
    if (newIdentity) {
      coverage.count(Covered.NEW_EPOCH);
    }
  }

  // ---- the history

  /** Runs to its end, or to the first breach of a promise, which is returned. */
  @Nullable String run() {
    managements.forEach(SimulatedManagement::start);
    gateways.forEach(SimulatedGateway::start);
    backUpRegularly();
    scheduler.after(Scheduler.SECOND, clients::begin);
    pass(START_NANOS);
    if (setup.isSteered()) {
      fail();
    } else {
      judge.promise(Judge.Promised.ALL);
      pass(QUIET_NANOS);
      judge.promise(Judge.Promised.SAFETY);
      fail();
      pass(SETTLING_NANOS);
      dieForAll();
      pass(OUTAGE_NANOS);
      judge.promise(Judge.Promised.SAFETY);
      faults.healAll();
      pass(SETTLING_NANOS / 2);
      judge.promise(Judge.Promised.ALL);
      pass(OUTAGE_NANOS);
    }
    clients.stop();
    gateways.forEach(SimulatedGateway::tally);
    managements.forEach(management -> management.crash(false));
    return judge.breach();
  }

  private void fail() {
    redis.slowDown(setup.longCycles());
    faults.begin();
    pass(setup.chaosNanos());
    redis.slowDown(0);
    faults.healAll();
  }

  private void pass(long nanos) {
    long until = scheduler.nanos() + nanos;
    while (judge.breach() == null && scheduler.next(until)) {
      // The next event, until there is none before that time.
    }
  }

  private void backUpRegularly() {
    faults.backUp();
    scheduler.after(scheduler.random.nextLong(2 * BACKUP_NANOS), this::backUpRegularly);
  }

  private void dieForAll() {
    switch (scheduler.random.nextInt(3)) {
      case 0 -> {
        redis.master().crash(true);
        promiseLater(
            restored ? Judge.Promised.WITHOUT_REDIS_AFTER_RESTORE : Judge.Promised.WITHOUT_REDIS);
      }
      case 1 -> {
        postgres.freeze();
        if (!setup.fence().redisFailsOver() && !lostDocuments) {
          promiseLater(Judge.Promised.WITHOUT_POSTGRES);
        }
      }
      default -> {
        managements.forEach(management -> management.crash(true));
        promiseLater(Judge.Promised.WITHOUT_MANAGEMENT);
      }
    }
  }

  /** After the while in which cold look-ups may find out what is dead. */
  private void promiseLater(Judge.Promised promised) {
    scheduler.after(
        OUTAGE_NOTICED_NANOS,
        () -> {
          judge.promise(promised, OUTAGE_NOTICED_NANOS + Scheduler.SECOND);
          coverage.count(Covered.valueOf(promised.name()));
        });
  }

  /** Returns how many times somebody has called for a revocation. */
  long calls() {
    return calls;
  }

  /** Somebody calls for a revocation. */
  void called() {
    calls++;
  }
}
