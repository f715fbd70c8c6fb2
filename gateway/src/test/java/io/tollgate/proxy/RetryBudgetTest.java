package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.util.Map;
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

  @Test
  void what_is_left_is_told_without_taking_it() {
    var budget = new RetryBudget(20, 0);
    assertThat(budget.left(0)).isEqualTo(RetryBudget.PER_SECOND_MIN);
    takeAll(budget, 0);
    assertThat(budget.left(0)).isZero();
    assertThat(budget.left(SECOND / 2)).isEqualTo(RetryBudget.PER_SECOND_MIN / 2);
    assertThat(takeAll(budget, SECOND / 2)).isEqualTo(RetryBudget.PER_SECOND_MIN / 2);
    assertThat(budget.left(SECOND * 3600)).isEqualTo(RetryBudget.SAVED_MAX);
    assertThat(new RetryBudget(0, 0).left(SECOND)).isZero();
  }

  @Test
  void of_the_budgets_of_all_event_loops_the_least_is_told() {
    var budgets = new RetryBudgets(20);
    var to = Destination.of(URI.create("http://10.0.0.1"));
    RetryBudgets.Pair poor = budgets.begin(to, 0);
    budgets.begin(to, 0);
    for (int i = 0; i < 3; i++) {
      assertThat(poor.sent.take(0)).isTrue();
    }
    var left = new RetryBudgets.Left(RetryBudget.PER_SECOND_MIN - 3, RetryBudget.PER_SECOND_MIN);
    assertThat(budgets.left(0)).containsExactly(Map.entry(to, left));
    assertThat(budgets.least(0)).isEqualTo(left);
    budgets.end(poor);
    assertThat(budgets.least(0)).isEqualTo(budgets.begun());
  }
}
