package io.tollgate.limit;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import io.tollgate.plan.Plan;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Up to 16 gateways with one limit, on a virtual clock: the real limiter, and the script's twin,
 * which {@link ScriptTest} shows to be one.
 */
class AcrossGatewaysTest {
  private static final long SEED = 20_261_126;

  /** Sums of doubles, of up to millions of units. */
  private static final double ROUNDING = 1e-3;

  private static final Limit THOUSAND_A_SECOND = new Limit(Per.KEY, 1_000, 1, 1_000);

  /** What of its burst is left for all, where nobody holds a reserve. */
  private static final double SET_ASIDE_NONE = 990;

  static Stream<Limit> limits() {
    return Stream.of(
        new Limit(Per.KEY, 10, 60, 10),
        new Limit(Per.KEY, 100, 1, 100),
        new Limit(Per.KEY, 100, 1, 10),
        THOUSAND_A_SECOND,
        new Limit(Per.KEY, 1_000, 1, 300),
        new Limit(Per.KEY, 10_007, 60, 2_003),
        new Limit(Per.KEY, 20_000, 1, 20_000),
        new Limit(Per.KEY, 100_000, 60, 100_000));
  }

  private final TwinStates states = new TwinStates(false);
  private final List<ModelGateway> gateways = new ArrayList<>();
  private Simulation simulation = new Simulation(states);

  /** One limiter for all requests, and what it would let pass. */
  private Gcra place = new Gcra();

  private Envelope inOnePlace = new Envelope(THOUSAND_A_SECOND);

  private Envelope open(Limit limit, int count) {
    var envelope = new Envelope(limit);
    inOnePlace = new Envelope(limit);
    place = new Gcra();
    for (int i = 0; i < count; i++) {
      simulation.register("gateway " + i);
    }
    for (int i = 0; i < count; i++) {
      add(limit, "gateway " + i, envelope);
    }
    return envelope;
  }

  private ModelGateway add(Limit limit, String name, Envelope envelope) {
    return add(limit, name, envelope, true);
  }

  private ModelGateway add(Limit limit, String name, Envelope envelope, boolean patient) {
    Rate rate = Rate.of(limit);
    var gateway =
        new ModelGateway(
            simulation,
            new Plan("plan", List.of(limit), null),
            name,
            patient,
            SEED + gateways.size(),
            units -> {
              long now = LimitState.micros(simulation.nanos());
              if (place.take(rate, units, now, now)) {
                inOnePlace.pass(units, simulation.nanos());
              }
            },
            units -> envelope.pass(units, simulation.nanos()));
    gateways.add(gateway);
    return gateway;
  }

  private static double perSecond(Limit limit) {
    return (double) limit.units() / limit.windowSeconds();
  }

  /** Long enough for some thousand units, and for the burst to be used up. */
  private static long seconds(Limit limit) {
    return (long) Math.ceil(Math.min(600, 20_000 / perSecond(limit)));
  }

  private static void assertHeld(Limit limit, Envelope envelope) {
    assertThat(envelope.highest()).as("%s", limit).isLessThan(limit.burst() + ROUNDING);
  }

  private void assertPasses(Limit limit, int count, double demand, double least) {
    Envelope envelope = open(limit, count);
    double each = demand * perSecond(limit) / count;
    gateways.forEach(gateway -> gateway.demand(each, 1));
    // At first a burst comes on top, and nobody knows yet how much is wanted.
    long before = warm(limit, envelope);
    simulation.pass(seconds(limit) * Simulation.SECOND);
    assertHeld(limit, envelope);
    assertThat(envelope.passed() - before)
        .as("%s by %d", limit, count)
        .isGreaterThanOrEqualTo((long) (least * perSecond(limit) * seconds(limit)));
  }

  private long warm(Limit limit, Envelope envelope) {
    long fill = Math.max(2, limit.windowSeconds());
    simulation.pass(fill * Simulation.SECOND);
    return envelope.passed();
  }

