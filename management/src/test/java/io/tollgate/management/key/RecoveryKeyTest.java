package io.tollgate.management.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tollgate.key.KeyDigest;
import io.tollgate.key.KeyId;
import io.tollgate.key.Secret;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecoveryKeyTest {
  private static final String HEX =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
  private static final Secret SECRET = new Secret("ak_a-secret");
  private static final KeyId ID = new KeyId(1, 2);

  private final Random random = new Random(5);

  private static RecoveryKey key(String text) {
    return new RecoveryKey(new Secret(text));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        HEX,
        "E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
        "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
      })
  void every_spelling_is_of_the_same_key(String text) {
    byte[] sealed = key(text).seal(ID, SECRET, random);
    assertThat(key(HEX).open(ID, KeyDigest.of(SECRET), sealed)).isEqualTo(SECRET);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", "hunter2", "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFUA", "hunter2 "})
  void what_is_not_32_bytes_is_refused_and_not_shown(String text) {
    assertThatThrownBy(() -> key(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("management.recovery-key must be 32 bytes")
        .hasMessageNotContaining(text.isBlank() ? "hunter2" : text.strip());
  }

  @Test
  void a_sealed_secret_opens_for_its_own_key_id_and_digest_alone() {
    byte[] sealed = key(HEX).seal(ID, SECRET, random);
    KeyDigest digest = KeyDigest.of(SECRET);
    assertThat(key(HEX).open(new KeyId(1, 3), digest, sealed)).isNull();
    assertThat(key(HEX).open(ID, new KeyDigest(1, 2, 3, 4), sealed)).isNull();
    assertThat(key(HEX.replace('e', '0')).open(ID, digest, sealed)).isNull();
    assertThat(key(HEX).open(ID, digest, new byte[0])).isNull();
  }

  @Test
  void no_two_are_sealed_alike_and_the_key_shows_itself_nowhere() {
    assertThat(key(HEX).seal(ID, SECRET, random)).isNotEqualTo(key(HEX).seal(ID, SECRET, random));
    assertThat(key(HEX).toString()).isEqualTo("RecoveryKey");
  }
}
