package io.tollgate.store;

import io.tollgate.key.Pepper;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.Optional;

/**
 * A text in Redis that carries a MAC under the pepper over itself and the name it stands under.
 *
 * <p>So who can write to Redis can at most bring back a text that once stood under the same name.
 * Spelled {@code <22 characters of base64url>.<text>}: 128 bits of HMAC-SHA256. Immutable and safe
 * for all threads.
 */
final class SealedText {
  private static final int CODE_BYTES = 16;
  private static final int CODE_LENGTH = 22;

  private final Pepper.Authenticator authenticator;

  SealedText(Pepper pepper) {
    authenticator = pepper.authenticator("document");
  }

  String seal(String name, String text) {
    byte[] code = Arrays.copyOf(authenticator.code(message(name, text)), CODE_BYTES);
    return Base64.getUrlEncoder().withoutPadding().encodeToString(code) + '.' + text;
  }

  /** Returns the text, or empty where nobody who knows the pepper wrote it under this name. */
  Optional<String> open(String name, String sealed) {
    if (sealed.length() <= CODE_LENGTH || sealed.charAt(CODE_LENGTH) != '.') {
      return Optional.empty();
    }
    String text = sealed.substring(CODE_LENGTH + 1);
    byte[] given = sealed.substring(0, CODE_LENGTH).getBytes(StandardCharsets.UTF_8);
    boolean genuine =
        authenticator.verifies(
            message(name, text),
            code ->
                MessageDigest.isEqual(
                    given,
                    Base64.getUrlEncoder()
                        .withoutPadding()
                        .encode(Arrays.copyOf(code, CODE_BYTES))));
    return genuine ? Optional.of(text) : Optional.empty();
  }

  /** Returns whether the text is genuine and was sealed under the newest pepper, none retired. */
  boolean isUnderNewestPepper(String name, String sealed) {
    return open(name, sealed).filter(text -> seal(name, text).equals(sealed)).isPresent();
  }

  private static byte[] message(String name, String text) {
    // A line feed can't stand in a name, so no other pair of name and text gives the same message.
    return (name + '\n' + text).getBytes(StandardCharsets.UTF_8);
  }
}
