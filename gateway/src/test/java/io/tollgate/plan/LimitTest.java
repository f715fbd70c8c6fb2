package io.tollgate.plan;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What a limit can be. */
class LimitTest {
  @Test
  void the_least_and_the_most_are_limits() {
    assertThat(new Limit(Per.KEY, 1, 1, 1).units()).isOne();
    long second = Limit.RATE_MAX;
    assertThat(new Limit(Per.PLAN, second, 1, second).burst()).isEqualTo(second);
    long days = Limit.WINDOW_SECONDS_MAX;
    assertThat(new Limit(Per.KEY, Limit.UNITS_MAX, days, 1).units()).isEqualTo(Limit.UNITS_MAX);
  }

  @ParameterizedTest
  @CsvSource({
    "0, 1, 1, units must be a whole number from 1 to 1000000",
    "-1, 1, 1, units must be a whole number from 1 to 1000000",
    "1000001, 1, 1, units must be a whole number from 1 to 1000000",
    "9223372036854775807, 2678400, 1, units must be a whole number from 1 to 1000000000000",
    "1, 0, 1, window_seconds must be a whole number from 1 to 2678400",
    "1, 2678401, 1, window_seconds must be a whole number from 1 to 2678400",
    "5, 1, 0, burst must be a whole number from 1 to 5",
    "5, 1, 6, burst must be a whole number from 1 to 5"
  })
  void others_are_refused_by_name(long units, long seconds, long burst, String refusal) {
    assertThatThrownBy(() -> new Limit(Per.KEY, units, seconds, burst))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageStartingWith(refusal);
  }
}
