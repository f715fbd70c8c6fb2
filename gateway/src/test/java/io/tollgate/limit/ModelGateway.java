package io.tollgate.limit;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import io.tollgate.limit.Admission.Outcome;
import io.tollgate.plan.Plan;
import java.util.SplittableRandom;
import java.util.function.LongConsumer;

/**
 * A gateway of the model: the real limiter on the virtual clock, and clients that come at random.
 */
final class ModelGateway {
  private static final Subject SUBJECT = new Subject("user_000000000000000000000000000");
  private static final long PROBE = 100 * Simulation.MILLI;

  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final Simulation.Path path;
  private final Simulation simulation;
  private final RateLimiter limiter;
  private final LimitSet limits;
  private final SplittableRandom random;
  private final LongConsumer came;
  private final LongConsumer passed;
  private boolean alive = true;

  /**
   * Starts one that serves one key.
   *
   * @param came hears of each request that comes, of how many units
   * @param passed hears of each that passes
   */
  ModelGateway(
      Simulation simulation,
      Plan plan,
      int gateways,
      long seed,
      LongConsumer came,
      LongConsumer passed) {
    this.simulation = simulation;
    this.came = came;
    this.passed = passed;
    random = new SplittableRandom(seed);
    path = simulation.new Path(random.nextLong(Simulation.MILLI / 5, 2 * Simulation.MILLI));
    limiter =
        new RateLimiter(LimitConfig.UNLIMITED, path, Runnable::run, simulation::nanos, metrics);
    limiter.setGateways(gateways);
    limits = limiter.limits(new KeyId(1, 2), SUBJECT, plan, simulation.nanos());
    simulation.after(PROBE, this::probe);
  }

  private void probe() {
    if (alive) {
      limiter.probe();
      simulation.after(PROBE, this::probe);
    }
  }

  /** Lets requests of that cost come, at random moments, so many a second on average. */
  void demand(double perSecond, long cost) {
    double gap = -Math.log(1 - random.nextDouble()) * Simulation.SECOND / perSecond;
    simulation.after(
        (long) gap,
        () -> {
          if (alive) {
            request(cost);
            demand(perSecond, cost);
          }
        });
  }

  void request(long cost) {
    came.accept(cost);
    var told = new Admission();
    limiter.admit(limits, cost, simulation.nanos(), told);
    if (told.outcome() == Outcome.WAITS) {
      limiter.ask(limits, cost, answer -> note(answer, cost));
    } else {
      note(told, cost);
    }
  }

  private void note(Admission told, long cost) {
    if (alive && told.outcome() == Outcome.PASSES) {
      passed.accept(cost);
    }
  }

  /** Ends as by a kill: with its leases, and in the middle of a trip. */
  void die() {
    alive = false;
  }

  double admitted(String source) {
    return metrics.get("tollgate.limit.admissions").tag("source", source).counter().count();
  }

  boolean isCutOff() {
    return metrics.get("tollgate.limit.cut-off").gauge().value() == 1;
  }
}
