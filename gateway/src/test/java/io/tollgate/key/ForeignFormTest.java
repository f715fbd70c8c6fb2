package io.tollgate.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Of a secret that was issued elsewhere nothing is known but what a header field may hold. */
class ForeignFormTest {
  private static boolean fits(String text) {
    byte[] padded = ("x" + text + "x").getBytes(StandardCharsets.UTF_8);
    boolean digested = new KeyDigester().digestForeign(padded, 1, padded.length - 1);
    assertThat(ForeignForm.fits(new Secret(text))).isEqualTo(digested);
    return digested;
  }

  @ParameterizedTest
  @ValueSource(strings = {"12345678", "sk-proj_aB3.~+/=", "!\"#$%&'()*", "ak_0123456789abcdef"})
  void visible_ascii_of_eight_characters_or_more_fits(String text) {
    assertThat(fits(text)).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "1234567",
        "with space",
        "with\ttab",
        "with\u007fdelete",
        "not-äscii",
        "nul\0-nul"
      })
  void nothing_else_fits(String text) {
    assertThat(fits(text)).isFalse();
  }

  @ParameterizedTest
  @ValueSource(ints = {512, 513})
  void up_to_its_longest(int length) {
    assertThat(fits("s".repeat(length))).isEqualTo(length == ForeignForm.LENGTH_MAX);
  }
}
