package io.tollgate.ring;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.KeyDigest;
import io.tollgate.store.Applied;
import io.tollgate.store.LogPage;
import io.tollgate.store.LogPage.Continuity;
import io.tollgate.store.LogPosition;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** What a gateway believes, rule by rule, in virtual time. The simulation tries them together. */
class TrustTest {
  private static final KeyDigest KEY = new KeyDigest(1, 2, 3, 4);
  private static final KeyDigest OTHER = new KeyDigest(5, 6, 7, 8);
  private static final Duration STEP = Duration.ofMillis(25);

  private final VirtualClocks clocks = new VirtualClocks();
  private final Fence fence = new Fence(FenceConfig.DEFAULTS.bound().toNanos());
  private final List<KeyDigest> forgotten = new ArrayList<>();
  private int forgottenAll;
  private Trust trust = trust(false);

  private Trust trust(boolean redisFailsOver) {
    FenceConfig defaults = FenceConfig.DEFAULTS;
    var config =
        new FenceConfig(
            defaults.bound(),
            defaults.interval(),
            defaults.pollInterval(),
            defaults.postgresAbsenceMax(),
            redisFailsOver);
    return new Trust(config, fence, new Held(), EnumSet.allOf(Guard.class));
  }

  private final class Held implements Trust.Held {
    @Override
    public void forget(KeyDigest digest) {
      forgotten.add(digest);
    }

    @Override
    public void forgetAll() {
      forgottenAll++;
    }
  }

  private static LogPosition at(long number) {
    return new LogPosition(number, "change " + number);
  }

  private static Optional<Applied> applied(String mark, long number) {
    return Optional.of(new Applied("epoch", mark, at(number)));
  }

  private void poll(String epoch, long end, Continuity continuity, KeyDigest... changed) {
    Moment sent = clocks.now();
    trust.polled(
        trust.pollSent(),
        sent,
        new LogPage(epoch, at(end), continuity, at(end), List.of(changed), clocks.millis()));
  }

  private void poll(long end, KeyDigest... changed) {
    poll("epoch", end, Continuity.WHOLE, changed);
  }

  /** Lets the fence fall, so that what confirms next is seen by it. */
  private void lapse() {
    clocks.advance(FenceConfig.DEFAULTS.bound());
    assertThat(isStanding()).isFalse();
  }

  private boolean isStanding() {
    return fence.stands(clocks.now());
  }

  private void step(long connection, Optional<Applied> applied) {
    Moment sent = clocks.now();
    trust.stepped(connection, sent, applied, clocks.now());
  }

  /** A gateway on the list that has polled once and believes the Redis behind connection 1. */
  private void settle(long number) {
    trust.listed(clocks.now());
    trust.connected(1, "run");
    // The first poll names the epoch; what is compared with it is asked for after that.
    poll(number);
    poll(number);
    step(1, applied("mark", number));
    step(1, applied("mark", number));
  }

  @Nested
  class Confirmation {
    @Test
    void counts_from_the_sending_of_its_question() {
      settle(5);
      Moment sent = clocks.now();
      clocks.advance(Duration.ofMillis(99));
      trust.stepped(1, sent, applied("mark", 5), clocks.now());
      assertThat(isStanding()).isTrue();
      clocks.advance(Duration.ofMillis(1));
      assertThat(isStanding()).isFalse();
    }

    @Test
    void ends_by_the_wall_clock_where_the_machine_slept() {
      settle(5);
      assertThat(isStanding()).isTrue();
      clocks.suspend(FenceConfig.DEFAULTS.bound());
      assertThat(isStanding()).isFalse();
    }

    @Test
    void comes_from_a_poll_once_its_last_page_is_read() {
      trust.listed(clocks.now());
      poll(0);
      lapse();
      Moment sent = clocks.now();
      boolean more =
          trust.polled(
              trust.pollSent(),
              sent,
              new LogPage("epoch", at(9), Continuity.WHOLE, at(4), List.of(KEY), 0));
      assertThat(more).isTrue();
      assertThat(isStanding()).isFalse();
      assertThat(forgotten).containsExactly(KEY);
      assertThat(trust.level()).isEqualTo(at(4));
      poll(9);
      assertThat(isStanding()).isTrue();
    }

    @Test
    void does_not_come_from_redis_where_it_may_fail_over() {
      trust = trust(true);
      settle(5);
      lapse();
      step(1, applied("mark", 5));
      assertThat(isStanding()).isFalse();
      assertThat(trust.believes(1, OTHER, applied("mark", 5), clocks.now())).isFalse();
      poll(5);
      assertThat(trust.believes(1, OTHER, applied("mark", 5), clocks.now())).isTrue();
    }
  }

  @Nested
  class Level {
    @Test
    void is_what_the_step_before_said_since_announcements_may_follow_an_answer() {
      settle(5);
      step(1, applied("mark", 7));
      assertThat(trust.level()).isEqualTo(at(5));
      trust.changed(1, List.of(KEY));
      step(1, applied("mark", 7));
      assertThat(trust.level()).isEqualTo(at(7));
      assertThat(forgotten).containsExactly(KEY);
    }

    @Test
    void never_goes_back() {
      settle(5);
      step(1, applied("mark", 7));
      step(1, applied("mark", 7));
      poll(6);
      assertThat(trust.level()).isEqualTo(at(7));
    }
  }

