package io.tollgate.key;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
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

  @ParameterizedTest
  @ValueSource(strings = {"12345678", "a-secret-of-another-service"})
  void its_addresses_are_its_sha_256_and_the_first_half_of_its_sha_512(String text)
      throws Exception {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    var digester = new KeyDigester();
    assertThat(digester.digestForeign(bytes, 0, bytes.length)).isTrue();
    assertThat(digester.copy().toBytes())
        .isEqualTo(MessageDigest.getInstance("SHA-256").digest(bytes));
    assertThat(KeyDigest.ofSha512(new Secret(text)).toBytes())
        .isEqualTo(Arrays.copyOf(MessageDigest.getInstance("SHA-512").digest(bytes), 32));
  }
}
