package io.tollgate.edge;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** A body that is not of its length is never taken for whole. */
class BodyLengthTest {
  private final BodyLength length = new BodyLength();

  @Test
  void a_body_of_its_length_ends() {
    length.begin(5, false);
    assertThat(length.count(4, false)).isTrue();
    assertThat(length.isEnded()).isFalse();
    assertThat(length.count(1, true)).isTrue();
    assertThat(length.isEnded()).isTrue();
  }

  @Test
  void a_body_of_no_known_length_ends_where_it_says() {
    length.begin(-1, false);
    assertThat(length.count(4, true)).isTrue();
    assertThat(length.isEnded()).isTrue();
  }

  @Test
  void a_body_that_is_too_short_does_not_end() {
    length.begin(5, false);
    assertThat(length.count(4, true)).isFalse();
    assertThat(length.isEnded()).isFalse();
  }

  @Test
  void a_body_that_is_too_long_does_not_end() {
    length.begin(5, false);
    assertThat(length.count(6, true)).isFalse();
    assertThat(length.isEnded()).isFalse();
  }

  @Test
  void what_has_come_is_told_and_begins_anew() {
    length.begin(-1, false);
    length.count(4, false);
    length.count(3, true);
    assertThat(length.come()).isEqualTo(7);
    length.begin(5, false);
    assertThat(length.come()).isZero();
  }

  @Test
  void trailers_that_come_early_are_no_end() {
    length.begin(5, false);
    assertThat(length.count(0, true)).isFalse();
    assertThat(length.isEnded()).isFalse();
  }
}
