package io.tollgate.quota;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import io.tollgate.plan.Credits;
import io.tollgate.plan.Meter;
import io.tollgate.plan.Per;
import io.tollgate.plan.Period;
import io.tollgate.plan.Plan;
import io.tollgate.plan.Quota;
import io.tollgate.quota.Allowances.Reached;
import io.tollgate.store.AllowanceCall;
import io.tollgate.store.AllowanceTerms;
import io.tollgate.store.StoreUnreachable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What passes by quotas and credits, on a real Postgres and in virtual time. */
class QuotaGateTest {
  private static final Subject SUBJECT = new Subject("user_000000000000000000000000000");
  private static final KeyId KEY = new KeyId(1, 1);
  private static final KeyId OTHER_KEY = new KeyId(2, 2);
  private static final UUID INSTANCE = UUID.randomUUID();
  private static final long NOON = Instant.parse("2027-01-31T12:00:00Z").toEpochMilli();

  private final SimpleMeterRegistry metrics = new SimpleMeterRegistry();
  private AllowancesInPostgres postgres;
  private long millis = NOON;
  private boolean reachable = true;
  private int calls;
  private @Nullable List<Promise<AllowanceCall.Leased>> held;
  private QuotaGate gate = gate(QuotaGate.ALLOWANCES_MAX);

  @BeforeEach
  void start() {
    postgres = new AllowancesInPostgres();
    postgres.beginBoot(INSTANCE, 1);
  }

  @AfterEach
  void stop() {
    postgres.close();
  }

  private QuotaGate gate(int allowancesMax) {
    return new QuotaGate(
        this::lease, Runnable::run, () -> millis, () -> millis * 1_000_000, metrics, allowancesMax);
  }

  private Future<AllowanceCall.Leased> lease(AllowanceCall call) {
    calls++;
    if (held != null) {
      Promise<AllowanceCall.Leased> answer = Promise.promise();
      held.add(answer);
      return answer.future();
    }
    return reachable
        ? Future.succeededFuture(postgres.lease(INSTANCE, 1, call).orElseThrow())
        : Future.failedFuture(new StoreUnreachable("away"));
  }

  private static Quota monthly(Per per, long units, boolean hard) {
    return new Quota(per, Meter.COMPLETED, Period.MONTH, units, hard);
  }

  private static Plan plan(Quota... quotas) {
    return new Plan("pver_1", List.of(), List.of(quotas), null, null);
  }

  private static Plan credits(long refill, @Nullable Period period) {
    return new Plan(
        "pver_1", List.of(), List.of(), new Credits(Meter.COMPLETED, refill, period), null);
  }

  private Allowances of(Plan plan, KeyId key) {
    return java.util.Objects.requireNonNull(gate.of(null, key, SUBJECT, plan));
  }

  /** Takes as the edge does: asks where that is needed, and says then that it has asked. */
  private int take(Allowances allowances, long units) {
    int taken = gate.take(allowances, units, millis * 1_000_000, false);
    if (taken != QuotaGate.ASK) {
      return taken;
    }
    gate.ask(allowances, units);
    return gate.take(allowances, units, millis * 1_000_000, true);
  }

  private int passed(Allowances allowances, int requests) {
    int passed = 0;
    for (int i = 0; i < requests; i++) {
      passed += take(allowances, 1) >= 0 ? 1 : 0;
    }
    return passed;
  }

  @Test
  void a_plan_without_any_asks_for_nothing() {
    assertThat(gate.of(null, KEY, SUBJECT, Plan.NONE)).isNull();
  }

  @Test
  void as_many_pass_as_the_quota_grants_and_then_none() {
    assertThat(passed(of(plan(monthly(Per.KEY, 25, true)), KEY), 40)).isEqualTo(25);
  }

  @Test
  void a_quota_of_the_subject_is_shared_by_its_keys_and_one_of_the_key_is_not() {
    Plan shared = plan(monthly(Per.SUBJECT, 25, true));
    assertThat(passed(of(shared, KEY), 15) + passed(of(shared, OTHER_KEY), 15)).isEqualTo(25);
    Plan own = plan(new Quota(Per.KEY, Meter.FORWARDED, Period.MONTH, 10, true));
    assertThat(passed(of(own, KEY), 15) + passed(of(own, OTHER_KEY), 15)).isEqualTo(20);
  }

