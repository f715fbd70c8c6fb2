package io.tollgate.key;

import java.util.Arrays;

/** The alphabet {@code 0-9 A-Z a-z} of secrets and tags. */
final class Base62 {
  private static final byte[] DIGITS =
      "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
          .getBytes(java.nio.charset.StandardCharsets.US_ASCII);
  private static final boolean[] KNOWN = new boolean[128];

  static {
    Arrays.fill(KNOWN, false);
    for (byte digit : DIGITS) {
      KNOWN[digit] = true;
    }
  }

  static final int RADIX = 62;

  private Base62() {}

  static boolean isDigit(char candidate) {
    return candidate < KNOWN.length && KNOWN[candidate];
  }

  static char digit(int value) {
    return (char) DIGITS[value];
  }
}
