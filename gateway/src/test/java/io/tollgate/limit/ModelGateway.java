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
  private static final long COUNT = 2_500 * Simulation.MILLI;
  private static final long SETTLED = 10 * Simulation.SECOND;

  final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  final Simulation.Path path;
  private final String name;
  private final Simulation simulation;
  private final RateLimiter limiter;
  private final LimitSet limits;
  private final SplittableRandom random;
  private final LongConsumer came;
  private final LongConsumer passed;
  private boolean alive = true;
  private boolean hears = true;

  /**
   * Starts one that serves one key.
   *
   * @param name on the list, whose place it takes
   * @param patient whether it waits before it holds a reserve, as newcomers must
   * @param came hears of each request that comes, of how many units
   * @param passed hears of each that passes
   */
  ModelGateway(
      Simulation simulation,
      Plan plan,
      String name,
      boolean patient,
      long seed,
      LongConsumer came,
      LongConsumer passed) {
    this.name = name;
    this.simulation = simulation;
    this.came = came;
    this.passed = passed;
    random = new SplittableRandom(seed);
    path = simulation.new Path(random.nextLong(Simulation.MILLI / 5, 2 * Simulation.MILLI));
    limiter =
        new RateLimiter(LimitConfig.UNLIMITED, path, Runnable::run, simulation::nanos, metrics);
    simulation.register(name);
    if (simulation.isAtStart() || !patient) {
      hear(simulation.nanos() - SETTLED);
    }
    count();
    limits = limiter.limits(new KeyId(1, 2), SUBJECT, plan, simulation.nanos());
    simulation.after(PROBE, this::probe);
  }

  private void count() {
    if (alive) {
      if (hears) {
        hear(simulation.nanos());
      }
      simulation.after(COUNT, this::count);
    }
  }

  private void hear(long nanos) {
    limiter.setGateways(simulation.listed(), simulation.isListed(name), nanos, nanos);
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

  /** Is cut off from the list, or no more. */
  void setHearing(boolean hearing) {
    hears = hearing;
  }

  String name() {
    return name;
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
