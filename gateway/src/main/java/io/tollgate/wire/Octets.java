package io.tollgate.wire;

import java.nio.charset.StandardCharsets;

/** What single bytes of a message may be, and how runs of them are read. */
final class Octets {
  static final byte CR = '\r';
  static final byte LF = '\n';
  static final byte SP = ' ';
  static final byte TAB = '\t';
  private static final int BYTE_VALUES = 256;
  private static final int DEL = 0x7f;

  /** More digits than a length or a chunk of any real message has; fewer than a long overflows. */
  private static final int DIGITS_MAX = 18;

  /**
   * For each byte of a field's name its folded form, 0 where none may stand (RFC 9110, 5.6.2).
   * Folding takes together what servers that turn headers into variables would confuse: {@code
   * Tollgate_Key.Id} is {@code tollgate-key-id}.
   */
  private static final byte[] FOLDED = new byte[BYTE_VALUES];

  private static final boolean[] IN_VALUE = new boolean[BYTE_VALUES];
  private static final boolean[] IN_PATH = new boolean[BYTE_VALUES];
  private static final boolean[] IN_QUERY = new boolean[BYTE_VALUES];

  static {
    for (int c = 0; c < BYTE_VALUES; c++) {
      boolean digit = c >= '0' && c <= '9';
      boolean lower = c >= 'a' && c <= 'z';
      boolean upper = c >= 'A' && c <= 'Z';
      if (digit || lower) {
        FOLDED[c] = (byte) c;
      } else if (upper) {
        FOLDED[c] = (byte) (c + ('a' - 'A'));
      } else if ("!#$%&'*+-.^_`|~".indexOf(c) >= 0) {
        FOLDED[c] = '-';
      }
      IN_VALUE[c] = c == TAB || (c >= SP && c != DEL);
      // RFC 3986's pchar and slash, less the percent sign and the semicolon.
      IN_PATH[c] = digit || lower || upper || "-._~/!$&'()*+,=:@".indexOf(c) >= 0;
      IN_QUERY[c] = c > SP && c < DEL && c != '#' && c != '\\';
    }
  }

  private Octets() {}

  static byte folded(byte b) {
    return FOLDED[b & 0xff];
  }

  static boolean isInValue(byte b) {
    return IN_VALUE[b & 0xff];
  }

  static boolean isInPath(byte b) {
    return IN_PATH[b & 0xff];
  }

  static boolean isInQuery(byte b) {
    return IN_QUERY[b & 0xff];
  }

  static boolean isSpace(byte b) {
    return b == SP || b == TAB;
  }

  static boolean equal(byte[] bytes, int start, int end, String text) {
    if (end - start != text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (bytes[start + i] != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Compares without regard to case; {@code lower} is in lower case. */
  static boolean equalIgnoringCase(byte[] bytes, int start, int end, String lower) {
    if (end - start != lower.length()) {
      return false;
    }
    for (int i = 0; i < lower.length(); i++) {
      if (lowered(bytes[start + i]) != lower.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  static boolean equalIgnoringCase(byte[] bytes, int start, int end, int otherStart, int otherEnd) {
    if (end - start != otherEnd - otherStart) {
      return false;
    }
    for (int i = 0; i < end - start; i++) {
      if (lowered(bytes[start + i]) != lowered(bytes[otherStart + i])) {
        return false;
      }
    }
    return true;
  }

  static byte lowered(byte b) {
    return b >= 'A' && b <= 'Z' ? (byte) (b + ('a' - 'A')) : b;
  }

  /** Reads decimal digits and nothing else; -1 if anything else stands there, or too many. */
  static long decimal(byte[] bytes, int start, int end) {
    if (start == end || end - start > DIGITS_MAX) {
      return -1;
    }
    long value = 0;
    for (int i = start; i < end; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      value = value * 10 + digit;
    }
    return value;
  }

  /** Returns a hexadecimal digit's value, or -1. */
  static int hexDigit(byte b) {
    if (b >= '0' && b <= '9') {
      return b - '0';
    }
    byte lower = lowered(b);
    return lower >= 'a' && lower <= 'f' ? lower - 'a' + 10 : -1;
  }

  static String text(byte[] bytes, int start, int end) {
    return new String(bytes, start, end - start, StandardCharsets.ISO_8859_1);
  }
}