  @Test
  void what_one_refuses_takes_nothing_of_another() {
    Plan plan = plan(monthly(Per.SUBJECT, 100, true), monthly(Per.KEY, 5, true));
    assertThat(passed(of(plan, KEY), 20)).isEqualTo(5);
    assertThat(passed(of(plan(monthly(Per.SUBJECT, 100, true)), OTHER_KEY), 200)).isEqualTo(95);
  }

  @Test
  void a_request_may_need_several_units_and_passes_only_where_there_are_as_many() {
    Allowances allowances = of(plan(monthly(Per.KEY, 10, true)), KEY);
    assertThat(take(allowances, 7)).isNotNegative();
    assertThat(take(allowances, 4)).isEqualTo(QuotaGate.NONE);
    assertThat(take(allowances, 0)).isNotNegative();
    millis += Allowance.EMPTY_BELIEVED_MAX.toMillis();
    assertThat(take(allowances, 3)).isNotNegative();
  }

  @Test
  void a_request_that_does_not_count_gives_its_units_back() {
    Allowances allowances = of(plan(monthly(Per.KEY, 1, true)), KEY);
    for (Reached reached : List.of(Reached.NOTHING, Reached.FORWARDED)) {
      int taken = take(allowances, 1);
      assertThat(taken).isNotNegative();
      allowances.settle(taken, 1, reached);
    }
    int taken = take(allowances, 1);
    allowances.settle(taken, 1, Reached.COMPLETED);
    assertThat(take(allowances, 1)).isEqualTo(QuotaGate.NONE);
  }

  @Test
  void by_what_a_request_counts_is_the_quotas_word() {
    assertThat(Reached.NOTHING.counts(Meter.FORWARDED)).isFalse();
    assertThat(Reached.FORWARDED.counts(Meter.FORWARDED)).isTrue();
    assertThat(Reached.FORWARDED.counts(Meter.COMPLETED)).isFalse();
    assertThat(Reached.COMPLETED.counts(Meter.COMPLETED)).isTrue();
  }

  @Test
  void beyond_a_soft_quota_requests_pass_and_are_told_of() {
    assertThat(passed(of(plan(monthly(Per.KEY, 5, false)), KEY), 20)).isEqualTo(20);
    assertThat(metrics.counter("tollgate.quota.exceeded").count()).isEqualTo(15);
  }

  @Test
  void a_new_period_begins_anew_and_until_then_it_is_told_when() {
    Plan plan = plan(monthly(Per.KEY, 5, true));
    Allowances january = of(plan, KEY);
    assertThat(passed(january, 9)).isEqualTo(5);
    assertThat(gate.moreInSeconds(january, 1)).isEqualTo(Duration.ofHours(12).toSeconds());
    assertThat(gate.of(january, KEY, SUBJECT, plan)).isSameAs(january);
    millis += Duration.ofHours(12).toMillis();
    Allowances february = java.util.Objects.requireNonNull(gate.of(january, KEY, SUBJECT, plan));
    assertThat(passed(february, 9)).isEqualTo(5);
  }

  @Test
  void a_plan_that_grants_more_in_the_middle_of_a_period_grants_the_rest() {
    assertThat(passed(of(plan(monthly(Per.KEY, 5, true)), KEY), 9)).isEqualTo(5);
    millis += Allowance.EMPTY_BELIEVED_MAX.toMillis();
    assertThat(passed(of(plan(monthly(Per.KEY, 8, true)), KEY), 9)).isEqualTo(3);
    millis += Allowance.EMPTY_BELIEVED_MAX.toMillis();
    assertThat(passed(of(plan(monthly(Per.KEY, 2, true)), KEY), 9)).isZero();
  }

  @Test
  void credits_last_until_they_are_spent_and_nothing_is_said_of_more() {
    postgres.credit(SUBJECT.id(), 12);
    Plan plan = credits(0, null);
    assertThat(passed(of(plan, KEY), 7)).isEqualTo(7);
    millis += Duration.ofDays(400).toMillis();
    assertThat(passed(of(plan, OTHER_KEY), 7)).isEqualTo(5);
    assertThat(gate.moreInSeconds(of(plan, KEY), 1)).isZero();
  }

