package io.tollgate.load;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class SeriesTest {
  @Test
  void the_median_of_an_even_number_lies_between_the_two_in_the_middle() {
    assertThat(Series.median(new double[] {9, 1, 2, 4})).isEqualTo(3);
  }

  @Test
  void a_figure_is_told_with_its_least_and_greatest() {
    assertThat(Series.told(new double[] {1_500, 20, 3}, 0)).isEqualTo("20 (3-1,500)");
  }

  @Test
  void a_ratio_is_of_each_round_by_itself() {
    assertThat(Series.quotients(new double[] {10, 30}, new double[] {20, 10}))
        .containsExactly(0.5, 3);
  }

  @Test
  void there_is_no_ratio_where_a_round_is_missing() {
    assertThatThrownBy(() -> Series.quotients(new double[1], new double[2]))
        .hasMessageContaining("rounds are missing");
  }
}
