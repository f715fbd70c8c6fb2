package io.tollgate.fault;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** A share of what was seen, not something in between. */
class DurationsTest {
  @Test
  void a_percentile_is_the_least_that_so_many_do_not_exceed() {
    var durations = new Durations(LongStream.rangeClosed(1, 200).map(i -> i * 1_000_000));
    assertThat(durations.millis(50)).isEqualTo(100);
    assertThat(durations.millis(99)).isEqualTo(198);
    assertThat(durations.maxMillis()).isEqualTo(200);
  }

  @Test
  void of_few_the_worst_is_told() {
    var durations = new Durations(LongStream.of(3_000_000, 1_000_000, 2_000_000));
    assertThat(durations.millis(99)).isEqualTo(3);
  }

  @Test
  void of_none_there_is_nothing_to_tell() {
    assertThat(new Durations(LongStream.empty()).millis(99)).isZero();
  }
}