  @Test
  void credits_are_filled_up_once_in_a_period_and_bought_ones_stay() {
    Plan plan = credits(10, Period.MONTH);
    assertThat(passed(of(plan, KEY), 20)).isEqualTo(10);
    postgres.execute("UPDATE tollgate.allowance SET granted = granted + 25");
    millis += Allowance.EMPTY_BELIEVED_MAX.toMillis();
    assertThat(passed(of(plan, KEY), 5)).isEqualTo(5);
    String month = "UPDATE tollgate.allowance SET refilled_at = refilled_at - interval '1 month'";
    postgres.execute(month);
    assertThat(passed(of(plan, KEY), 40)).as("20 are more than a refill of 10").isEqualTo(20);
    var used = new AllowancesInPostgres.Used(SUBJECT.id(), "pver_1", 35, 35);
    postgres.settle(INSTANCE, 1, millis, List.of(used));
    postgres.execute(month);
    millis += Allowance.EMPTY_BELIEVED_MAX.toMillis();
    assertThat(passed(of(plan, KEY), 40)).isEqualTo(10);
  }

  @Test
  void that_there_are_none_is_believed_for_a_while_and_asked_again_then() {
    Allowances allowances = of(plan(monthly(Per.KEY, 1, true)), KEY);
    assertThat(passed(allowances, 100)).isOne();
    int before = calls;
    assertThat(passed(allowances, 100)).isZero();
    assertThat(calls).isEqualTo(before);
    Allowances more = of(plan(monthly(Per.KEY, 2, true)), KEY);
    assertThat(passed(more, 100)).isZero();
    millis += Allowance.EMPTY_BELIEVED.toMillis();
    assertThat(passed(more, 100)).isOne();
  }

  @Test
  void while_postgres_is_away_what_is_held_passes_and_no_more() {
    Allowances hard = of(plan(monthly(Per.KEY, 1_000, true)), KEY);
    Allowances soft = of(plan(monthly(Per.SUBJECT, 1_000, false)), KEY);
    assertThat(take(hard, 1)).isNotNegative();
    reachable = false;
    assertThat(passed(hard, 100)).isEqualTo(9);
    assertThat(take(hard, 1)).as("nobody knows").isEqualTo(QuotaGate.ASK);
    assertThat(passed(soft, 100)).isEqualTo(100);
    reachable = true;
    assertThat(take(hard, 1)).isNotNegative();
  }

  @Test
  void the_busier_a_key_the_more_is_leased_ahead() {
    Allowances allowances = of(plan(monthly(Per.KEY, 1_000_000, true)), KEY);
    for (int second = 0; second < 20; second++) {
      assertThat(passed(allowances, 1_000)).isEqualTo(1_000);
      millis += 1_000;
    }
    int before = calls;
    for (int second = 0; second < 20; second++) {
      assertThat(passed(allowances, 1_000)).isEqualTo(1_000);
      millis += 1_000;
    }
    assertThat(calls - before).isLessThan(8);
  }

  @Test
  void units_that_nobody_uses_are_given_up_and_the_state_goes_once_all_is_settled() {
    Allowances allowances = of(plan(monthly(Per.KEY, 1_000, true)), KEY);
    int taken = take(allowances, 1);
    assertThat(postgres.number("SELECT leased FROM tollgate.allowance")).isEqualTo(10);
    millis += Allowance.IDLE.toMillis() + 1;
    gate.tick();
    assertThat(postgres.number("SELECT leased FROM tollgate.allowance")).isOne();
    gate.tick();
    gate.tick();
    assertThat(take(allowances, 0)).as("a request is under way").isNotNegative();
    allowances.settle(taken, 1, Reached.COMPLETED);
    var used = new AllowancesInPostgres.Used(KEY.toString(), "pver_1", 1, 1);
    postgres.settle(INSTANCE, 1, millis, List.of(used));
    millis += Allowance.IDLE.toMillis() + 1;
    for (int i = 0; i < 4; i++) {
      gate.tick();
    }
    assertThat(gate.take(allowances, 1, millis * 1_000_000, false)).isEqualTo(QuotaGate.STALE);
    assertThat(passed(of(plan(monthly(Per.KEY, 1_000, true)), KEY), 2_000)).isEqualTo(999);
  }

