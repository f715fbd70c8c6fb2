package io.tollgate.management.key;

import java.util.Base64;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * Some bytes of a number that is known, as people write them: in hexadecimal or in base64, of
 * either alphabet. The text's length tells which, and nothing can be read in two ways.
 */
final class BytesText {
  private static final int BITS_OF_BYTE = 8;
  private static final int BITS_OF_DIGIT = 6;
  private static final int DIGITS_OF_GROUP = 4;

  private BytesText() {}

  /** Returns the bytes, or null where the text is not exactly so many. */
  static byte @Nullable [] decode(String text, int bytes) {
    try {
      return text.length() == 2 * bytes ? HexFormat.of().parseHex(text) : base64(text, bytes);
    } catch (IllegalArgumentException unreadable) {
      return null;
    }
  }

  private static byte @Nullable [] base64(String text, int bytes) {
    int digits = (bytes * BITS_OF_BYTE + BITS_OF_DIGIT - 1) / BITS_OF_DIGIT;
    String padding = "=".repeat((DIGITS_OF_GROUP - digits % DIGITS_OF_GROUP) % DIGITS_OF_GROUP);
    if (text.length() == digits + padding.length() && text.endsWith(padding)) {
      return exact(text.substring(0, digits));
    }
    return text.length() == digits ? exact(text) : null;
  }

  /** Made anew and compared: what has bits to spare, or of both alphabets, is nobody's spelling. */
  private static byte @Nullable [] exact(String text) {
    boolean forUrls = text.indexOf('-') >= 0 || text.indexOf('_') >= 0;
    byte[] bytes = (forUrls ? Base64.getUrlDecoder() : Base64.getDecoder()).decode(text);
    Base64.Encoder encoder = forUrls ? Base64.getUrlEncoder() : Base64.getEncoder();
    return encoder.withoutPadding().encodeToString(bytes).equals(text) ? bytes : null;
  }
}
