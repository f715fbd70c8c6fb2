package io.tollgate.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.proxy.Health.Change;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** When an endpoint is taken out of use, and when it comes back, by a clock that a test moves. */
class HealthTest {
  private static final TargetConfig CONFIG = TargetConfig.DEFAULTS;

  private final List<Change> changes = new ArrayList<>();
  private long now = -1_000_000_000L;
  private final Health health = health(false);

  private Health health(boolean askedRegularly) {
    var made = new Health(CONFIG, askedRegularly, changes::add, now);
    made.watch();
    return made;
  }

  private void pass(Duration time) {
    now += time.toNanos();
  }

  private void refuse(Health of, int times) {
    for (int i = 0; i < times; i++) {
      of.unreached(now);
    }
  }

  private void doubt(int times) {
    for (int i = 0; i < times; i++) {
      health.doubted(now);
    }
  }

  private void check(boolean well) {
    assertThat(health.takeCheck(now)).isTrue();
    health.checked(well, now);
  }

  @Test
  void it_is_taken_out_of_use_when_no_connection_could_be_made_so_many_times_on_end() {
    refuse(health, CONFIG.failuresMax() - 1);
    health.answered();
    refuse(health, CONFIG.failuresMax() - 1);
    assertThat(health.isInUse()).isTrue();
    refuse(health, 1);
    assertThat(health.isInUse()).isFalse();
    assertThat(changes).containsExactly(Change.EJECTED);
  }

  @Test
  void requests_that_come_to_nothing_never_take_it_out_of_use_while_it_answers_us() {
    for (int round = 0; round < 100; round++) {
      doubt(1_000);
      assertThat(health.isInUse()).isTrue();
      check(true);
      pass(Health.CHECK_GAP);
    }
    assertThat(changes).isEmpty();
  }

  @Test
  void requests_that_come_to_nothing_and_a_failed_check_take_it_out_of_use() {
    doubt(CONFIG.failuresMax() - 1);
    assertThat(health.takeCheck(now)).isFalse();
    doubt(1);
    check(false);
    assertThat(health.isInUse()).isFalse();
  }

  @Test
  void however_many_requests_fail_it_is_not_asked_more_often() {
    int asked = 0;
    for (int i = 0; i < 1_000; i++) {
      doubt(10);
      if (health.takeCheck(now)) {
        health.checked(true, now);
        asked++;
      }
      pass(Duration.ofMillis(1));
    }
    assertThat(asked).isEqualTo((int) (1_000 / Health.CHECK_GAP.toMillis()));
  }

  @Test
  void one_check_is_under_way_at_a_time() {
    health.silent(now);
    assertThat(health.takeCheck(now)).isTrue();
    health.silent(now);
    refuse(health, CONFIG.failuresMax());
    pass(Duration.ofHours(1));
    assertThat(health.takeCheck(now)).isFalse();
    health.checked(false, now);
    pass(Duration.ofHours(1));
    assertThat(health.takeCheck(now)).isTrue();
  }

  @Test
  void it_comes_back_only_by_a_check_which_comes_ever_more_rarely() {
    refuse(health, CONFIG.failuresMax());
    Duration wait = CONFIG.ejection();
    for (int i = 0; i < 10; i++) {
      health.answered();
      pass(wait.minusNanos(1));
      assertThat(health.takeCheck(now)).as("wait %d", i).isFalse();
      pass(Duration.ofNanos(1));
      check(false);
      assertThat(health.isInUse()).isFalse();
      wait = wait.multipliedBy(2);
      wait = wait.compareTo(CONFIG.ejectionMax()) > 0 ? CONFIG.ejectionMax() : wait;
    }
    pass(wait);
    check(true);
    assertThat(health.isInUse()).isTrue();
    assertThat(changes).containsExactly(Change.EJECTED, Change.READMITTED);
  }

  @Test
  void who_was_well_for_long_is_out_of_use_for_the_shortest_time_again() {
    refuse(health, CONFIG.failuresMax());
    pass(CONFIG.ejection());
    check(true);
    refuse(health, CONFIG.failuresMax());
    pass(CONFIG.ejection());
    assertThat(health.takeCheck(now)).as("failed again at once").isFalse();
    pass(CONFIG.ejection());
    check(true);
    pass(CONFIG.ejection().multipliedBy(4).plusNanos(1));
    refuse(health, CONFIG.failuresMax());
    pass(CONFIG.ejection());
    assertThat(health.takeCheck(now)).as("failed after long").isTrue();
  }

  @Test
  void its_share_grows_from_when_it_came_back() {
    refuse(health, CONFIG.failuresMax());
    pass(CONFIG.slowStart());
    check(true);
    assertThat(health.share(now)).isEqualTo(Health.SHARE_MIN);
    pass(CONFIG.slowStart().dividedBy(2));
    assertThat(health.share(now)).isEqualTo(50);
    pass(CONFIG.slowStart().dividedBy(2));
    assertThat(health.share(now)).isEqualTo(100);
    pass(Duration.ofDays(1));
    assertThat(health.share(now)).isEqualTo(100);
  }

  @Test
  void who_is_asked_regularly_is_taken_out_of_use_by_two_failed_checks_on_end() {
    Health asked = health(true);
    for (boolean well : new boolean[] {false, true, false}) {
      assertThat(asked.takeCheck(now)).isTrue();
      asked.checked(well, now);
      assertThat(asked.takeCheck(now)).isFalse();
      pass(CONFIG.checkInterval());
    }
    assertThat(asked.isInUse()).isTrue();
    assertThat(asked.takeCheck(now)).isTrue();
    asked.checked(false, now);
    assertThat(asked.isInUse()).isFalse();
  }

  @Test
  void one_that_nobody_could_replace_is_neither_asked_nor_taken_out_of_use() {
    var alone = new Health(CONFIG, false, changes::add, now);
    refuse(alone, 1_000);
    alone.silent(now);
    assertThat(alone.takeCheck(now)).isFalse();
    assertThat(alone.isInUse()).isTrue();
    assertThat(alone.failures()).isEqualTo(1_000);
  }
}
