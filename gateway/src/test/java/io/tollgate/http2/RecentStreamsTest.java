package io.tollgate.http2;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What was sent before a reset of ours was heard is told from what must not be sent. */
class RecentStreamsTest {
  private static final int MANY = 1_000;

  private final RecentStreams recent = new RecentStreams();

  private void end(int from, int to) {
    for (int stream = from; stream <= to; stream += 2) {
      recent.ended(stream, false);
    }
  }

  @Test
  void a_stream_that_ended_is_told_from_one_that_we_reset() {
    recent.ended(1, true);
    recent.ended(3, false);
    assertThat(recent.wasReset(1)).isTrue();
    assertThat(recent.hasEnded(1)).isFalse();
    assertThat(recent.wasReset(3)).isFalse();
    assertThat(recent.hasEnded(3)).isTrue();
    assertThat(recent.wasReset(5)).isFalse();
  }

  @Test
  void a_reset_is_known_however_many_have_ended_since() {
    recent.ended(1, true);
    end(3, MANY);
    assertThat(recent.wasReset(1)).isTrue();
  }

  @Test
  void what_is_above_all_resets_that_are_forgotten_was_not_reset() {
    end(1, 9);
    recent.ended(11, true);
    end(13, MANY);
    assertThat(recent.wasReset(9)).as("nobody knows any more").isTrue();
    assertThat(recent.wasReset(13)).isFalse();
    assertThat(recent.wasReset(MANY + 1)).isFalse();
  }

  @Test
  void what_is_known_to_have_ended_was_not_reset_whatever_is_forgotten() {
    recent.ended(MANY + 1, true);
    end(3, MANY);
    assertThat(recent.wasReset(MANY - 1)).isFalse();
    assertThat(recent.hasEnded(MANY - 1)).isTrue();
  }

  @Test
  void without_resets_nothing_was_reset() {
    end(1, MANY);
    assertThat(recent.wasReset(1)).isFalse();
    assertThat(recent.wasReset(MANY - 1)).isFalse();
  }
}
