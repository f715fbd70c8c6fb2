package io.tollgate.wire;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.handler.codec.http2.Http2Error;
import io.netty.handler.codec.http2.Http2Exception;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** So many frames of a kind may come within 30 s, and those beside that something useful earns. */
class FrameBudgetTest {
  private static final long WINDOW = Duration.ofSeconds(30).toNanos();
  private static final int MAX = 5;

  private static FrameBudget budget(long nowNanos) {
    return new FrameBudget("pings", MAX, nowNanos);
  }

  private static int spendAll(FrameBudget budget, long nowNanos) {
    int spent = 0;
    while (!budget.isSpentBy(nowNanos)) {
      spent++;
    }
    return spent;
  }

  @Test
  void so_many_may_come_and_no_more() {
    var budget = budget(0);
    assertThat(spendAll(budget, 0)).isEqualTo(MAX);
    assertThat(spendAll(budget, WINDOW - 1)).isZero();
  }

  @Test
  void after_the_window_they_may_come_again_however_many_came_before() {
    var budget = budget(0);
    assertThat(spendAll(budget, 0)).isEqualTo(MAX);
    assertThat(spendAll(budget, 0)).isZero();
    assertThat(spendAll(budget, WINDOW)).isEqualTo(MAX);
    assertThat(spendAll(budget, 2 * WINDOW - 1)).isZero();
  }

  @Test
  void what_is_earned_may_come_beside_them_within_the_window() {
    var budget = budget(0);
    budget.earn(3);
    assertThat(spendAll(budget, 0)).isEqualTo(MAX + 3);
    budget.earn(8);
    assertThat(spendAll(budget, WINDOW)).as("nothing is saved up").isEqualTo(MAX);
  }

  @Test
  void the_clock_may_wrap() {
    long lateNanos = Long.MAX_VALUE - 1;
    var budget = budget(lateNanos);
    assertThat(spendAll(budget, lateNanos + 2)).isEqualTo(MAX);
    assertThat(spendAll(budget, lateNanos + WINDOW)).isEqualTo(MAX);
  }

  @Test
  void one_too_many_ends_the_connection_and_says_why() throws Exception {
    var budget = budget(0);
    for (int i = 0; i < MAX; i++) {
      budget.spend(0);
    }
    assertThatThrownBy(() -> budget.spend(0))
        .isInstanceOfSatisfying(
            Http2Exception.class,
            e -> {
              assertThat(e.error()).isEqualTo(Http2Error.ENHANCE_YOUR_CALM);
              assertThat(Http2Exception.isStreamError(e)).isFalse();
            })
        .hasMessageContaining("5 pings");
  }
}
