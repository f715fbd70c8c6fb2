package io.tollgate.store;

import io.tollgate.key.Pepper;
import io.vertx.core.json.JsonObject;
import java.util.Base64;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * The form of {@link Applied} under {@link RedisNames#APPLIED}, or of a note that the projection is
 * being rebuilt; sealed under the pepper.
 *
 * <p>Each text carries a nonce, so that no two are equal, the same number notwithstanding: who
 * replaces exactly the text that was read replaces no other. Safe for all threads if the random
 * source is.
 */
public final class AppliedDocument {
  private static final int VERSION = 2;
  private static final int NONCE_BYTES = 12;

  private final SealedText sealed;
  private final RandomGenerator random;

  public AppliedDocument(Pepper pepper, RandomGenerator random) {
    sealed = new SealedText(pepper);
    this.random = random;
  }

  public String encode(Applied applied) {
    return seal(
        new JsonObject()
            .put("version", VERSION)
            .put("epoch", applied.epoch())
            .put("mark", applied.mark())
            .put("number", applied.number())
            .put("change", applied.position().id()));
  }

  /** Spells a new note of a rebuild, which no reader takes for a number. */
  public String encodeRebuilding() {
    return seal(new JsonObject().put("version", VERSION).put("rebuilding", true));
  }

  /** Returns a mark, or another name, that was never given before. */
  public String freshName() {
    byte[] nonce = new byte[NONCE_BYTES];
    random.nextBytes(nonce);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(nonce);
  }

  /** Returns what it says; empty for a rebuild and for what is garbage, forged or too new. */
  public Optional<Applied> decode(String text) {
    return sealed.open(RedisNames.APPLIED, text).flatMap(AppliedDocument::read);
  }

  private static Optional<Applied> read(String text) {
    try {
      var json = new JsonObject(text);
      if (json.getInteger("version") != VERSION || json.containsKey("rebuilding")) {
        return Optional.empty();
      }
      String epoch = json.getString("epoch");
      String mark = json.getString("mark");
      var position = new LogPosition(json.getLong("number"), json.getString("change"));
      return epoch == null || mark == null || position.id() == null
          ? Optional.empty()
          : Optional.of(new Applied(epoch, mark, position));
    } catch (RuntimeException unreadable) {
      return Optional.empty();
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
    json.put("nonce", freshName());
    return sealed.seal(RedisNames.APPLIED, json.encode());
  }
}
