package io.tollgate.key;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.random.RandomGenerator;

/**
 * How a secret is spelled: {@code ak_}, 32 random base62 characters (190 bits), and 10 base62
 * characters of a keyed check tag over all that precedes it.
 *
 * <p>The tag is HMAC-SHA256 under the pepper, cut to 59 bits. A mistyped or forged secret dies by
 * it with no look-up at all, so a flood of made-up keys costs the stores nothing. It is not what a
 * key's safety rests on: that is the 190 random bits. Immutable and safe for all threads.
 */
public final class KeyFormat {
  public static final String PREFIX = "ak_";
  static final int RANDOM_LENGTH = 32;
  static final int TAG_LENGTH = 10;
  static final int TAGGED_LENGTH = PREFIX.length() + RANDOM_LENGTH;
  static final int SECRET_LENGTH = TAGGED_LENGTH + TAG_LENGTH;

  /** 62 to the power of {@link #TAG_LENGTH}. */
  private static final long TAG_COUNT = 839_299_365_868_340_224L;

  private final Pepper.Authenticator tags;

  public KeyFormat(Pepper pepper) {
    tags = pepper.authenticator("key-tag");
  }

  /**
   * Makes a new secret.
   *
   * @param random must be cryptographically strong; it is a parameter so that tests can repeat
   */
  public Secret mint(RandomGenerator random) {
    var text = new StringBuilder(SECRET_LENGTH).append(PREFIX);
    for (int i = 0; i < RANDOM_LENGTH; i++) {
      text.append(Base62.digit(random.nextInt(Base62.RADIX)));
    }
    return new Secret(text.append(tag(tags.code(bytes(text)))).toString());
  }

  /** Returns whether the secret's tag was made here, under the newest pepper or a retired one. */
  public boolean isGenuine(Secret secret) {
    String text = secret.reveal();
    byte[] all = text.getBytes(StandardCharsets.ISO_8859_1);
    if (!isWellFormed(all, 0, all.length)) {
      return false;
    }
    byte[] tag = text.substring(TAGGED_LENGTH).getBytes(StandardCharsets.US_ASCII);
    return tags.verifies(
        bytes(text.substring(0, TAGGED_LENGTH)),
        code -> MessageDigest.isEqual(tag, tag(code).getBytes(StandardCharsets.US_ASCII)));
  }

  /** Returns whether the bytes have a secret's prefix, length and letters. */
  static boolean isWellFormed(byte[] text, int start, int end) {
    if (end - start != SECRET_LENGTH) {
      return false;
    }
    for (int i = 0; i < PREFIX.length(); i++) {
      if (text[start + i] != PREFIX.charAt(i)) {
        return false;
      }
    }
    for (int i = start + PREFIX.length(); i < end; i++) {
      if (!Base62.isDigit((char) (text[i] & 0xff))) {
        return false;
      }
    }
    return true;
  }

  private static byte[] bytes(CharSequence text) {
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }

  /** Spells the code's first 64 bits, taken modulo 62^10, in base62. */
  private static String tag(byte[] code) {
    long rest = Long.remainderUnsigned(KeyDigest.word(code, 0), TAG_COUNT);
    char[] digits = new char[TAG_LENGTH];
    for (int i = TAG_LENGTH - 1; i >= 0; i--) {
      digits[i] = Base62.digit((int) (rest % Base62.RADIX));
      rest /= Base62.RADIX;
    }
    return new String(digits);
  }
}
