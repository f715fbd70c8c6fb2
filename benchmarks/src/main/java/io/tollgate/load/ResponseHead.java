package io.tollgate.load;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads of a response's head what must be known of it: its end, status and length of body.
 *
 * <p>No parser: what it can't find counts as a wrong answer. Nothing is allocated, since the load
 * must cost less than what it measures.
 */
final class ResponseHead {
  static final int INCOMPLETE = -1;
  static final int UNKNOWN = -1;
  private static final byte[] OK = "HTTP/1.1 200 ".getBytes(StandardCharsets.US_ASCII);
  private static final byte[] CONTENT_LENGTH =
      "content-length:".getBytes(StandardCharsets.US_ASCII);

  private ResponseHead() {}

  /** Returns where the body begins, or {@link #INCOMPLETE}. */
  static int end(byte[] text, int length) {
    for (int i = 3; i < length; i++) {
      if (text[i] == '\n' && text[i - 1] == '\r' && text[i - 2] == '\n' && text[i - 3] == '\r') {
        return i + 1;
      }
    }
    return INCOMPLETE;
  }

  static boolean isOk(byte[] text, int end) {
    return end >= OK.length && Arrays.equals(text, 0, OK.length, OK, 0, OK.length);
  }

  /** Returns the body's length, or {@link #UNKNOWN}. */
  static int contentLength(byte[] text, int end) {
    for (int line = OK.length; line + CONTENT_LENGTH.length < end; line++) {
      // A header begins after a line feed; most don't begin with a c.
      if (text[line - 1] == '\n' && (text[line] | 0x20) == 'c' && isContentLength(text, line)) {
        return number(text, line + CONTENT_LENGTH.length);
      }
    }
    return UNKNOWN;
  }

  private static boolean isContentLength(byte[] text, int start) {
    for (int i = 1; i < CONTENT_LENGTH.length; i++) {
      if ((text[start + i] | 0x20) != (CONTENT_LENGTH[i] | 0x20)) {
        return false;
      }
    }
    return true;
  }

  private static int number(byte[] text, int start) {
    int at = start;
    while (text[at] == ' ') {
      at++;
    }
    int number = 0;
    for (; text[at] >= '0' && text[at] <= '9'; at++) {
      number = number * 10 + text[at] - '0';
    }
    return number;
  }
}
