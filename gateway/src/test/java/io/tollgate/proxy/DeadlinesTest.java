package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.wire.GrpcTimeout;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** How long an exchange may take. */
class DeadlinesTest {
  private static final long CALL_NANOS = Duration.ofMinutes(1).toNanos();

  private static Deadlines of(long callNanos, long coarseNanos) {
    return new Deadlines(ProxyConfig.DEFAULTS, Timeouts.OF_PROXY, callNanos, coarseNanos);
  }

  /** Its caller is to end it first, so it is never ended a bit early as others are. */
  @Test
  void a_call_has_all_of_its_time() {
    Deadlines deadlines = of(CALL_NANOS, 0);
    assertThat(deadlines.isCallPassed(CALL_NANOS)).isFalse();
    assertThat(deadlines.isTotalPassed(CALL_NANOS)).isFalse();
    assertThat(deadlines.isCallPassed(CALL_NANOS + 1)).isTrue();
    assertThat(deadlines.isTotalPassed(CALL_NANOS + 1)).isTrue();
  }

  private static Deadlines inAll(Duration total) {
    var ofRoute = new Timeouts(null, null, total);
    return new Deadlines(ProxyConfig.DEFAULTS, ofRoute, GrpcTimeout.NONE, 0);
  }

  @Test
  void the_time_in_all_has_passed_half_a_tick_before_its_end() {
    long beforeEndNanos = Duration.ofSeconds(1).toNanos() - Forwarder.TICK.toNanos() / 2;
    Deadlines deadlines = inAll(Duration.ofSeconds(1));
    assertThat(deadlines.isTotalPassed(beforeEndNanos)).isFalse();
    assertThat(deadlines.isTotalPassed(beforeEndNanos + 1)).isTrue();
    assertThat(deadlines.isPassed(beforeEndNanos + 1)).isTrue();
  }

  @Test
  void one_shorter_than_a_tick_has_at_least_half_of_it() {
    Deadlines deadlines = inAll(Duration.ofMillis(20));
    assertThat(deadlines.isTotalPassed(Duration.ofMillis(10).toNanos())).isFalse();
    assertThat(deadlines.isTotalPassed(Duration.ofMillis(20).toNanos())).isTrue();
  }

  @Test
  void what_names_no_time_never_passes_as_a_call() {
    assertThat(of(GrpcTimeout.NONE, 0).isCallPassed(CALL_NANOS)).isFalse();
  }
}
