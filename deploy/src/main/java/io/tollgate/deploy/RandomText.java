package io.tollgate.deploy;

import java.security.SecureRandom;

/** Random base62 text, about 5.95 bits a character. */
final class RandomText {
  private static final String DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

  private RandomText() {}

  static String of(int length) {
    var random = new SecureRandom();
    var text = new StringBuilder(length);
    for (int i = 0; i < length; i++) {
      text.append(DIGITS.charAt(random.nextInt(DIGITS.length())));
    }
    return text.toString();
  }
}
