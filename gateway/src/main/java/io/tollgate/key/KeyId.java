package io.tollgate.key;

import java.util.HexFormat;
import java.util.random.RandomGenerator;

/**
 * A key's public name: {@code ak_} and 32 lower-case hexadecimal digits. It opens nothing.
 *
 * <p>Kept as two words, since a gateway holds a million of them. Immutable.
 */
public record KeyId(long high, long low) {
  private static final String PREFIX = "ak_";
  private static final int LENGTH = PREFIX.length() + 32;

  public static KeyId random(RandomGenerator random) {
    return new KeyId(random.nextLong(), random.nextLong());
  }

  /**
   * Reads what {@link #toString} wrote; digits may be of either case.
   *
   * @throws IllegalArgumentException if the text is not a key id
   */
  public static KeyId parse(String text) {
    if (!isKeyId(text)) {
      throw new IllegalArgumentException("a key id is ak_ and 32 hexadecimal digits");
    }
    return new KeyId(
        HexFormat.fromHexDigitsToLong(text, PREFIX.length(), PREFIX.length() + 16),
        HexFormat.fromHexDigitsToLong(text, PREFIX.length() + 16, LENGTH));
  }

  public static boolean isKeyId(String text) {
    if (text.length() != LENGTH || !text.startsWith(PREFIX)) {
      return false;
    }
    for (int i = PREFIX.length(); i < LENGTH; i++) {
      if (!HexFormat.isHexDigit(text.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  @Override
  public String toString() {
    HexFormat hex = HexFormat.of();
    return PREFIX + hex.toHexDigits(high) + hex.toHexDigits(low);
  }
}
