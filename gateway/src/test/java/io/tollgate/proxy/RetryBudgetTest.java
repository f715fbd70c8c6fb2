package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Further tries are a share of the requests, and a few beside. */
class RetryBudgetTest {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private static int takeAll(RetryBudget budget, long nowNanos) {
    int taken = 0;
    while (budget.take(nowNanos)) {
      taken++;
    }
    return taken;
  }

  @Test
  void of_a_hundred_requests_twenty_are_tried_again() {
    var budget = new RetryBudget(20, 0);
    takeAll(budget, 0);
    for (int i = 0; i < 100; i++) {
      budget.save();
    }
    assertThat(takeAll(budget, 0)).isEqualTo(20);
  }

  @Test
  void where_there_are_few_requests_ten_a_second_are() {
    var budget = new RetryBudget(20, 0);
    assertThat(takeAll(budget, 0)).isEqualTo(RetryBudget.PER_SECOND_MIN);
    assertThat(takeAll(budget, SECOND / 2)).isEqualTo(RetryBudget.PER_SECOND_MIN / 2);
    assertThat(takeAll(budget, SECOND)).isEqualTo(RetryBudget.PER_SECOND_MIN / 2);
  }

  @Test
  void what_a_good_hour_saves_is_bounded() {
    var budget = new RetryBudget(20, 0);
    for (int i = 0; i < 1_000_000; i++) {
      budget.save();
    }
    assertThat(takeAll(budget, 3_600 * SECOND)).isEqualTo(RetryBudget.SAVED_MAX);
  }

  @Test
  void with_no_percent_nothing_is_tried_again() {
    var budget = new RetryBudget(0, 0);
    budget.save();
    assertThat(budget.take(3_600 * SECOND)).isFalse();
  }
}
