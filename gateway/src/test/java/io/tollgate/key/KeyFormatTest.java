package io.tollgate.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KeyFormatTest {
  private static final Secret OLD = new Secret("the pepper of last year, now retired");
  private static final Secret NEW = new Secret("the pepper of this year, now in use!");

  private final KeyFormat format = new KeyFormat(new Pepper(List.of(NEW)));
  private final Random random = new Random(7);

  @Test
  void a_secret_is_the_prefix_and_42_base62_characters() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(format.mint(random).reveal()).matches("ak_[0-9A-Za-z]{42}");
    }
  }

  @Test
  void a_minted_secret_is_genuine() {
    for (int i = 0; i < 1_000; i++) {
      assertThat(format.isGenuine(format.mint(random))).isTrue();
    }
  }

  @Test
  void every_character_of_the_alphabet_is_used_at_every_random_place() {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 5_000; i++) {
      String text = format.mint(random).reveal();
      for (int place = 3; place < 45; place++) {
        seen.add(place + ":" + text.charAt(place));
      }
    }
    // The first digit of a tag below 62^10 out of 64 bits may be any of the 62 as well.
    assertThat(seen).hasSize(42 * 62);
  }

  @Test
  void any_single_mistyped_character_is_noticed() {
    String text = format.mint(random).reveal();
    for (int place = 0; place < text.length(); place++) {
      for (char other : new char[] {'0', 'Z', 'a', 'q'}) {
        if (text.charAt(place) != other) {
          String mistyped = text.substring(0, place) + other + text.substring(place + 1);
          assertThat(format.isGenuine(new Secret(mistyped))).as(mistyped).isFalse();
        }
      }
    }
  }

  @Test
  void a_tag_under_another_pepper_is_a_forgery() {
    Secret theirs = new KeyFormat(new Pepper(List.of(OLD))).mint(random);
    assertThat(format.isGenuine(theirs)).isFalse();
  }

  @Test
  void a_retired_pepper_still_vouches_and_the_newest_signs() {
    Secret issuedBefore = new KeyFormat(new Pepper(List.of(OLD))).mint(random);
    KeyFormat rotated = new KeyFormat(new Pepper(List.of(NEW, OLD)));
    assertThat(rotated.isGenuine(issuedBefore)).isTrue();
    assertThat(format.isGenuine(rotated.mint(random))).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "ak_",
        "ak_0123456789abcdef0123456789abcdef",
        "AK_000000000000000000000000000000000000000000",
        "ak_00000000000000000000000000000000000000000-",
        "ak_0000000000000000000000000000000000000000000",
        "ak_00000000000000000000000000000000000000000\u00e9",
        "ak_00000000000000000000000000000000000000000\uff10"
      })
  void what_is_not_shaped_like_a_secret_is_not_even_digested(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    assertThat(new KeyDigester().digest(bytes, 0, bytes.length)).isFalse();
    assertThat(format.isGenuine(new Secret(text))).isFalse();
  }

  @Test
  void the_digesters_digest_is_the_sha_256_of_the_whole_secret() throws Exception {
    String text = format.mint(random).reveal();
    byte[] expected =
        MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.US_ASCII));
    var digester = new KeyDigester();
    byte[] field = ("Bearer " + text + " ").getBytes(StandardCharsets.US_ASCII);
    assertThat(digester.digest(field, 7, field.length - 1)).isTrue();
    assertThat(digester.copy()).isEqualTo(KeyDigest.fromBytes(expected));
    assertThat(digester.copy()).isEqualTo(KeyDigest.of(new Secret(text)));
    assertThat(digester.copy().toBytes()).isEqualTo(expected);
  }

  @Test
  void a_pepper_must_be_long_enough_and_its_error_does_not_show_it() {
    assertThatThrownBy(() -> new Pepper(List.of(NEW, new Secret("too short"))))
        .hasMessageContaining("at least 32")
        .hasMessageNotContaining("too short");
    assertThatThrownBy(() -> new Pepper(List.of())).hasMessageContaining("pepper");
  }

  @Test
  void nothing_that_holds_a_secret_shows_it() {
    Secret secret = format.mint(random);
    assertThat(secret.toString()).isEqualTo("******");
    assertThat(new Pepper(List.of(NEW)).toString()).doesNotContain("pepper of");
    assertThat(KeyDigest.of(secret).toString()).isEqualTo("KeyDigest");
  }

  @Test
  void a_key_id_reads_back_what_it_wrote() {
    for (int i = 0; i < 1_000; i++) {
      KeyId id = KeyId.random(random);
      assertThat(id.toString()).matches("ak_[0-9a-f]{32}");
      assertThat(KeyId.parse(id.toString())).isEqualTo(id);
    }
    assertThat(KeyId.isKeyId("ak_xyz")).isFalse();
    assertThatThrownBy(() -> KeyId.parse("ak_" + "g".repeat(32)))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
