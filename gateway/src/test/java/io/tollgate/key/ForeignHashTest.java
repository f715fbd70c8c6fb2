package io.tollgate.key;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Where the key of a secret stands that was issued elsewhere and is known by a hash. */
class ForeignHashTest {
  private static final Secret SECRET = new Secret("a-secret-of-another-service");

  private static byte[] hash(ForeignHash hash, Secret secret) throws Exception {
    String algorithm = hash == ForeignHash.SHA256 ? "SHA-256" : "SHA-512";
    return MessageDigest.getInstance(algorithm)
        .digest(secret.reveal().getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @EnumSource
  void the_secret_and_its_hash_lead_to_the_same_address(ForeignHash hash) throws Exception {
    assertThat(hash.address(hash(hash, SECRET))).isEqualTo(hash.address(SECRET));
  }

  @Test
  void no_two_kinds_of_addresses_meet() {
    Set<KeyDigest> addresses = new HashSet<>();
    addresses.add(KeyDigest.of(SECRET));
    for (ForeignHash hash : ForeignHash.values()) {
      addresses.add(hash.address(SECRET));
    }
    assertThat(addresses).hasSize(3);
    assertThat(ForeignHash.SHA256.address(KeyDigest.of(SECRET).toBytes()))
        .isEqualTo(ForeignHash.SHA256.address(SECRET));
  }

  @ParameterizedTest
  @EnumSource
  void a_hash_of_another_length_is_none(ForeignHash hash) {
    assertThatThrownBy(() -> hash.address(new byte[hash.bytes() - 1]))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(hash.text());
  }
}