  @Test
  void what_another_gateway_holds_is_no_reason_to_fill_up_credits() {
    Plan plan = credits(100, Period.MONTH);
    assertThat(take(of(plan, KEY), 1)).isNotNegative();
    postgres.execute("UPDATE tollgate.allowance SET refilled_at = '-infinity'");
    postgres.beginBoot(INSTANCE, 2);
    var again =
        new AllowanceCall(
            SUBJECT.id(),
            AllowanceTerms.of("pver_1", new Credits(Meter.COMPLETED, 100, Period.MONTH)),
            0,
            1,
            -1,
            10,
            1);
    postgres.lease(INSTANCE, 2, again);
    assertThat(postgres.number("SELECT granted FROM tollgate.allowance")).isEqualTo(100);
  }

  @Test
  void a_dear_request_that_finds_too_little_does_not_stop_cheap_ones() {
    Allowances allowances = of(plan(monthly(Per.KEY, 50, true)), KEY);
    assertThat(take(allowances, 60)).isEqualTo(QuotaGate.NONE);
    assertThat(passed(allowances, 60)).isEqualTo(50);
  }

  @Test
  void a_state_whose_period_is_over_goes_with_what_is_not_settled() {
    Allowances allowances = of(plan(monthly(Per.KEY, 1_000, true)), KEY);
    int taken = take(allowances, 1);
    millis += Duration.ofHours(12).toMillis() + 1;
    gate.tick();
    allowances.settle(taken, 1, Reached.NOTHING);
    int before = calls;
    for (int i = 0; i < 10; i++) {
      millis += Duration.ofSeconds(10).toMillis();
      gate.tick();
    }
    assertThat(calls).as("nobody is told of it again").isEqualTo(before);
    millis += Allowance.AFTER_END.toMillis();
    gate.tick();
    assertThat(gate.take(allowances, 0, millis * 1_000_000, false)).isEqualTo(QuotaGate.STALE);
  }

  @Test
  void only_so_many_give_something_up_at_once() {
    List<Promise<AllowanceCall.Leased>> answers = new ArrayList<>();
    reachable = true;
    Plan plan = plan(monthly(Per.KEY, 1_000, true));
    for (int key = 0; key < 50; key++) {
      assertThat(take(of(plan, new KeyId(3, key)), 1)).isNotNegative();
    }
    held = answers;
    millis += Allowance.IDLE.toMillis() + 1;
    gate.tick();
    gate.tick();
    assertThat(answers).hasSize(16);
  }

  @Test
  void near_the_end_units_are_given_up_soon() {
    Allowances allowances = of(plan(monthly(Per.KEY, 12, true)), KEY);
    assertThat(take(allowances, 1)).isNotNegative();
    long leased = postgres.number("SELECT leased FROM tollgate.allowance");
    assertThat(leased).isEqualTo(6);
    assertThat(passed(allowances, 5)).isEqualTo(5);
    assertThat(take(allowances, 1)).isNotNegative();
    millis += Allowance.IDLE_WHILE_SCARCE.toMillis() + 1;
    gate.tick();
    assertThat(postgres.number("SELECT leased FROM tollgate.allowance")).isEqualTo(7);
  }

  @Test
  void there_is_a_bound_to_how_many_are_held() {
    gate = gate(1);
    Plan plan = plan(monthly(Per.KEY, 5, true));
    assertThat(take(of(plan, KEY), 1)).isNotNegative();
    assertThat(gate.of(null, OTHER_KEY, SUBJECT, plan)).isSameAs(QuotaGate.TOO_MANY);
    assertThat(take(of(plan, KEY), 1)).as("what is held goes on").isNotNegative();
    assertThat(take(of(plan(monthly(Per.KEY, 5, false)), OTHER_KEY), 1)).isNotNegative();
  }
}
