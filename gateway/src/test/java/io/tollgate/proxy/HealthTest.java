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

  /** Lets time pass as an event loop does, on which a request waits and nobody is answered. */
  private Duration untilEjectedBySilence(Health frozen) {
    long frozenNanos = now;
    long quietNanos = now;
    long checkEndNanos = Long.MAX_VALUE;
    while (frozen.isInUse()) {
      pass(Forwarder.TICK);
      if (now - quietNanos > Health.QUIET_MAX.toNanos() && frozen.silent(now)) {
        quietNanos = now;
      }
      if (now >= checkEndNanos) {
        checkEndNanos = Long.MAX_VALUE;
        frozen.checked(false, now);
      }
      if (frozen.takeCheck(now)) {
        checkEndNanos = now + CONFIG.checkTimeout().toNanos();
      }
    }
    return Duration.ofNanos(now - frozenNanos);
  }

  private static final Duration TWO_SECONDS_OR_SO =
      Health.QUIET_MAX
          .plus(CONFIG.checkTimeout())
          .plus(Health.CHECK_GAP)
          .plus(Forwarder.TICK.multipliedBy(2));

  @Test
  void one_that_freezes_is_found_out_by_its_silence() {
    health.served(now);
    assertThat(untilEjectedBySilence(health)).isLessThanOrEqualTo(TWO_SECONDS_OR_SO);
  }

  @Test
  void one_that_freezes_just_after_a_doubt_was_dispelled_is_found_out_as_soon() {
    for (Duration before = Duration.ZERO;
        before.compareTo(CONFIG.checkInterval()) < 0;
        before = before.plusMillis(170)) {
      Health doubted = health(false);
      for (int i = 0; i < CONFIG.failuresMax(); i++) {
        doubted.doubted(now);
      }
      assertThat(doubted.takeCheck(now)).isTrue();
      doubted.checked(true, now);
      pass(before);
      doubted.served(now);
      assertThat(untilEjectedBySilence(doubted))
          .as("%s after the check", before)
          .isLessThanOrEqualTo(TWO_SECONDS_OR_SO);
    }
  }

  @Test
  void one_that_is_asked_regularly_and_freezes_is_found_out_as_soon() {
    for (Duration before = Duration.ZERO;
        before.compareTo(CONFIG.checkInterval()) < 0;
        before = before.plusMillis(170)) {
      Health asked = health(true);
      assertThat(asked.takeCheck(now)).isTrue();
      asked.checked(true, now);
      pass(before);
      asked.served(now);
      assertThat(untilEjectedBySilence(asked))
          .as("%s after the check", before)
          .isLessThanOrEqualTo(TWO_SECONDS_OR_SO);
    }
  }

  @Test
  void one_whose_answers_all_take_long_is_asked_of_its_silence_once_an_interval() {
    int asked = 0;
    health.served(now);
    long end = now + CONFIG.checkInterval().multipliedBy(10).toNanos();
    while (now < end) {
      pass(Health.QUIET_MAX);
      health.silent(now);
      if (health.takeCheck(now)) {
        health.checked(true, now);
        asked++;
      }
    }
    assertThat(asked).isBetween(9, 10);
  }

  @Test
  void one_that_answers_on_another_event_loop_is_not_silent() {
    pass(Health.QUIET_MAX.multipliedBy(10));
    health.served(now);
    pass(Health.QUIET_MAX);
    assertThat(health.silent(now)).isFalse();
    assertThat(health.takeCheck(now)).isFalse();
    pass(Duration.ofNanos(1));
    assertThat(health.silent(now)).isTrue();
    assertThat(health.takeCheck(now)).isTrue();
  }

  @Test
  void one_that_refuses_connections_serves_others_if_it_has_answered_of_late() {
    assertThat(health.isServing(true, now, now)).as("it never answered").isFalse();
    health.served(now);
    pass(Health.SERVED);
    assertThat(health.isServing(true, now, now)).isTrue();
    pass(Duration.ofNanos(1));
    assertThat(health.isServing(true, now, now)).isFalse();
  }

  @Test
  void one_that_takes_no_connection_in_time_serves_others_if_it_has_answered_meanwhile() {
    health.served(now);
    pass(Duration.ofNanos(1));
    long begun = now;
    pass(Duration.ofSeconds(2));
    assertThat(health.isServing(false, begun, now)).isFalse();
    health.served(now);
    assertThat(health.isServing(false, begun, now)).isTrue();
  }

  @Test
  void a_check_that_finds_no_room_neither_ejects_nor_dispels_a_doubt() {
    doubt(CONFIG.failuresMax());
    assertThat(health.takeCheck(now)).isTrue();
    health.full(now);
    assertThat(health.isInUse()).isTrue();
    pass(Health.CHECK_GAP);
    doubt(1);
    check(false);
    assertThat(health.isInUse()).isFalse();
  }
}
