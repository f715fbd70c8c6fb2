package io.tollgate.simulation;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.management.projector.ManagementGuard;
import io.tollgate.ring.OpenKeeper;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The simulation can fail: with a rule taken away it finds an accepted use that was sent after a
 * revocation had returned, and each interleaving that broke an earlier draft is brought back so.
 * The faults are steered to where the rule stands, and the seeds are counted.
 */
class SabotageTest {
  private static final int SEEDS_MAX = 60;
  private static final int SEEDS_WITH_ALL_RULES = 10;
  private static final int SEEDS_IN_DEPTH = 60;

  private static Stream<SabotageCase> cases() {
    return SabotageCase.all();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void a_rule_that_is_taken_away_is_missed(SabotageCase each) {
    List<Seeds.Breach> breaches =
        Seeds.run(1, SEEDS_MAX, 1, seed -> each.history(seed, true)).breaches();
    assertThat(breaches).as(each.toString()).isNotEmpty();
    Seeds.Breach first = breaches.getFirst();
    System.out.println("without " + each + ": seed " + first.seed() + ": " + first.what());
    assertThat(first.what()).contains("after its revocation had returned");
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void the_same_faults_break_nothing_while_all_rules_hold(SabotageCase each) {
    Seeds seeds = Seeds.run(1, SEEDS_WITH_ALL_RULES, 1, seed -> each.history(seed, false));
    assertThat(seeds.breaches()).isEmpty();
  }

  @Test
  void the_rules_in_depth_are_not_missed_even_all_at_once() {
    Set<ManagementGuard> rest = EnumSet.complementOf(EnumSet.copyOf(SabotageCase.IN_DEPTH));
    var sabotage = new Sabotage(Set.of(), rest, false, false);
    Seeds seeds =
        Seeds.run(
            1,
            SEEDS_IN_DEPTH,
            1,
            seed -> new Simulation(SimulationSetup.of(seed, sabotage, Set.of())));
    assertThat(seeds.breaches()).isEmpty();
  }

  @Test
  void every_rule_is_judged_here() {
    assertThat(SabotageCase.GATEWAY.stream().map(SabotageCase::rule).distinct())
        .containsExactlyInAnyOrderElementsOf(OpenKeeper.guards());
    assertThat(
            Stream.concat(
                SabotageCase.MANAGEMENT.stream().map(SabotageCase::rule),
                SabotageCase.IN_DEPTH.stream().map(ManagementGuard::name)))
        .containsExactlyInAnyOrderElementsOf(
            Stream.of(ManagementGuard.values()).map(ManagementGuard::name).toList());
  }

  @Test
  void every_interleaving_is_brought_back() {
    assertThat(SabotageCase.all().map(SabotageCase::against).distinct())
        .containsExactlyInAnyOrder(Interleaving.values());
  }
}
