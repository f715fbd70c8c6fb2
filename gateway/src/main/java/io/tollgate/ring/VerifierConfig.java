package io.tollgate.ring;

import io.tollgate.key.Pepper;
import io.tollgate.store.PostgresConfig;
import io.tollgate.store.RedisConfig;

/**
 * All that a verifier is told at its start.
 *
 * @param name its name on the list of those that serve: the same after a restart, of no other
 */
public record VerifierConfig(
    String name,
    RingConfig ring,
    FenceConfig fence,
    RedisConfig redis,
    PostgresConfig postgres,
    Pepper pepper) {
  private static final int NAME_MAX = 250;

  public VerifierConfig {
    if (name.isBlank() || name.length() > NAME_MAX) {
      throw new IllegalArgumentException(
          "a verifier's name must have 1 to " + NAME_MAX + " characters, was \"" + name + '"');
    }
  }
}
