package io.tollgate.management.billing;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** What fails rests, alone. */
class DueStepTest {
  private static final Instant NOW = Instant.parse("2026-05-07T10:00:00Z");

  private final List<String> done = new ArrayList<>();
  private boolean isBroken = true;
  private final DueStep failing =
      new DueStep(
          "work that fails",
          now -> {
            done.add("failing");
            if (isBroken) {
              throw new IllegalStateException("broken");
            }
            return true;
          });
  private final DueStep good = new DueStep("good work", now -> done.add("good"));

  @Test
  void one_that_fails_rests_and_no_other_does() {
    for (int i = 0; i < 3; i++) {
      assertThat(failing.run(NOW)).isFalse();
      assertThat(good.run(NOW)).as("there is more of it at once").isTrue();
    }
    assertThat(done).containsExactly("failing", "good", "good", "good");
  }

  @Test
  void each_failure_lets_it_rest_longer_and_a_success_forgets_them() {
    failing.run(NOW);
    Instant next = NOW.plus(DueStep.REST);
    failing.run(next.minusMillis(1));
    assertThat(done).hasSize(1);
    failing.run(next);
    assertThat(done).hasSize(2);
    failing.run(next.plus(DueStep.REST));
    assertThat(done).as("it rests twice as long").hasSize(2);
    isBroken = false;
    assertThat(failing.run(next.plus(DueStep.REST_MAX))).isTrue();
    assertThat(failing.run(next.plus(DueStep.REST_MAX))).isTrue();
  }
}
