package io.tollgate.management.scim;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.text.Normalizer;
import java.util.HexFormat;
import java.util.Locale;

/**
 * How texts are compared where their case does not count: what is kept and what is asked for go
 * through the same function, so that no rule of the database's has a say.
 */
public final class Folding {
  /** What an index can hold beside the other columns. */
  private static final int KEY_BYTES_MAX = 1_000;

  private static final int DOTLESS_I = 0x131;

  private Folding() {}

  /**
   * Returns what a text is looked for by. Of a very long one it is the beginning, closed by a
   * digest of all: still equal for the same texts only.
   */
  public static String key(String text) {
    String folded = fold(text);
    // Three bytes at most for a char.
    if (folded.length() <= KEY_BYTES_MAX / 3) {
      return folded;
    }
    byte[] bytes = folded.getBytes(StandardCharsets.UTF_8);
    if (bytes.length <= KEY_BYTES_MAX) {
      return folded;
    }
    String digest = HexFormat.of().formatHex(sha256(bytes));
    int end = KEY_BYTES_MAX - digest.length();
    while ((bytes[end] & 0xC0) == 0x80) {
      end--;
    }
    return new String(bytes, 0, end, StandardCharsets.UTF_8) + digest;
  }

  /** Returns a text of one normal form (NFKC) and without case. */
  static String fold(String text) {
    if (isAscii(text)) {
      return asciiLower(text);
    }
    // Folding can take away a normal form, and the normal form bring a capital back.
    return foldOnce(foldOnce(text));
  }

  private static String foldOnce(String text) {
    String normal = Normalizer.normalize(text, Normalizer.Form.NFKC);
    var folded = new StringBuilder(normal.length());
    normal.codePoints().forEach(point -> appendFolded(folded, point));
    return Normalizer.normalize(folded, Normalizer.Form.NFKC);
  }

  /** By way of the capital, which small letters of one letter share, as sigma's two do. */
  private static void appendFolded(StringBuilder folded, int point) {
    if (point == DOTLESS_I) {
      // Its capital is I as well, and yet it is another letter than i.
      folded.appendCodePoint(point);
      return;
    }
    Character.toString(point)
        .toUpperCase(Locale.ROOT)
        .codePoints()
        .forEach(capital -> folded.appendCodePoint(Character.toLowerCase(capital)));
  }

  private static boolean isAscii(String text) {
    for (int i = 0; i < text.length(); i++) {
      if (text.charAt(i) >= 0x80) {
        return false;
      }
    }
    return true;
  }

  private static String asciiLower(String text) {
    return text.toLowerCase(Locale.ROOT);
  }

  private static byte[] sha256(byte[] bytes) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(bytes);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has it", e);
    }
  }
}
