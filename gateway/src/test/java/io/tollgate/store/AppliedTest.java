package io.tollgate.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.tollgate.key.Pepper;
import io.tollgate.key.Secret;
import java.security.SecureRandom;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

class AppliedTest {
  private static final Secret OLD = new Secret("an old pepper of 32 characters!!");
  private static final Secret NEW = new Secret("a new pepper of 32 characters!!!");

  private final Applied applied = applied(NEW);

  @Test
  void a_number_comes_back() {
    assertThat(applied.decode(applied.encode(42))).isEqualTo(OptionalLong.of(42));
  }

  @Test
  void no_two_texts_of_one_number_are_equal() {
    assertThat(applied.encode(42)).isNotEqualTo(applied.encode(42));
  }

  @Test
  void a_mark_is_no_number() {
    assertThat(applied.decode(applied.encodeRebuilding())).isEmpty();
  }

  @Test
  void what_was_changed_or_made_elsewhere_is_no_number() {
    String text = applied.encode(42);
    assertThat(applied.decode(text.replace("42", "43"))).isEmpty();
    assertThat(applied.decode("")).isEmpty();
    assertThat(applied.decode("42")).isEmpty();
    assertThat(applied.decode(applied(OLD).encode(42))).isEmpty();
  }

  @Test
  void a_retired_pepper_still_counts_and_shows() {
    Applied rotated = applied(NEW, OLD);
    String old = applied(OLD).encode(42);
    assertThat(rotated.decode(old)).isEqualTo(OptionalLong.of(42));
    assertThat(rotated.isUnderNewestPepper(old)).isFalse();
    assertThat(rotated.isUnderNewestPepper(rotated.encode(42))).isTrue();
  }

  private static Applied applied(Secret... peppers) {
    return new Applied(new Pepper(List.of(peppers)), new SecureRandom());
  }
}
