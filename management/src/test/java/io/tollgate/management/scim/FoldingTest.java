package io.tollgate.management.scim;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FoldingTest {
  /** Behind it no letter has a case or another form. */
  private static final int LAST_WITH_FORMS = 0x2FFFF;

  @ParameterizedTest
  @CsvSource({
    "Ab, aB",
    "ÜNÏ, ünï",
    "Straße, STRASSE",
    "ΟΔΟΣ, οδος",
    "οδοσ, οδος",
    "ﬁn, FIN",
    "Å, Å",
    "e\u0301, É",
    "Ｘ, x"
  })
  void texts_of_one_meaning_have_one_key(String one, String other) {
    assertThat(Folding.key(one)).isEqualTo(Folding.key(other));
  }

  @ParameterizedTest
  @CsvSource({"a, b", "e, é", "i, ı", "admin, admın", "a, а"})
  void other_letters_have_another_key(String one, String other) {
    assertThat(Folding.key(one)).isNotEqualTo(Folding.key(other));
  }

  @Test
  void what_is_folded_stays_as_it_is() {
    IntStream.rangeClosed(1, LAST_WITH_FORMS)
        .filter(point -> point < Character.MIN_SURROGATE || point > Character.MAX_SURROGATE)
        .forEach(
            point -> {
              String folded = Folding.fold(Character.toString(point));
              if (!Folding.fold(folded).equals(folded)) {
                throw new AssertionError(Integer.toHexString(point) + " is not folded to an end");
              }
            });
  }

  @Property
  void case_does_not_count(@ForAll String text) {
    assertThat(Folding.fold(Folding.fold(text))).isEqualTo(Folding.fold(text));
    String ascii =
        text.chars()
            .filter(c -> c < 0x80)
            .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
            .toString();
    assertThat(Folding.key(ascii.toUpperCase(Locale.ROOT))).isEqualTo(Folding.key(ascii));
  }

  @Test
  void a_long_key_fits_into_an_index_and_is_of_one_text_only() {
    for (String letter : new String[] {"x", "é", "€", "😀", "\uFDFA"}) {
      String longText = letter.repeat(4_000);
      String key = Folding.key(longText);
      assertThat(key.getBytes(StandardCharsets.UTF_8)).hasSizeBetween(990, 1_000);
      assertThat(Folding.key(longText + "y")).isNotEqualTo(key);
      assertThat(Folding.fold(longText)).startsWith(key.substring(0, 200));
    }
    assertThat(Folding.key("x".repeat(1_000))).isEqualTo("x".repeat(1_000));
  }
}
