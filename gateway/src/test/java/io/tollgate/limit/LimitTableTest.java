package io.tollgate.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import io.tollgate.limit.Admission.Outcome;
import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import io.tollgate.plan.Plan;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** What a gateway holds of limits is bounded, and what it lets go of changes nothing. */
class LimitTableTest {
  private static final Limit LIMIT = new Limit(Per.KEY, 10, 10, 10);
  private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
  private static final long LONG_AGO = -1_000 * SECOND;

  private final Object shares = new Object();

  private static LimitState.Id id(int key) {
    return new LimitState.Id(new KeyId(1, key), LIMIT);
  }

  @Test
  void states_that_rest_are_let_go_by_those_that_come() {
    var table = new LimitTable(1_000, shares);
    for (int i = 0; i < 500; i++) {
      table.of(id(i), LONG_AGO).arrived(LONG_AGO, TimeUnit.SECONDS.toMicros(1), 0, true);
    }
    assertThat(table.size()).isEqualTo(500);
    for (int i = 500; i < 1_000; i++) {
      table.of(id(i), LONG_AGO + 20 * SECOND);
    }
    assertThat(table.size()).isLessThanOrEqualTo(502);
  }

  @Test
  void the_limits_of_one_key_do_not_push_each_other_out() {
    var table = new LimitTable(1_000, shares);
    for (int round = 0; round < 3; round++) {
      for (int i = 0; i < 8; i++) {
        assertThat(table.of(id(i), 0).isRetired()).isFalse();
      }
    }
    assertThat(table.size()).isEqualTo(8);
  }

  @Test
  void a_state_that_is_in_use_stays() {
    var table = new LimitTable(1_000, shares);
    LimitState used = table.of(id(0), 0);
    used.arrived(0, TimeUnit.SECONDS.toMicros(100), 0, true);
    for (int i = 1; i < 500; i++) {
      table.of(id(i), 50 * SECOND);
    }
    assertThat(table.of(id(0), 50 * SECOND)).isSameAs(used);
    assertThat(used.isRetired()).isFalse();
  }

  @Test
  void there_are_never_more_than_the_bound() {
    var table = new LimitTable(100, shares);
    for (int i = 0; i < 1_000; i++) {
      table.of(id(i), 0).arrived(0, TimeUnit.SECONDS.toMicros(5), 0, true);
      assertThat(table.size()).isLessThanOrEqualTo(100);
    }
  }

  @Test
  void limits_of_one_owner_and_other_parameters_are_others() {
    var changed = new Limit(Per.KEY, 10, 10, 9);
    assertThat(id(1).name()).isNotEqualTo(new LimitState.Id(new KeyId(1, 1), changed).name());
    assertThat(id(1).name()).startsWith("tollgate:limit:key:ak_").endsWith(":10/10/10");
  }

  @Test
  void cut_off_a_share_has_a_unit_at_least_and_refuses_what_costs_more_than_it_has() {
    var limiter =
        new RateLimiter(
            new LimitConfig(1, 4),
            trip -> Future.failedFuture("cut"),
            Runnable::run,
            () -> 0,
            new SimpleMeterRegistry());
    limiter.setGateways(100, false, 0, 0);
    var subject = new Subject("user_000000000000000000000000000");
    LimitSet limits = limiter.limits(new KeyId(1, 2), subject, Plan.NONE, 0);
    limiter.ask(limits, 1, told -> assertThat(told.outcome()).isEqualTo(Outcome.PASSES));
    limiter.ask(limits, 1, told -> assertThat(told.waitSeconds()).isEqualTo(100));
    limiter.ask(limits, 2, told -> assertThat(told.outcome()).isEqualTo(Outcome.REFUSED));
    limiter.ask(limits, 5, told -> assertThat(told.outcome()).isEqualTo(Outcome.NEVER_FITS));
  }

  @Test
  void more_requests_than_may_wait_are_refused() {
    var limiter =
        new RateLimiter(
            new LimitConfig(1, 4),
            trip -> Future.failedFuture("never asked"),
            step -> {},
            () -> 0,
            new SimpleMeterRegistry());
    var subject = new Subject("user_000000000000000000000000000");
    LimitSet limits = limiter.limits(new KeyId(1, 2), subject, Plan.NONE, 0);
    List<Outcome> heard = new ArrayList<>();
    for (int i = 0; i < LimitSet.WAITING_MAX + 3; i++) {
      limiter.ask(limits, 1, told -> heard.add(told.outcome()));
    }
    assertThat(heard).containsExactly(Outcome.REFUSED, Outcome.REFUSED, Outcome.REFUSED);
  }
}
