package io.tollgate.setting;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is within its bounds passes; what is not is told with all that one has to know. */
class BoundsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  @ParameterizedTest
  @ValueSource(ints = {3, 4, 5})
  void a_number_may_be_either_bound_and_all_between(int value) {
    assertThatNoException().isThrownBy(() -> Bounds.check("a.b-max", value, 3, 5));
  }

  @ParameterizedTest
  @ValueSource(ints = {Integer.MIN_VALUE, 2, 6, Integer.MAX_VALUE})
  void a_number_beyond_is_told_with_setting_value_and_expectation(int value) {
    assertThatThrownBy(() -> Bounds.check("a.b-max", value, 3, 5))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a.b-max must be 3 to 5, was " + value);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 3_600_000})
  void a_duration_may_be_a_millisecond_and_the_longest_allowed(long millis) {
    assertThatNoException()
        .isThrownBy(() -> Bounds.check("a.time", Duration.ofMillis(millis), HOUR));
  }

  @Test
  void a_duration_beyond_is_told_as_operators_write_it() {
    assertThatThrownBy(() -> Bounds.check("a.time", Duration.ofMinutes(90), HOUR))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("a.time must be 1ms to 1h, was 90m");
    assertThatThrownBy(() -> Bounds.check("a.time", Duration.ZERO, HOUR))
        .hasMessage("a.time must be 1ms to 1h, was 0s");
    assertThatThrownBy(() -> Bounds.check("a.time", Duration.ofSeconds(-2), HOUR))
        .hasMessage("a.time must be 1ms to 1h, was -2s");
  }
}