  @ParameterizedTest
  @MethodSource("limits")
  void at_twice_the_limit_all_of_it_passes_and_never_more(Limit limit) {
    for (int count : new int[] {1, 3, 16}) {
      gateways.clear();
      states.wipe();
      simulation = new Simulation(states);
      assertPasses(limit, count, 2, 0.99);
    }
  }

  @ParameterizedTest
  @MethodSource("limits")
  void at_the_limit_as_much_passes_as_in_one_place(Limit limit) {
    for (int count : new int[] {1, 16}) {
      gateways.clear();
      states.wipe();
      simulation = new Simulation(states);
      Envelope envelope = open(limit, count);
      double each = perSecond(limit) / count;
      gateways.forEach(gateway -> gateway.demand(each, 1));
      simulation.pass(seconds(limit) * Simulation.SECOND);
      assertHeld(limit, envelope);
      // Clients come at random, so that a small burst refuses some even in one place.
      assertThat(envelope.passed() + 1)
          .as("%s by %d", limit, count)
          .isGreaterThanOrEqualTo((long) (0.99 * inOnePlace.passed()));
    }
  }

  @Test
  void a_demand_that_leans_on_one_gateway_gets_all_of_the_limit_too() {
    Envelope envelope = open(THOUSAND_A_SECOND, 16);
    gateways.getFirst().demand(950, 1);
    gateways.stream().skip(1).forEach(gateway -> gateway.demand(10, 1));
    long before = warm(THOUSAND_A_SECOND, envelope);
    simulation.pass(20 * Simulation.SECOND);
    assertHeld(THOUSAND_A_SECOND, envelope);
    assertThat(envelope.passed() - before).isGreaterThan(19_800);
  }

  @Test
  void requests_of_several_costs_get_all_of_the_limit_together() {
    Envelope envelope = open(THOUSAND_A_SECOND, 4);
    gateways.forEach(gateway -> gateway.demand(200, 1));
    gateways.forEach(gateway -> gateway.demand(60, 5));
    long before = warm(THOUSAND_A_SECOND, envelope);
    simulation.pass(20 * Simulation.SECOND);
    assertHeld(THOUSAND_A_SECOND, envelope);
    assertThat(envelope.passed() - before).isGreaterThan(19_800);
  }

  @Test
  void a_big_limit_hardly_ever_waits_for_a_trip() {
    open(new Limit(Per.KEY, 20_000, 1, 20_000), 2);
    gateways.forEach(gateway -> gateway.demand(5_000, 1));
    simulation.pass(Simulation.SECOND);
    double trips = gateways.stream().mapToDouble(gateway -> gateway.admitted("trip")).sum();
    simulation.pass(10 * Simulation.SECOND);
    double more = gateways.stream().mapToDouble(gateway -> gateway.admitted("trip")).sum() - trips;
    assertThat(more).isLessThan(100);
  }

  @Test
  void a_key_that_asks_seldom_lives_on_what_is_held_for_it() {
    Envelope envelope = open(new Limit(Per.KEY, 20_000, 1, 20_000), 2);
    gateways.forEach(gateway -> gateway.demand(2, 1));
    simulation.pass(100 * Simulation.SECOND);
    assertThat(envelope.passed()).isGreaterThan(300);
    // Of each gateway a trip for the first request, one that fills its hundred, and one for fifty.
    assertThat(gateways).allMatch(gateway -> gateway.path.trips() <= 7);
  }

  @Test
  void a_key_that_was_busy_and_asks_seldom_then_lives_on_it_too() {
    open(new Limit(Per.KEY, 20_000, 1, 20_000), 2);
    for (int i = 0; i < 40_000; i++) {
      gateways.forEach(gateway -> gateway.request(1));
      simulation.pass(60_000);
    }
    simulation.pass(Simulation.SECOND);
    gateways.forEach(gateway -> gateway.demand(2, 1));
    List<Integer> before = gateways.stream().map(gateway -> gateway.path.trips()).toList();
    simulation.pass(100 * Simulation.SECOND);
    for (int i = 0; i < gateways.size(); i++) {
      assertThat(gateways.get(i).path.trips() - before.get(i)).isLessThanOrEqualTo(7);
    }
  }