  @Nested
  class Redis {
    @Test
    void is_not_believed_before_postgres_was_asked_after_the_connection() {
      trust.listed(clocks.now());
      poll(5);
      trust.connected(1, "run");
      step(1, applied("mark", 5));
      assertThat(trust.isRedisBelieved()).isFalse();
      assertThat(trust.believes(1, OTHER, applied("mark", 5), clocks.now())).isFalse();
      poll(5);
      step(1, applied("mark", 5));
      assertThat(trust.believes(1, OTHER, applied("mark", 5), clocks.now())).isTrue();
    }

    @Test
    void is_believed_at_once_where_process_and_mark_are_the_same_and_nothing_went_back() {
      settle(5);
      trust.lost(1);
      trust.connected(2, "run");
      step(2, applied("mark", 5));
      assertThat(trust.isRedisBelieved()).isTrue();
    }

    @Test
    void is_not_believed_as_another_process_or_another_data_set() {
      settle(5);
      trust.connected(2, "another run");
      step(2, applied("mark", 5));
      assertThat(trust.isRedisBelieved()).isFalse();
      trust.connected(3, "run");
      step(3, applied("another mark", 5));
      assertThat(trust.isRedisBelieved()).isFalse();
      trust.connected(4, "run");
      step(4, applied("mark", 4));
      assertThat(trust.isRedisBelieved()).isFalse();
    }

    @Test
    void is_doubted_after_a_flush_until_postgres_was_asked() {
      settle(5);
      trust.flushed(1);
      step(1, applied("mark", 5));
      assertThat(trust.isRedisBelieved()).isFalse();
      poll(5);
      step(1, applied("another mark", 5));
      assertThat(trust.isRedisBelieved()).isTrue();
    }

    @Test
    void does_not_count_while_behind_what_was_seen_by_changes_that_nobody_knows() {
      settle(5);
      poll("epoch", 9, Continuity.PRUNED);
      poll(9);
      assertThat(trust.believes(1, OTHER, applied("mark", 5), clocks.now())).isFalse();
      lapse();
      step(1, applied("mark", 5));
      assertThat(isStanding()).isFalse();
      step(1, applied("mark", 9));
      assertThat(isStanding()).isTrue();
    }

    @Test
    void counts_behind_known_changes_but_not_about_their_keys() {
      settle(5);
      poll(6, KEY);
      assertThat(trust.believes(1, KEY, applied("mark", 5), clocks.now())).isFalse();
      assertThat(trust.believes(1, OTHER, applied("mark", 5), clocks.now())).isTrue();
      lapse();
      step(1, applied("mark", 5));
      assertThat(isStanding()).isTrue();
      step(1, applied("mark", 6));
      assertThat(trust.believes(1, KEY, applied("mark", 6), clocks.now())).isTrue();
    }

    @Test
    void is_heard_on_its_present_connection_only() {
      settle(5);
      trust.connected(2, "run");
      trust.changed(1, List.of(KEY));
      assertThat(forgotten).isEmpty();
      assertThat(trust.believes(1, OTHER, applied("mark", 5), clocks.now())).isFalse();
    }

    @Test
    void is_not_believed_when_postgres_was_not_reached_for_too_long() {
      settle(5);
      clocks.advance(FenceConfig.DEFAULTS.postgresAbsenceMax());
      step(1, applied("mark", 5));
      assertThat(isStanding()).isFalse();
      assertThat(trust.believes(1, OTHER, applied("mark", 5), clocks.now())).isFalse();
    }
  }

  @Nested
  class Reconnection {
    @Test
    void waits_for_the_log_while_postgres_vouches_for_the_ring() {
      settle(5);
      int before = forgottenAll;
      trust.connected(2, "run");
      clocks.advance(STEP);
      step(2, applied("mark", 8));
      assertThat(forgottenAll).isEqualTo(before);
      assertThat(trust.isRedisBelieved()).isFalse();
      poll(8, KEY);
      step(2, applied("mark", 8));
      assertThat(trust.isRedisBelieved()).isTrue();
      assertThat(forgotten).containsExactly(KEY);
    }

    @Test
    void drops_everything_held_where_nobody_can_tell_what_was_missed() {
      settle(5);
      int before = forgottenAll;
      trust.connected(2, "run");
      lapse();
      step(2, applied("mark", 8));
      assertThat(forgottenAll).isEqualTo(before + 1);
      assertThat(trust.level()).isEqualTo(at(8));
      assertThat(isStanding()).isTrue();
    }
  }

  @Nested
  class History {
    @Test
    void of_another_epoch_drops_everything_held_and_redis_with_it() {
      settle(5);
      int before = forgottenAll;
      poll("another epoch", 3, Continuity.WHOLE);
      assertThat(forgottenAll).isEqualTo(before + 1);
      assertThat(trust.level()).isEqualTo(at(3));
      step(1, applied("mark", 5));
      assertThat(trust.isRedisBelieved()).isFalse();
    }

    @Test
    void that_forked_under_one_epoch_is_told_and_redis_is_not_compared_with_it() {
      settle(5);
      poll("epoch", 6, Continuity.FORKED);
      assertThat(trust.isRegressed()).isTrue();
      poll(6);
      step(1, applied("mark", 9));
      assertThat(trust.isRedisBelieved()).isFalse();
      poll("another epoch", 6, Continuity.WHOLE);
      assertThat(trust.isRegressed()).isFalse();
    }

    @Test
    void that_does_not_reach_back_drops_everything_held() {
      settle(5);
      int before = forgottenAll;
      poll("epoch", 900, Continuity.PRUNED);
      assertThat(forgottenAll).isEqualTo(before + 1);
      assertThat(trust.level()).isEqualTo(at(900));
      assertThat(trust.isRegressed()).isFalse();
    }
  }
}
