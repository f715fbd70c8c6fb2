package io.tollgate.limit;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import io.tollgate.limit.Admission.Outcome;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import io.tollgate.plan.Plan;
import io.tollgate.store.LimitAnswer;
import io.tollgate.store.LimitStore;
import io.tollgate.store.LimitTerms;
import io.vertx.core.Future;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Units that were leased are used without waiting and by as many threads as come. */
class LeaseTest {
  private static final int REQUESTS = 200_000;

  private final Lease lease = new Lease(1_000, 100);

  @Test
  void a_lease_is_void_at_its_end_whatever_is_left() {
    assertThat(lease.take(999, 99)).isTrue();
    assertThat(lease.has(1, 99)).isTrue();
    assertThat(lease.has(1, 100)).isFalse();
    assertThat(lease.take(1, 100)).isFalse();
    assertThat(lease.left(100)).isZero();
  }

  @Test
  void what_is_given_back_may_be_used_until_the_same_end() {
    assertThat(lease.take(1_000, 0)).isTrue();
    lease.giveBack(5);
    assertThat(lease.take(6, 0)).isFalse();
    assertThat(lease.take(5, 0)).isTrue();
    lease.giveBack(5);
    assertThat(lease.take(5, 100)).isFalse();
  }

  @Test
  void what_is_given_back_takes_no_room_from_units_on_their_way() {
    assertThat(lease.take(600, 0)).isTrue();
    lease.expect(500);
    lease.giveBack(300);
    assertThat(lease.left(0)).isEqualTo(500);
    assertThat(lease.take(400, 0)).isTrue();
    lease.arrive(500);
    assertThat(lease.left(0)).isEqualTo(600);
    lease.giveBack(1_000);
    assertThat(lease.left(0)).isEqualTo(1_000);
  }

  @Test
  void threads_take_each_unit_once() {
    var taken = new AtomicInteger();
    IntStream.range(0, 4_000)
        .parallel()
        .filter(i -> lease.take(1, 0))
        .forEach(i -> taken.incrementAndGet());
    assertThat(taken).hasValue(1_000);
  }

  /** Gives all that it is asked for. */
  private static final LimitStore GENEROUS =
      trip ->
          Future.succeededFuture(
              new LimitAnswer(
                  0,
                  trip.costs().size(),
                  trip.limits().stream().map(LimitTerms::ahead).toList(),
                  trip.limits().stream().map(limit -> 0L).toList()));

  @Test
  void a_request_that_passes_by_three_leases_allocates_nothing() {
    var limiter =
        new RateLimiter(
            LimitConfig.UNLIMITED,
            GENEROUS,
            Runnable::run,
            System::nanoTime,
            new SimpleMeterRegistry());
    LimitSet limits = limiter.limits(new KeyId(1, 2), subject(), plan(), System.nanoTime());
    var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    // What is allocated once, by linking, by the compiler and by fetching, is not a request's.
    long least = Long.MAX_VALUE;
    for (int round = 0; round < 10; round++) {
      long before = threads.getCurrentThreadAllocatedBytes();
      pass(limiter, limits);
      least = Math.min(least, threads.getCurrentThreadAllocatedBytes() - before);
    }
    assertThat(least).isLessThan(REQUESTS);
  }

  private static Subject subject() {
    return new Subject("user_000000000000000000000000000");
  }

  private static Plan plan() {
    List<Limit> limits =
        List.of(
            new Limit(Per.KEY, 1_000_000, 1, 1_000_000),
            new Limit(Per.SUBJECT, 60_000_000, 60, 60_000_000),
            new Limit(Per.PLAN, 1_000_000, 1, 1_000_000));
    return new Plan("pver_1", limits, null);
  }

  private static void pass(RateLimiter limiter, LimitSet limits) {
    var told = new Admission();
    for (int i = 0; i < REQUESTS; i++) {
      limiter.admit(limits, 1, System.nanoTime(), told);
      if (told.outcome() == Outcome.WAITS) {
        limiter.ask(limits, 1, answer -> assertThat(answer.outcome()).isEqualTo(Outcome.PASSES));
      } else if (told.outcome() != Outcome.PASSES) {
        throw new AssertionError(told.outcome());
      }
    }
  }
}
