package io.tollgate.wire;

import java.nio.charset.StandardCharsets;

/** What may stand in {@code Host} (RFC 9110, 7.2; RFC 3986, 3.2.2). */
public final class Host {
  private static final int PORT_MAX = 65_535;
  private static final int LENGTH_MAX = 255;

  private Host() {}

  /** Returns whether a text may stand there. */
  public static boolean isHost(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return isHost(bytes, 0, bytes.length);
  }

  /**
   * Returns whether it is a name or an address, and perhaps a port. Names are of letters, digits,
   * hyphen, dot and underscore: what more RFC 3986 allows is of no use but to confuse.
   */
  static boolean isHost(byte[] bytes, int start, int end) {
    if (start == end || end - start > LENGTH_MAX) {
      return false;
    }
    int at = bytes[start] == '[' ? addressEnd(bytes, start, end) : nameEnd(bytes, start, end);
    if (at == start) {
      return false;
    }
    return at == end || (bytes[at] == ':' && isPort(bytes, at + 1, end));
  }

  private static int nameEnd(byte[] bytes, int start, int end) {
    int at = start;
    while (at < end && isInName(bytes[at])) {
      at++;
    }
    return at;
  }

  private static boolean isInName(byte b) {
    byte lower = Octets.lowered(b);
    return (lower >= 'a' && lower <= 'z')
        || (b >= '0' && b <= '9')
        || b == '-'
        || b == '.'
        || b == '_';
  }

  /** Returns where an IPv6 address in brackets ends, or its start if it is none. */
  private static int addressEnd(byte[] bytes, int start, int end) {
    int at = start + 1;
    int colons = 0;
    while (at < end && (Octets.hexDigit(bytes[at]) >= 0 || bytes[at] == ':' || bytes[at] == '.')) {
      colons += bytes[at] == ':' ? 1 : 0;
      at++;
    }
    return at < end && bytes[at] == ']' && colons >= 2 ? at + 1 : start;
  }

  private static boolean isPort(byte[] bytes, int start, int end) {
    long port = Octets.decimal(bytes, start, end);
    return port >= 1 && port <= PORT_MAX && end - start <= 5;
  }
}
