package io.tollgate.fault;

import static io.tollgate.fault.Expected.Revokes.CONFIRMED;
import static io.tollgate.fault.Expected.Revokes.PROMPT;
import static io.tollgate.fault.Expected.Revokes.REFUSED;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Plants in a book what must not happen. A fault from 1 s to 5 s, all whole again at 6 s. */
class JudgeTest {
  private static final String REFUSED_KEYS = "revoked keys are refused";
  private static final String KNOWN = "valid keys are never denied";
  private static final String SERVED = "keys in use are served";
  private static final String UNSEEN = "keys never seen are served";
  private static final String CUT_OFF = "who is cut off refuses";
  private static final String REVOKES = "revocations end as they must";
  private static final String STREAMS = "long exchanges end with keys";

  private final IssuedKey key = new IssuedKey("ak_1", "secret");
  private final List<Use> uses = new ArrayList<>();
  private final List<Revoke> revokes = new ArrayList<>();
  private final List<LongExchange.Seen> exchanges = new ArrayList<>();

  private static long at(double seconds) {
    return (long) (seconds * 1e9);
  }

  private void use(int gateway, double sent, int status) {
    uses.add(new Use(gateway, key, false, at(sent), at(sent), at(sent) + 1_000_000, status));
  }

  private void firstUse(double sent, int status) {
    uses.add(new Use(0, key, true, at(sent), at(sent), at(sent) + 1_000_000, status));
  }

  private void revoke(double sent, Duration took, int status) {
    key.revokeSent(at(sent));
    long answered = at(sent) + took.toNanos();
    if (status == 200) {
      key.revoked(answered);
    }
    revokes.add(new Revoke(key, at(sent), answered, status, ""));
  }

  private void stream(int gateway, long cutNanos) {
    exchanges.add(new LongExchange.Seen(gateway, key, true, cutNanos));
  }

  private List<String> broken(Expected expected) {
    return broken(expected, 0);
  }

  private List<String> broken(Expected expected, long unconfirmed) {
    var act =
        new Act(
            "fault",
            expected,
            0,
            at(1),
            at(1.1),
            at(5),
            at(5.1),
            at(6),
            unconfirmed,
            uses,
            revokes,
            exchanges);
    return Judge.judge(act).stream().filter(Finding::isBroken).map(Finding::invariant).toList();
  }

  private static Expected served() {
    return Expected.allServed(CONFIRMED);
  }

  @Test
  void all_is_well_where_valid_keys_are_served_and_revoked_ones_refused() {
    use(0, 0.5, 200);
    revoke(2, Duration.ofMillis(120), 200);
    use(0, 2.2, 401);
    use(1, 2.3, 503);
    assertThat(broken(Expected.allServed(PROMPT))).isEmpty();
  }

  @Test
  void a_use_sent_after_the_2xx_must_not_be_accepted() {
    revoke(2, Duration.ofMillis(120), 200);
    use(0, 2.121, 200);
    assertThat(broken(served())).containsExactly(REFUSED_KEYS);
  }

  @Test
  void a_use_sent_before_the_2xx_may_be_accepted_or_not() {
    revoke(2, Duration.ofMillis(120), 200);
    use(0, 2.119, 200);
    use(1, 2.119, 401);
    assertThat(broken(served())).isEmpty();
  }

  @Test
  void a_valid_key_is_never_denied_not_even_by_a_gateway_that_is_excused() {
    use(1, 2, 401);
    assertThat(broken(Expected.allButOne(1, CONFIRMED))).containsExactly(KNOWN);
  }

  @Test
  void a_key_that_is_about_to_be_revoked_counts_as_valid() {
    use(0, 1.9, 403);
    revoke(2, Duration.ofMillis(120), 200);
    assertThat(broken(served())).containsExactly(KNOWN, SERVED);
  }

  @Test
  void a_key_in_use_is_served_from_the_first_moment_on() {
    use(0, 1.05, 503);
    assertThat(broken(served())).containsExactly(SERVED);
  }

  @Test
  void no_answer_is_no_service() {
    use(0, 3, Use.NO_ANSWER);
    assertThat(broken(served())).containsExactly(SERVED);
  }

