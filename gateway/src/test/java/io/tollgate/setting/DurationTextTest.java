package io.tollgate.setting;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Durations as people write them. */
class DurationTextTest {
  @Test
  void durations_read_as_people_write_them() {
    assertThat(DurationText.parse("100ms")).hasMillis(100);
    assertThat(DurationText.parse("2s")).hasSeconds(2);
    assertThat(DurationText.parse("30 min")).hasMinutes(30);
    assertThat(DurationText.parse("30m")).hasMinutes(30);
    assertThat(DurationText.parse("1h")).hasHours(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "5", "-1s", "1.5h", "1d", "s", "9999999999999999h"})
  void whatever_else_there_is_does_not_read(String wrong) {
    assertThatThrownBy(() -> DurationText.parse(wrong))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0s", "1ms", "1500ms", "2s", "90s", "5m", "90m", "1h", "36h"})
  void durations_print_in_the_largest_unit_that_is_whole(String text) {
    assertThat(DurationText.print(DurationText.parse(text))).isEqualTo(text);
  }
}
