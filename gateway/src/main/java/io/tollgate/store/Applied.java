package io.tollgate.store;

import io.tollgate.key.Pepper;
import java.util.OptionalLong;

/** Placeholder until the projector's codec is merged. */
final class Applied {
  private final SealedText sealed;

  Applied(Pepper pepper) {
    sealed = new SealedText(pepper);
  }

  OptionalLong decode(String text) {
    return sealed.open(RedisNames.APPLIED, text).isPresent()
        ? OptionalLong.of(0)
        : OptionalLong.empty();
  }
}
