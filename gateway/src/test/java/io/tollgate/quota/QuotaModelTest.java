package io.tollgate.quota;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import io.tollgate.plan.Credits;
import io.tollgate.plan.Meter;
import io.tollgate.plan.Per;
import io.tollgate.plan.Period;
import io.tollgate.plan.Plan;
import io.tollgate.plan.Quota;
import io.tollgate.quota.Allowances.Reached;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Some gateways and a real Postgres, in virtual time: requests come and end, batches come in,
 * gateways are killed, and calls are lost, answered in vain, or heeded long after others.
 */
class QuotaModelTest {
  private static final Subject SUBJECT = new Subject("user_000000000000000000000000000");
  private static final List<KeyId> KEYS = List.of(new KeyId(1, 1), new KeyId(2, 2));
  private static final List<Meter> METERS = List.of(Meter.FORWARDED, Meter.COMPLETED);
  private static final List<Reached> FATES =
      List.of(Reached.NOTHING, Reached.FORWARDED, Reached.COMPLETED);
  private static final int SUBJECT_UNITS = 200;
  private static final int KEY_UNITS = 120;
  private static final int CREDITS = 190;

  private AllowancesInPostgres postgres;
  private long millis = 1_800_000_000_000L;
  private SplittableRandom random = new SplittableRandom();
  private Plan plan = Plan.NONE;
  private Meter meter = Meter.COMPLETED;
  private final List<ModelGateway> gateways = new ArrayList<>();

  /** Units that requests have used up, by key. */
  private final long[] counted = new long[2];

  @BeforeEach
  void start() {
    postgres = new AllowancesInPostgres();
    postgres.credit(SUBJECT.id(), CREDITS);
  }

  @AfterEach
  void stop() {
    postgres.close();
  }

  private void begin(long seed) {
    random = new SplittableRandom(seed);
    meter = METERS.get(random.nextInt(2));
    plan =
        new Plan(
            "pver_1",
            List.of(),
            List.of(
                new Quota(Per.SUBJECT, meter, Period.MONTH, SUBJECT_UNITS, true),
                new Quota(Per.KEY, meter, Period.DAY, KEY_UNITS, true),
                new Quota(Per.KEY, meter, Period.MONTH, 20, false)),
            new Credits(meter, 0, null),
            null);
    int count = 1 + random.nextInt(5);
    for (int i = 0; i < count; i++) {
      gateways.add(new ModelGateway(postgres, random, () -> millis));
    }
  }

  private void step() {
    ModelGateway gateway = gateways.get(random.nextInt(gateways.size()));
    switch (random.nextInt(20)) {
      case 0 -> gateway.ship();
      case 1 -> gateway.tick();
      case 2 -> gateway.heedLate();
      case 3 -> millis += random.nextInt(1_500);
      case 4 -> {
        if (random.nextInt(20) == 0) {
          gateway.killAndStart();
        }
      }
      case 5 -> gateway.free(KEYS.get(random.nextInt(2)), SUBJECT, "pver_free", 5);
      case 6, 7, 8, 9 -> end(gateway);
      default -> request(gateway);
    }
    check();
  }

  private void request(ModelGateway gateway) {
    gateway.request(KEYS.get(random.nextInt(2)), SUBJECT, plan, random.nextInt(4));
  }

  private void end(ModelGateway gateway) {
    if (!gateway.open().isEmpty()) {
      ModelGateway.Open ended = gateway.open().get(random.nextInt(gateway.open().size()));
      Reached reached = FATES.get(random.nextInt(3));
      gateway.end(ended, reached);
      if (reached.counts(meter)) {
        counted[KEYS.indexOf(ended.key())] += ended.units();
      }
    }
  }

  private long underWay(KeyId key) {
    return gateways.stream()
        .flatMap(gateway -> gateway.open().stream())
        .filter(request -> request.key().equals(key))
        .mapToLong(ModelGateway.Open::units)
        .sum();
  }

