package io.tollgate.key;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.random.RandomGenerator;

/**
 * How a secret is spelled: {@code ak_}, or {@code sk_live_} for one that opens the management API,
 * or {@code tgscim_} for one that an identity provider shows, 32 random base62 characters (190
 * bits), and 10 base62 characters of a keyed check tag over all that precedes it.
 *
 * <p>The tag is HMAC-SHA256 under the pepper, cut to 59 bits. A mistyped or forged secret dies by
 * it with no look-up at all, so a flood of made-up keys costs the stores nothing. It is not what a
 * key's safety rests on: that is the 190 random bits. Immutable and safe for all threads.
 */
public final class KeyFormat {
  public static final String PREFIX = "ak_";
  public static final String SECRET_KEY_PREFIX = "sk_live_";
  public static final String DIRECTORY_TOKEN_PREFIX = "tgscim_";
  static final int RANDOM_LENGTH = 32;
  static final int TAG_LENGTH = 10;
  static final int SECRET_LENGTH = PREFIX.length() + RANDOM_LENGTH + TAG_LENGTH;

  /** 62 to the power of {@link #TAG_LENGTH}. */
  private static final long TAG_COUNT = 839_299_365_868_340_224L;

  private final String prefix;
  private final Pepper.Authenticator tags;

  /** The form of API keys. */
  public KeyFormat(Pepper pepper) {
    this(PREFIX, pepper.authenticator("key-tag"));
  }

  private KeyFormat(String prefix, Pepper.Authenticator tags) {
    this.prefix = prefix;
    this.tags = tags;
  }

  /** Returns the form of the management API's secret keys. */
  public static KeyFormat ofSecretKeys(Pepper pepper) {
    return new KeyFormat(SECRET_KEY_PREFIX, pepper.authenticator("secret-key-tag"));
  }

  /** Returns the form of the tokens that identity providers show to write into a directory. */
  public static KeyFormat ofDirectoryTokens(Pepper pepper) {
    return new KeyFormat(DIRECTORY_TOKEN_PREFIX, pepper.authenticator("directory-token-tag"));
  }

  /**
   * Makes a new secret.
   *
   * @param random must be cryptographically strong; it is a parameter so that tests can repeat
   */
  public Secret mint(RandomGenerator random) {
    var text = new StringBuilder(prefix.length() + RANDOM_LENGTH + TAG_LENGTH).append(prefix);
    for (int i = 0; i < RANDOM_LENGTH; i++) {
      text.append(Base62.digit(random.nextInt(Base62.RADIX)));
    }
    return new Secret(text.append(tag(tags.code(bytes(text)))).toString());
  }

  /**
   * Makes the secret that belongs to a code: always the same one, under one pepper.
   *
   * @param code 32 bytes that nobody can guess
   */
  public Secret derive(byte[] code) {
    var rest = new BigInteger(1, code);
    BigInteger radix = BigInteger.valueOf(Base62.RADIX);
    var text = new StringBuilder(prefix.length() + RANDOM_LENGTH + TAG_LENGTH).append(prefix);
    for (int i = 0; i < RANDOM_LENGTH; i++) {
      BigInteger[] parts = rest.divideAndRemainder(radix);
      text.append(Base62.digit(parts[1].intValue()));
      rest = parts[0];
    }
    return new Secret(text.append(tag(tags.code(bytes(text)))).toString());
  }

  /** Returns whether the secret's tag was made here, under the newest pepper or a retired one. */
  public boolean isGenuine(Secret secret) {
    String text = secret.reveal();
    byte[] all = text.getBytes(StandardCharsets.ISO_8859_1);
    if (!isWellFormed(prefix, all, 0, all.length)) {
      return false;
    }
    int tagged = prefix.length() + RANDOM_LENGTH;
    byte[] tag = text.substring(tagged).getBytes(StandardCharsets.US_ASCII);
    return tags.verifies(
        bytes(text.substring(0, tagged)),
        code -> MessageDigest.isEqual(tag, tag(code).getBytes(StandardCharsets.US_ASCII)));
  }

  /** Returns whether the bytes have an API key's prefix, length and letters. */
  static boolean isWellFormed(byte[] text, int start, int end) {
    return isWellFormed(PREFIX, text, start, end);
  }

  private static boolean isWellFormed(String prefix, byte[] text, int start, int end) {
    if (end - start != prefix.length() + RANDOM_LENGTH + TAG_LENGTH) {
      return false;
    }
    for (int i = 0; i < prefix.length(); i++) {
      if (text[start + i] != prefix.charAt(i)) {
        return false;
      }
    }
    for (int i = start + prefix.length(); i < end; i++) {
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
