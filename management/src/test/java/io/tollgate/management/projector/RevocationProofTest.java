package io.tollgate.management.projector;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.projector.Evidence.Gateway;
import io.tollgate.management.projector.Evidence.Look;
import io.tollgate.management.projector.Evidence.Roll;
import io.tollgate.management.projector.RevocationProof.Outcome;
import io.tollgate.management.projector.RevocationProof.Pending;
import io.tollgate.management.projector.RevocationProof.Proven;
import io.tollgate.ring.FenceConfig;
import io.tollgate.store.Applied;
import io.tollgate.store.LogPosition;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.function.LongFunction;
import org.junit.jupiter.api.Test;

/**
 * What proves a revocation and what does not, by a clock that moves only while the proof waits.
 * Each rule is shown twice: with it nothing is proven, without it something would be.
 */
class RevocationProofTest {
  private static final String EPOCH = "epoch";
  private static final long NUMBER = 7;
  private static final Duration LONG_AGO = Duration.ofDays(1);
  private static final Duration BOUND = FenceConfig.DEFAULTS.bound();
  private static final Duration ABSENCE = FenceConfig.DEFAULTS.postgresAbsenceMax();
  private static final Duration WAIT = BOUND.plusMillis(10);

  /** What the stores say as time goes by; the argument is the time since the commit, in millis. */
  private LongFunction<Optional<Look>> looks = millis -> Optional.empty();

  private LongFunction<Optional<Roll>> rolls = millis -> Optional.of(roll(unconfirmed()));
  private final EnumSet<ManagementGuard> guards = EnumSet.allOf(ManagementGuard.class);
  private final ScriptedEvidence evidence = new ScriptedEvidence();

  @Test
  void two_equal_looks_a_bound_and_a_margin_apart_prove_it() {
    looks = millis -> look(1, EPOCH, "mark", NUMBER);
    assertThat(outcome()).isEqualTo(Proven.BY_REDIS);
    assertThat(evidence.elapsed()).isEqualTo(WAIT);
  }

  @Test
  void the_longest_bound_of_any_gateway_counts() {
    Gateway slow = gateway(EPOCH, -1, Duration.ofSeconds(1), Duration.ZERO);
    rolls = millis -> Optional.of(roll(unconfirmed(), slow));
    looks = millis -> look(1, EPOCH, "mark", NUMBER);
    assertThat(outcome()).isEqualTo(Proven.BY_REDIS);
    assertThat(evidence.elapsed()).isEqualTo(Duration.ofMillis(1_100));
  }

  @Test
  void without_a_wait_between_them_two_looks_prove_nothing() {
    looks = millis -> millis < WAIT.toMillis() ? look(1, EPOCH, "mark", NUMBER) : Optional.empty();
    assertNeeded(ManagementGuard.WAIT_BETWEEN_LOOKS);
  }

  @Test
  void one_look_proves_nothing() {
    looks = millis -> millis == 0 ? look(1, EPOCH, "mark", NUMBER) : Optional.empty();
    assertNeeded(ManagementGuard.SECOND_LOOK);
  }

  @Test
  void looks_on_several_connections_prove_nothing() {
    looks = millis -> look(millis, EPOCH, "mark", NUMBER);
    assertNeeded(ManagementGuard.SAME_CONNECTION);
  }

  @Test
  void looks_under_several_marks_prove_nothing() {
    looks = millis -> look(1, EPOCH, "mark " + millis, NUMBER);
    assertNeeded(ManagementGuard.SAME_MARK);
  }

  @Test
  void a_look_at_another_history_proves_nothing() {
    looks = millis -> look(1, "older", "mark", NUMBER);
    assertNeeded(ManagementGuard.EPOCH_OF_PROOF);
  }

  @Test
  void a_look_at_an_older_number_or_at_no_projection_proves_nothing() {
    looks = millis -> look(1, EPOCH, "mark", NUMBER - 1);
    assertThat(outcome()).isInstanceOf(Pending.class);
    looks = millis -> Optional.of(new Look(1, Optional.empty()));
    assertThat(outcome()).isInstanceOf(Pending.class);
  }

  @Test
  void a_look_that_finds_something_else_between_two_equal_ones_begins_anew() {
    looks =
        millis ->
            millis > 0 && millis < 300
                ? look(1, EPOCH, "between", NUMBER)
                : look(1, EPOCH, "mark", NUMBER);
    assertThat(outcome()).isEqualTo(Proven.BY_REDIS);
    looks = millis -> look(1, EPOCH, millis == 110 ? "other" : "mark", NUMBER);
    assertThat(outcome()).isEqualTo(Proven.BY_REDIS);
    assertThat(evidence.elapsed()).isEqualTo(WAIT.multipliedBy(3));
  }

  @Test
  void no_look_proves_anything_while_nobody_knows_the_longest_bound() {
    looks = millis -> look(1, EPOCH, "mark", NUMBER);
    rolls = millis -> Optional.empty();
    assertThat(outcome()).isInstanceOf(Pending.class);
  }

  @Test
  void the_word_of_all_gateways_proves_it_without_redis_when_verify_has_forgotten_too() {
    looks = millis -> look(1, EPOCH, "mark", NUMBER - 1);
    rolls =
        millis ->
            Optional.of(roll(confirmed(), gateway(EPOCH, NUMBER + 1, BOUND, ABSENCE), dead()));
    assertThat(outcome()).isEqualTo(Proven.BY_LIST);
    assertThat(evidence.elapsed()).isBetween(WAIT, WAIT.plusMillis(10));
    rolls = millis -> Optional.of(millis < WAIT.toMillis() ? roll() : roll(unconfirmed()));
    assertNeeded(ManagementGuard.WAIT_SINCE_COMMIT);
  }

