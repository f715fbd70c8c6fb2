package io.tollgate.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyId;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GcraTest {
  private static final RateLimit TEN_A_SECOND_BURST_OF_THREE = RateLimit.of(10, 3);
  private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(100);
  private static final KeyId KEY = new KeyId(1, 2);

  private final long start = -5;
  private final Gcra gcra = new Gcra(start);

  private long admit(long nowNanos) {
    return waitNanos(gcra, nowNanos);
  }

  private static long waitNanos(Gcra gcra, long nowNanos) {
    return Objects.requireNonNull(gcra.admit(TEN_A_SECOND_BURST_OF_THREE, nowNanos)).waitNanos();
  }

  private void takeBurst() {
    for (int i = 0; i < 3; i++) {
      assertThat(admit(start)).isZero();
    }
  }

  @Test
  void a_burst_up_to_the_tolerance_passes() {
    takeBurst();
  }

  @Test
  void the_request_after_the_burst_waits_one_emission_interval() {
    takeBurst();
    assertThat(admit(start)).isEqualTo(INTERVAL);
    assertThat(admit(start + INTERVAL - 1)).isEqualTo(1);
    assertThat(admit(start + INTERVAL)).isZero();
  }

  @Test
  void a_refused_request_takes_no_place() {
    takeBurst();
    for (int i = 0; i < 100; i++) {
      assertThat(admit(start)).isEqualTo(INTERVAL);
    }
    assertThat(admit(start + INTERVAL)).isZero();
  }

  @Test
  void a_long_rest_gives_back_one_burst_and_no_more() {
    takeBurst();
    long later = start + TimeUnit.HOURS.toNanos(1);
    for (int i = 0; i < 3; i++) {
      assertThat(admit(later)).isZero();
    }
    assertThat(admit(later)).isEqualTo(INTERVAL);
  }

  @Test
  void the_clock_may_wrap_without_locking_a_key_out() {
    long beforeWrap = Long.MAX_VALUE - INTERVAL / 2;
    var wrapping = new Gcra(beforeWrap);
    for (int i = 0; i < 3; i++) {
      assertThat(waitNanos(wrapping, beforeWrap)).isZero();
    }
    assertThat(waitNanos(wrapping, beforeWrap)).isEqualTo(INTERVAL);
    assertThat(waitNanos(wrapping, beforeWrap + INTERVAL)).isZero();
  }

  @Test
  void what_is_left_and_when_the_burst_is_back_are_told() {
    Admission first = Objects.requireNonNull(gcra.admit(TEN_A_SECOND_BURST_OF_THREE, start));
    assertThat(first.remaining()).isEqualTo(2);
    assertThat(first.fullInNanos()).isEqualTo(INTERVAL);
    assertThat(first.fullInSeconds()).isEqualTo(1);
  }

  @Test
  void each_key_has_a_burst_of_its_own() {
    var limiter = new RateLimiter(new LimitConfig(1, 2));
    var other = new KeyId(3, 4);
    assertThat(limiter.admit(KEY, 0).passes()).isTrue();
    assertThat(limiter.admit(KEY, 0).passes()).isTrue();
    assertThat(limiter.admit(KEY, 0).waitSeconds()).isEqualTo(1);
    assertThat(limiter.admit(other, 0).passes()).isTrue();
    assertThat(limiter.policy()).isEqualTo("\"key\";q=2;w=2");
    assertThat(limiter.admit(KEY, 0).remaining()).isZero();
    assertThat(limiter.admit(KEY, 0).fullInSeconds()).isEqualTo(2);
  }

  @Test
  void without_a_limit_everything_passes() {
    var limiter = new RateLimiter(LimitConfig.UNLIMITED);
    assertThat(limiter.isLimiting()).isFalse();
    for (int i = 0; i < 1_000; i++) {
      assertThat(limiter.admit(KEY, 0).passes()).isTrue();
    }
  }

  @Test
  void a_state_is_retired_only_when_its_key_loses_nothing_by_it() {
    admit(start);
    assertThat(gcra.retireIfFull(start + INTERVAL - 1)).isFalse();
    assertThat(gcra.admit(TEN_A_SECOND_BURST_OF_THREE, start)).isNotNull();
    assertThat(gcra.retireIfFull(start + 2 * INTERVAL)).isTrue();
    assertThat(gcra.admit(TEN_A_SECOND_BURST_OF_THREE, start + 2 * INTERVAL)).isNull();
  }

  @Test
  void states_of_keys_that_rest_are_let_go_by_those_that_come() {
    var states = new KeyStates(1_000);
    for (int i = 0; i < 500; i++) {
      states.of(new KeyId(1, i), 0);
    }
    assertThat(states.size()).isLessThanOrEqualTo(500);
    for (int i = 0; i < 500; i++) {
      states.of(new KeyId(2, i), INTERVAL);
    }
    assertThat(states.size()).isLessThanOrEqualTo(502);
  }

  @Test
  void there_are_never_more_states_than_the_bound() {
    var states = new KeyStates(100);
    for (int i = 0; i < 1_000; i++) {
      Gcra state = states.of(new KeyId(1, i), 0);
      state.admit(TEN_A_SECOND_BURST_OF_THREE, 0);
      assertThat(states.size()).isLessThanOrEqualTo(100);
      assertThat(states.of(new KeyId(1, i), 0)).isSameAs(state);
    }
  }
}
