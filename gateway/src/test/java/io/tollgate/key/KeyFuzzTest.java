package io.tollgate.key;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.MethodSource;

class KeyFuzzTest {
  private static final Pattern SECRET = Pattern.compile("ak_[0-9A-Za-z]{42}");
  private static final Pattern ID = Pattern.compile("ak_[0-9A-Fa-f]{32}");
  private static final KeyFormat FORMAT =
      new KeyFormat(new Pepper(List.of(new Secret("a pepper that only this test knows"))));
  private static final String GENUINE = FORMAT.mint(new Random(1)).reveal();
  private static final KeyDigester DIGESTER = new KeyDigester();

  static Stream<byte[]> seeds() {
    return Stream.of(
            "",
            "ak_",
            GENUINE,
            "ak_" + "0".repeat(42),
            "ak_" + "z".repeat(41),
            "ak_" + "z".repeat(43),
            "ak_" + "a".repeat(32),
            "ak_" + "\uff10".repeat(42),
            GENUINE.replace('_', '-'),
            GENUINE + '\0')
        .map(text -> text.getBytes(StandardCharsets.UTF_8));
  }

  @MethodSource("seeds")
  @FuzzTest
  void whatever_is_presented_is_judged_and_only_what_was_made_here_is_genuine(byte[] bytes) {
    String text = new String(bytes, StandardCharsets.ISO_8859_1);
    boolean wellFormed = SECRET.matcher(text).matches();
    var secret = new Secret(text);
    byte[] padded = ("x" + text + "x").getBytes(StandardCharsets.ISO_8859_1);
    assertThat(DIGESTER.digest(padded, 1, padded.length - 1)).isEqualTo(wellFormed);
    if (wellFormed) {
      assertThat(DIGESTER.copy()).isEqualTo(KeyDigest.of(secret));
    }
    assertThat(FORMAT.isGenuine(secret)).isEqualTo(text.equals(GENUINE));
    assertThat(FORMAT.isGenuine(new Secret(new String(bytes, StandardCharsets.UTF_8))))
        .isEqualTo(text.equals(GENUINE));
    assertThat(KeyId.isKeyId(text)).isEqualTo(ID.matcher(text).matches());
  }
}
