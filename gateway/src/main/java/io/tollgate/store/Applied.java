package io.tollgate.store;

import io.tollgate.key.Pepper;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.random.RandomGenerator;

/**
 * What stands under {@link RedisNames#APPLIED}: the number up to which the projection is whole, or
 * a mark that it is being rebuilt; sealed under the pepper.
 *
 * <p>Each text carries a nonce, so that no two are equal, the same number notwithstanding: who
 * replaces exactly the text that was read replaces no other. Safe for all threads if the random
 * source is.
 */
public final class Applied {
  private static final int VERSION = 1;
  private static final int NONCE_BYTES = 12;

  private final SealedText sealed;
  private final RandomGenerator random;

  public Applied(Pepper pepper, RandomGenerator random) {
    sealed = new SealedText(pepper);
    this.random = random;
  }

  public String encode(long number) {
    return seal(new JsonObject().put("version", VERSION).put("number", number));
  }

  /** Spells a new mark, which no reader takes for a number. */
  public String encodeRebuilding() {
    return seal(new JsonObject().put("version", VERSION).put("rebuilding", true));
  }

  /** Returns the number; empty for a mark and for what is garbage, forged or too new. */
  public OptionalLong decode(String text) {
    Optional<String> opened = sealed.open(RedisNames.APPLIED, text);
    if (opened.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      var json = new JsonObject(opened.get());
      Long number = json.getLong("number");
      return json.getInteger("version") == VERSION && number != null && number >= 0
          ? OptionalLong.of(number)
          : OptionalLong.empty();
    } catch (RuntimeException unreadable) {
      return OptionalLong.empty();
    }
  }

  /**
   * Returns whether the text was sealed under the newest pepper. While it wasn't, neither were the
   * documents, and a retired pepper can't be taken off the list.
   */
  public boolean isUnderNewestPepper(String text) {
    return sealed.isUnderNewestPepper(RedisNames.APPLIED, text);
  }

  private String seal(JsonObject json) {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    json.put("nonce", Base64.getUrlEncoder().withoutPadding().encodeToString(nonce));
    return sealed.seal(RedisNames.APPLIED, json.encode());
  }
}
