package io.tollgate.limit;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import io.tollgate.limit.Admission.Outcome;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import io.tollgate.plan.Plan;
import io.tollgate.store.LimitAnswer;
import io.tollgate.store.LimitTerms;
import io.tollgate.store.LimitTrip;
import io.vertx.core.Future;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Level;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * The limit step of a request that passes by leases: three limits, the clock and what its headers
 * tell included. Beside it its floor, the clock alone. Each checks its result.
 *
 * <p>The store gives whatever it is asked for, on the same thread: so the figure holds the fetching
 * of leases, too, but not Redis.
 *
 * <pre>
 * java -jar benchmarks/target/benchmarks.jar LimitBenchmark -prof gc
 * </pre>
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.NANOSECONDS)
@Warmup(iterations = 5, time = 1)
@Measurement(iterations = 8, time = 1)
@Fork(
    value = 2,
    jvmArgsAppend = {"-Xms1g", "-Xmx1g", "-XX:+UseSerialGC"})
public class LimitBenchmark {
  private static final List<Limit> LIMITS =
      List.of(
          new Limit(Per.KEY, 1_000_000, 1, 1_000_000),
          new Limit(Per.SUBJECT, 60_000_000, 60, 60_000_000),
          new Limit(Per.PLAN, 1_000_000, 1, 1_000_000));

  /** So long a gateway waits before it holds a reserve. */
  private static final long SETTLED_NANOS = TimeUnit.SECONDS.toNanos(10);

  /** How many keys ask in turn; all have one plan and one subject. */
  @Param({"1", "100"})
  int keys;

  /** What they take from. */
  @Param({"leases", "reserve"})
  String from;

  private RateLimiter limiter;
  private LimitSet[] sets;
  private final Admission told = new Admission();
  private int next;

  private static Future<LimitAnswer> give(LimitTrip trip) {
    return Future.succeededFuture(
        new LimitAnswer(
            0,
            trip.costs().size(),
            trip.limits().stream().map(LimitTerms::ahead).toList(),
            trip.limits().stream().map(limit -> 0L).toList()));
  }

  /** Makes all keys known. */
  @Setup
  public void open() {
    limiter =
        new RateLimiter(
            LimitConfig.UNLIMITED,
            LimitBenchmark::give,
            Runnable::run,
            System::nanoTime,
            new SimpleMeterRegistry());
    sets = new LimitSet[keys];
    var subject = new Subject("user_000000000000000000000000000");
    var plan = new Plan("pver_1", LIMITS, null);
    for (int i = 0; i < keys; i++) {
      sets[i] = limiter.limits(new KeyId(1, i), subject, plan, System.nanoTime());
    }
  }

  /** Lets reserves be held for the seconds that an iteration lasts. */
  @Setup(Level.Iteration)
  public void count() {
    long now = System.nanoTime();
    limiter.setGateways(1, from.equals("reserve"), now - SETTLED_NANOS, now - SETTLED_NANOS);
    limiter.setGateways(1, from.equals("reserve"), now, now);
  }

  /** Take from three leases, or reserves, and tell how the strictest limit stands. */
  @Benchmark
  public long pass() {
    next = next + 1 == keys ? 0 : next + 1;
    LimitSet set = sets[next];
    limiter.admit(set, 1, System.nanoTime(), told);
    if (told.outcome() == Outcome.WAITS) {
      limiter.ask(set, 1, told::copy);
    }
    if (told.outcome() != Outcome.PASSES) {
      throw new IllegalStateException("a request was refused: " + told.outcome());
    }
    return told.remaining();
  }

  /** The floor: the clock alone. */
  @Benchmark
  public long floor() {
    return System.nanoTime();
  }
}
