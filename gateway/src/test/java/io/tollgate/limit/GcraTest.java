package io.tollgate.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyId;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class GcraTest {
  private static final RateLimit TEN_A_SECOND_BURST_OF_THREE = RateLimit.of(10, 3);
  private static final long INTERVAL = TimeUnit.MILLISECONDS.toNanos(100);
  private static final KeyId KEY = new KeyId(1, 2);

  private final long start = -5;
  private final Gcra gcra = new Gcra(start);

  private long admit(long nowNanos) {
    return gcra.admit(TEN_A_SECOND_BURST_OF_THREE, nowNanos);
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
      assertThat(wrapping.admit(TEN_A_SECOND_BURST_OF_THREE, beforeWrap)).isZero();
    }
    assertThat(wrapping.admit(TEN_A_SECOND_BURST_OF_THREE, beforeWrap)).isEqualTo(INTERVAL);
    assertThat(wrapping.admit(TEN_A_SECOND_BURST_OF_THREE, beforeWrap + INTERVAL)).isZero();
  }

  @Test
  void what_is_left_and_when_the_burst_is_back_are_told() {
    assertThat(gcra.remaining(TEN_A_SECOND_BURST_OF_THREE, start)).isEqualTo(3);
    admit(start);
    assertThat(gcra.remaining(TEN_A_SECOND_BURST_OF_THREE, start)).isEqualTo(2);
    assertThat(gcra.fullInNanos(start)).isEqualTo(INTERVAL);
  }

  @Test
  void each_key_has_a_burst_of_its_own() {
    var limiter = new RateLimiter(new LimitConfig(1, 2));
    var other = new KeyId(3, 4);
    assertThat(limiter.admit(KEY, 0)).isZero();
    assertThat(limiter.admit(KEY, 0)).isZero();
    assertThat(limiter.admit(KEY, 0)).isEqualTo(1);
    assertThat(limiter.admit(other, 0)).isZero();
    assertThat(limiter.policy()).isEqualTo("\"key\";q=2;w=2");
    assertThat(limiter.standing(KEY, 0)).isEqualTo("\"key\";r=0;t=2");
  }

  @Test
  void without_a_limit_everything_passes() {
    var limiter = new RateLimiter(LimitConfig.UNLIMITED);
    assertThat(limiter.isLimiting()).isFalse();
    for (int i = 0; i < 1_000; i++) {
      assertThat(limiter.admit(KEY, 0)).isZero();
    }
  }
}