  @Test
  void one_that_does_not_hear_of_the_list_holds_nothing_until_it_does() {
    Envelope envelope = open(THOUSAND_A_SECOND, 1);
    ModelGateway alone = gateways.getFirst();
    alone.request(1);
    simulation.pass(Simulation.SECOND);
    int before = alone.path.trips();
    alone.request(1);
    alone.setHearing(false);
    simulation.pass(11 * Simulation.SECOND);
    assertThat(alone.path.trips()).isEqualTo(before);
    alone.request(1);
    assertThat(alone.path.trips()).isEqualTo(before + 1);
    alone.setHearing(true);
    simulation.pass(3 * Simulation.SECOND);
    alone.request(1);
    simulation.pass(Simulation.SECOND);
    alone.request(1);
    assertThat(alone.path.trips()).isEqualTo(before + 3);
    assertHeld(THOUSAND_A_SECOND, envelope);
  }

  @Test
  void gateways_that_come_and_go_never_hold_more_than_is_set_aside() {
    Envelope envelope = open(THOUSAND_A_SECOND, 2);
    comeAndGo(envelope);
    assertHeld(THOUSAND_A_SECOND, envelope);
    // So that it is of use: what was held passed, too.
    assertThat(envelope.highest()).isGreaterThan(992);
  }

  @Test
  void if_a_newcomer_held_a_part_at_once_more_would_pass() {
    assertHeld(THOUSAND_A_SECOND, joinAndRush(true));
    simulation = new Simulation(states);
    states.wipe();
    gateways.clear();
    assertThat(joinAndRush(false).highest()).isGreaterThan(1_000.1);
  }

  private Envelope joinAndRush(boolean patient) {
    Envelope envelope = open(THOUSAND_A_SECOND, 1);
    gateways.forEach(gateway -> gateway.request(1));
    // Between two looks at the list.
    simulation.pass(2_600 * Simulation.MILLI);
    add(THOUSAND_A_SECOND, "newcomer", envelope, patient).request(1);
    simulation.pass(20 * Simulation.MILLI);
    // All at one moment and in few trips, before anybody has known demand to lease for.
    for (int i = 0; i < 29; i++) {
      gateways.getFirst().request(33);
    }
    for (int i = 0; i < 80; i++) {
      gateways.forEach(gateway -> gateway.request(1));
    }
    simulation.pass(Simulation.SECOND);
    return envelope;
  }

  private void rush() {
    for (int i = 0; i < 1_100; i++) {
      gateways.forEach(gateway -> gateway.request(1));
      simulation.pass(10_000);
    }
  }

  /** One more, or one less, and a rush at any moment after it. */
  private void comeAndGo(Envelope envelope) {
    var random = new SplittableRandom(SEED);
    for (int round = 0; round < 200; round++) {
      if (gateways.size() == 1 || (gateways.size() < 6 && random.nextBoolean())) {
        add(THOUSAND_A_SECOND, "gateway of round " + round, envelope);
      } else {
        ModelGateway gone = gateways.remove(random.nextInt(gateways.size()));
        gone.die();
        simulation.strike(gone.name());
      }
      gateways.forEach(gateway -> gateway.request(1));
      simulation.pass(random.nextLong(10, 14_000) * Simulation.MILLI);
      gateways.forEach(gateway -> gateway.request(1));
      simulation.pass(20 * Simulation.MILLI);
      rush();
      simulation.pass(2 * Simulation.SECOND);
    }
  }

  @Test
  void gateways_that_die_with_their_leases_take_them_along_and_no_more() {
    Envelope envelope = open(THOUSAND_A_SECOND, 4);
    gateways.forEach(gateway -> gateway.demand(500, 1));
    for (int i = 0; i < 40; i++) {
      simulation.pass(250 * Simulation.MILLI);
      ModelGateway dead = gateways.removeFirst();
      dead.die();
      add(THOUSAND_A_SECOND, dead.name(), envelope).demand(500, 1);
    }
    assertHeld(THOUSAND_A_SECOND, envelope);
    assertThat(envelope.passed()).isGreaterThan(9_700);
  }

