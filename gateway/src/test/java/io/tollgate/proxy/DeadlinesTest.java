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

  @Test
  void what_passes_is_noticed_at_the_nearest_tick() {
    long second = Duration.ofSeconds(1).toNanos();
    long halfTick = Forwarder.TICK.toNanos() / 2;
    var ofRoute = new Timeouts(null, null, Duration.ofSeconds(1));
    var deadlines = new Deadlines(ProxyConfig.DEFAULTS, ofRoute, GrpcTimeout.NONE, 0);
    assertThat(deadlines.isTotalPassed(second - halfTick)).isFalse();
    assertThat(deadlines.isTotalPassed(second - halfTick + 1)).isTrue();
    assertThat(deadlines.isPassed(second - halfTick + 1)).isTrue();
  }

  @Test
  void what_names_no_time_never_passes_as_a_call() {
    assertThat(of(GrpcTimeout.NONE, 0).isCallPassed(CALL_NANOS)).isFalse();
  }
}
