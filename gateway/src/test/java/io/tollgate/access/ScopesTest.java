package io.tollgate.access;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ScopesTest {
  private static Scopes scopes(String... scopes) {
    return Scopes.of(List.of(scopes));
  }

  @Test
  void nothing_asked_is_covered_by_anything() {
    assertThat(Scopes.NONE.covers(Scopes.NONE)).isTrue();
    assertThat(scopes("a").covers(Scopes.NONE)).isTrue();
  }

  @Test
  void all_that_is_asked_must_be_held() {
    assertThat(scopes("b", "a", "c").covers(scopes("c", "a"))).isTrue();
    assertThat(scopes("a", "c").covers(scopes("a", "b"))).isFalse();
    assertThat(scopes("a").covers(scopes("a", "b"))).isFalse();
    assertThat(Scopes.NONE.covers(scopes("a"))).isFalse();
    assertThat(scopes("read").covers(scopes("rea"))).isFalse();
  }

  @Test
  void covering_is_set_inclusion_whatever_the_sets() {
    var random = new Random(11);
    for (int round = 0; round < 5_000; round++) {
      Set<String> held = subset(random);
      Set<String> asked = subset(random);
      assertThat(Scopes.of(held).covers(Scopes.of(asked)))
          .as("%s covers %s", held, asked)
          .isEqualTo(held.containsAll(asked));
    }
  }

  private static Set<String> subset(Random random) {
    Set<String> subset = new HashSet<>();
    IntStream.range(0, random.nextInt(6)).forEach(i -> subset.add("s" + random.nextInt(6)));
    return subset;
  }

  @Test
  void a_scope_named_twice_counts_once() {
    assertThat(Scopes.of(List.of("a", "b", "a"))).isEqualTo(scopes("b", "a"));
    assertThat(scopes("b", "a").toString()).isEqualTo("a b");
  }

  @ParameterizedTest
  @ValueSource(strings = {"", " ", "a b", "a\"b", "a\\b", "a\nb", "\u0000", "\u00e4"})
  void what_could_not_stand_in_a_header_is_no_scope(String text) {
    assertThatThrownBy(() -> scopes(text)).isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void length_and_number_are_bounded() {
    assertThat(Scopes.isScope("x".repeat(255))).isTrue();
    assertThat(Scopes.isScope("x".repeat(256))).isFalse();
    List<String> many = IntStream.range(0, 101).mapToObj(i -> "s" + i).toList();
    assertThatThrownBy(() -> Scopes.of(many)).hasMessageContaining("at most 100");
    assertThat(Scopes.of(Collections.nCopies(200, "a")).toList()).containsExactly("a");
  }

  @Test
  void a_subject_has_one_of_four_prefixes_and_27_word_characters() {
    for (String prefix : List.of("user_", "org_", "mch_", "scim_")) {
      assertThat(Subject.isSubject(prefix + "0aZ_".repeat(6) + "abc")).isTrue();
    }
    assertThat(Subject.isSubject("user_" + "a".repeat(26))).isFalse();
    assertThat(Subject.isSubject("team_" + "a".repeat(27))).isFalse();
    assertThatThrownBy(() -> new Subject("user_x\r\n" + "a".repeat(24)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