  @Test
  void without_the_rule_that_leases_count_from_their_end_more_passes() {
    simulation = new Simulation(new TwinStates(true));
    Envelope envelope = open(THOUSAND_A_SECOND, 2);
    restAndRush();
    assertThat(envelope.highest()).isGreaterThan(SET_ASIDE_NONE + 2);
  }

  @Test
  void with_that_rule_a_rest_before_a_rush_brings_nobody_more() {
    Envelope envelope = open(THOUSAND_A_SECOND, 2);
    restAndRush();
    assertThat(envelope.highest()).isLessThan(Rate.central(THOUSAND_A_SECOND).burst() + ROUNDING);
  }

  /** Demand that leases are taken for, a rest in which their debit comes back, and all at once. */
  private void restAndRush() {
    // So many gateways that none holds a reserve, which would hide what leases do.
    for (int i = 0; i < 10; i++) {
      simulation.register("idle gateway " + i);
    }
    simulation.pass(6 * Simulation.SECOND);
    for (int round = 0; round < 20; round++) {
      for (int tick = 0; tick < 1_000; tick++) {
        gateways.forEach(gateway -> gateway.request(1));
        simulation.pass(2_500_000);
      }
      simulation.pass(20 * Simulation.MILLI);
      for (int i = 0; i < 800; i++) {
        gateways.forEach(gateway -> gateway.request(1));
      }
      simulation.pass(2 * Simulation.SECOND);
    }
  }

  @Test
  void all_that_are_cut_off_pass_the_limit_once_more_and_are_back_soon() {
    Envelope envelope = open(THOUSAND_A_SECOND, 4);
    gateways.forEach(gateway -> gateway.demand(1_000, 1));
    simulation.pass(5 * Simulation.SECOND);
    gateways.forEach(gateway -> gateway.path.cut());
    long before = envelope.passed();
    simulation.pass(10 * Simulation.SECOND);
    assertThat(gateways).allMatch(ModelGateway::isCutOff);
    // Their shares, and what they had leased.
    assertThat(envelope.passed() - before).isBetween(9_900L, 11_000L + 200);
    assertThat(envelope.highest()).isLessThan(2_200);
    gateways.forEach(gateway -> gateway.path.mend());
    simulation.pass(Simulation.SECOND);
    assertThat(gateways).noneMatch(ModelGateway::isCutOff);
    long after = envelope.passed();
    simulation.pass(10 * Simulation.SECOND);
    assertThat(envelope.passed() - after).isBetween(9_900L, 10_000L + 200);
  }

  @Test
  void one_that_is_cut_off_passes_its_share_and_no_more() {
    var cutOff = new Envelope(THOUSAND_A_SECOND);
    Envelope others = open(THOUSAND_A_SECOND, 3);
    ModelGateway lonely = add(THOUSAND_A_SECOND, "lonely", cutOff);
    gateways.forEach(gateway -> gateway.demand(1_000, 1));
    simulation.pass(5 * Simulation.SECOND);
    lonely.path.cut();
    long before = cutOff.passed();
    simulation.pass(10 * Simulation.SECOND);
    assertHeld(THOUSAND_A_SECOND, others);
    assertThat(cutOff.passed() - before).isBetween(2_450L, 250 + 2_500 + 100L);
  }

  @Test
  void a_wiped_redis_begins_anew_and_gives_a_burst_at_most() {
    Envelope envelope = open(THOUSAND_A_SECOND, 4);
    gateways.forEach(gateway -> gateway.demand(1_000, 1));
    simulation.pass(5 * Simulation.SECOND);
    states.wipe();
    simulation.pass(5 * Simulation.SECOND);
    assertThat(envelope.highest()).isBetween(1_900.0, 2_000.0 + 200);
  }
}