  @Test
  void where_nobody_is_on_the_list_nobody_can_accept_the_key() {
    rolls = millis -> Optional.of(roll());
    assertThat(outcome()).isEqualTo(Proven.BY_LIST);
  }

  @Test
  void one_gateway_that_has_not_confirmed_holds_it_back() {
    rolls = millis -> Optional.of(roll(confirmed(), unconfirmed()));
    assertNeeded(ManagementGuard.NUMBER_OF_EVERY_ROW);
    assertThat(((Pending) outcome()).notDone()).contains("1 of 2 gateways");
  }

  @Test
  void a_number_of_another_history_is_no_confirmation() {
    rolls = millis -> Optional.of(roll(gateway("older", NUMBER, BOUND, Duration.ZERO)));
    assertNeeded(ManagementGuard.EPOCH_OF_PROOF);
  }

  @Test
  void a_list_of_another_history_proves_nothing() {
    rolls = millis -> Optional.of(new Roll("newer", LONG_AGO, List.of()));
    assertNeeded(ManagementGuard.EPOCH_OF_PROOF);
  }

  @Test
  void a_list_proves_nothing_while_its_history_is_young() {
    Duration young = ABSENCE.plus(RevocationProof.ABSENCE_MARGIN);
    rolls = millis -> Optional.of(new Roll(EPOCH, young, List.of()));
    assertNeeded(ManagementGuard.AGE_OF_EPOCH);
    rolls = millis -> Optional.of(new Roll(EPOCH, young.plusMillis(1), List.of()));
    assertThat(outcome()).isEqualTo(Proven.BY_LIST);
  }

  @Test
  void the_longest_absence_of_any_gateway_tells_what_is_young() {
    Gateway patient =
        new Gateway("patient", EPOCH, NUMBER, BOUND, Duration.ofHours(24), Duration.ZERO);
    rolls = millis -> Optional.of(new Roll(EPOCH, Duration.ofHours(24), List.of(patient)));
    assertNeeded(ManagementGuard.AGE_OF_EPOCH);
  }

  @Test
  void a_silent_gateway_is_waited_for_until_it_can_believe_nothing_any_more() {
    Duration silence = ABSENCE.plus(RevocationProof.ABSENCE_MARGIN);
    rolls = millis -> Optional.of(roll(gateway(EPOCH, -1, BOUND, silence)));
    assertThat(outcome()).isInstanceOf(Pending.class);
    rolls = millis -> Optional.of(roll(gateway(EPOCH, -1, BOUND, silence.plusMillis(1))));
    assertThat(outcome()).isEqualTo(Proven.BY_LIST);
  }

  @Test
  void it_ends_within_the_deadline_and_says_what_is_missing() {
    assertThat(((Pending) outcome()).notDone())
        .isEqualTo(
            "Redis did not answer in time."
                + " 1 of 1 gateways have not confirmed the change to the database.");
    assertThat(evidence.elapsed())
        .isBetween(
            RevocationProof.DEADLINE.minusMillis(300), RevocationProof.DEADLINE.plusMillis(1));
  }

  private void assertNeeded(ManagementGuard guard) {
    assertThat(outcome()).isInstanceOf(Pending.class);
    guards.remove(guard);
    assertThat(outcome()).isInstanceOf(Proven.class);
    guards.add(guard);
  }

  private Outcome outcome() {
    evidence.restart();
    return new RevocationProof(evidence, FenceConfig.DEFAULTS, guards, EPOCH, NUMBER).await();
  }

  private static Optional<Look> look(long connection, String epoch, String mark, long number) {
    var applied = new Applied(epoch, mark, new LogPosition(number, "change " + number));
    return Optional.of(new Look(connection, Optional.of(applied)));
  }

  private static Roll roll(Gateway... gateways) {
    return new Roll(EPOCH, LONG_AGO, List.of(gateways));
  }

  private static Gateway confirmed() {
    return gateway(EPOCH, NUMBER, BOUND, Duration.ZERO);
  }

  private static Gateway unconfirmed() {
    return gateway(EPOCH, NUMBER - 1, BOUND, Duration.ZERO);
  }

  private static Gateway dead() {
    return gateway(EPOCH, NUMBER - 1, BOUND, LONG_AGO);
  }

  private static Gateway gateway(String epoch, long number, Duration bound, Duration silence) {
    return new Gateway("name", epoch, number, bound, ABSENCE, silence);
  }

  /** Says what it is told to; a look that finds nobody takes all the time that it may. */
  private final class ScriptedEvidence implements Evidence {
    private static final long START_NANOS = Long.MAX_VALUE - 1_000_000;
    private long elapsedNanos;

    void restart() {
      elapsedNanos = 0;
    }

    Duration elapsed() {
      return Duration.ofNanos(elapsedNanos);
    }

    @Override
    public Optional<Look> look(Duration within) {
      Optional<Look> look = looks.apply(elapsed().toMillis());
      if (look.isEmpty()) {
        pause(within);
      }
      return look;
    }

    @Override
    public Optional<Roll> roll(Duration within) {
      return rolls.apply(elapsed().toMillis());
    }

    @Override
    public long nanos() {
      return START_NANOS + elapsedNanos;
    }

    @Override
    public void pause(Duration rest) {
      elapsedNanos += rest.toNanos();
    }
  }
}