  @Test
  void who_is_excused_may_refuse_until_all_is_whole_and_not_longer() {
    use(1, 1.05, 503);
    use(1, 5.9, 503);
    assertThat(broken(Expected.allButOne(1, CONFIRMED))).isEmpty();
    use(1, 6.1, 503);
    assertThat(broken(Expected.allButOne(1, CONFIRMED))).containsExactly(SERVED);
  }

  @Test
  void one_in_a_thousand_keys_never_seen_may_be_refused_early() {
    for (int i = 0; i < 999; i++) {
      firstUse(1.2, 200);
    }
    firstUse(1.2, 503);
    assertThat(broken(served())).isEmpty();
    firstUse(1.2, 503);
    assertThat(broken(served())).containsExactly(UNSEEN);
  }

  @Test
  void no_key_never_seen_may_be_refused_late() {
    for (int i = 0; i < 1_000; i++) {
      firstUse(1.2, 200);
    }
    firstUse(1.4, 503);
    assertThat(broken(served())).containsExactly(UNSEEN);
  }

  @Test
  void who_is_cut_off_accepts_nothing_once_the_bound_is_over() {
    use(0, 1.2, 200);
    use(0, 2, 503);
    assertThat(broken(Expected.oneCutOff(0, CONFIRMED))).isEmpty();
    use(0, 3, 200);
    assertThat(broken(Expected.oneCutOff(0, CONFIRMED))).containsExactly(CUT_OFF);
  }

  @Test
  void that_nobody_asked_who_is_cut_off_proves_nothing() {
    assertThat(broken(Expected.oneCutOff(0, CONFIRMED))).containsExactly(CUT_OFF);
  }

  @Test
  void a_revocation_that_must_be_confirmed_is_confirmed_by_the_first_call() {
    revoke(2, Duration.ofSeconds(5), 503);
    assertThat(broken(served())).containsExactly(REVOKES);
  }

  @Test
  void a_prompt_revocation_takes_no_second() {
    revoke(2, Duration.ofMillis(1_001), 200);
    assertThat(broken(Expected.allServed(PROMPT))).containsExactly(REVOKES);
    assertThat(broken(served())).isEmpty();
  }

  @Test
  void a_revocation_that_can_not_be_proven_is_not_confirmed_before_the_cure() {
    revoke(2, Duration.ofSeconds(2), 200);
    assertThat(broken(Expected.allServed(REFUSED))).containsExactly(REVOKES);
  }

  @Test
  void a_revocation_that_waits_for_the_cure_may_be_confirmed_then() {
    revoke(2, Duration.ofSeconds(4), 200);
    assertThat(broken(Expected.allServed(REFUSED))).isEmpty();
  }

  @Test
  void a_revocation_that_is_never_confirmed_is_told() {
    assertThat(broken(Expected.allServed(REFUSED), 1)).containsExactly(REVOKES);
  }

  @Test
  void a_long_exchange_ends_within_a_second_or_so_of_the_2xx() {
    revoke(2, Duration.ZERO, 200);
    stream(0, at(3.2));
    assertThat(broken(served())).isEmpty();
    stream(1, at(3.4));
    assertThat(broken(served())).containsExactly(STREAMS);
  }

  @Test
  void a_long_exchange_that_outlives_its_key_is_told() {
    revoke(2, Duration.ZERO, 200);
    stream(0, Stopwatch.NEVER);
    assertThat(broken(served())).containsExactly(STREAMS);
  }

  @Test
  void a_frozen_gateway_ends_its_exchanges_when_it_wakes() {
    revoke(2, Duration.ZERO, 200);
    stream(1, at(6.3));
    assertThat(broken(Expected.allButOne(1, CONFIRMED))).isEmpty();
    assertThat(broken(Expected.oneCutOff(1, CONFIRMED))).contains(STREAMS);
  }

  @Test
  void a_valid_exchange_is_not_cut_but_where_the_gateway_is_excused() {
    stream(1, at(3));
    assertThat(broken(Expected.allButOne(1, CONFIRMED))).isEmpty();
    assertThat(broken(served())).containsExactly(STREAMS);
  }

  @Test
  void an_exchange_may_be_cut_from_when_its_revocation_was_asked_for() {
    revoke(2, Duration.ofSeconds(5), 503);
    stream(0, at(2.1));
    assertThat(broken(Expected.allServed(REFUSED))).isEmpty();
  }
}