  /** Never more passes than there is, nor is anything in the books below nothing. */
  private void check() {
    long all = 0;
    for (int i = 0; i < KEYS.size(); i++) {
      long used = counted[i] + underWay(KEYS.get(i));
      assertThat(used).isLessThanOrEqualTo(KEY_UNITS);
      all += used;
    }
    assertThat(all).isLessThanOrEqualTo(Math.min(SUBJECT_UNITS, CREDITS));
    long overdrawn =
        postgres.number(
            "SELECT count(*) FROM tollgate.allowance WHERE hard AND granted < spent + leased");
    assertThat(overdrawn).isZero();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void nothing_is_spent_twice_and_in_the_end_the_books_are_right(long seed) {
    run(seed);
    assertThat(allThatStillPass()).isEqualTo(allThatIsLeft());
  }

  private void run(long seed) {
    begin(seed);
    for (int i = 0; i < 600; i++) {
      step();
    }
    gateways.forEach(ModelGateway::killAndStart);
    assertThat(postgres.number("SELECT sum(leased) FROM tollgate.allowance")).isZero();
    long all = counted[0] + counted[1];
    assertThat(spent(SUBJECT.id(), "credits")).isEqualTo(all);
    assertThat(spent(SUBJECT.id(), meter.text() + "/month")).isEqualTo(all);
    for (int i = 0; i < KEYS.size(); i++) {
      assertThat(spent(KEYS.get(i).toString(), meter.text() + "/day")).isEqualTo(counted[i]);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "a call that comes late is heeded, lease, this_call <= l.call, false",
    "a boot that is over leases on, lease, AND b.last_sequence IS NULL, ''",
    "more is leased than there is, lease, AND spare >= needed, ''",
    "what was told by a lost answer is leased for good, lease, units = known, units = l.units",
    "what is settled stays leased, settle, 'sum(least(open, units))::bigint', 0::bigint",
    "what is used under another plan is booked, settle, u.version = ANY(l.versions), true",
    "what a boot has left is lost, end_boot, a.leased - g.open, a.leased"
  })
  void without_one_of_the_rules_that_is_not_so(
      String what, String function, String rule, String other) {
    String source =
        postgres.text(
            "SELECT pg_get_functiondef(p.oid) FROM pg_proc p JOIN pg_namespace n"
                + " ON n.oid = p.pronamespace WHERE n.nspname = 'tollgate' AND p.proname = '"
                + function
                + "'");
    assertThat(source).contains(rule);
    postgres.execute(source.replace(rule, other));
    assertThatThrownBy(this::runMany)
        .as(what)
        .satisfiesAnyOf(
            found -> assertThat(found).isInstanceOf(AssertionError.class),
            found -> assertThat(found).hasMessageContaining("violates check constraint"));
  }

  private void runMany() {
    for (long seed = 1; seed <= 40; seed++) {
      gateways.clear();
      postgres.execute("TRUNCATE tollgate.allowance CASCADE");
      postgres.credit(SUBJECT.id(), CREDITS);
      counted[0] = 0;
      counted[1] = 0;
      run(seed);
    }
  }

  private long spent(String owner, String name) {
    return postgres.number(
        "SELECT coalesce(sum(spent), 0) FROM tollgate.allowance WHERE owner = '%s' AND name = '%s'"
            .formatted(owner, name));
  }

  private long allThatIsLeft() {
    long ofKeys = 0;
    for (long used : counted) {
      ofKeys += KEY_UNITS - used;
    }
    long ofSubject = Math.min(SUBJECT_UNITS, CREDITS) - counted[0] - counted[1];
    return Math.min(ofKeys, ofSubject);
  }

  /** Nobody is refused what is there still, whichever gateway he asks, if he asks again. */
  private long allThatStillPass() {
    long passed = 0;
    for (int i = 0; i < 2_000; i++) {
      ModelGateway gateway = gateways.get(random.nextInt(gateways.size()));
      passed += gateway.request(KEYS.get(random.nextInt(2)), SUBJECT, plan, 1) ? 1 : 0;
      millis += 50;
      gateways.forEach(ModelGateway::tick);
    }
    return passed;
  }
}
