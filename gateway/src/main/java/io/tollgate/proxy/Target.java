package io.tollgate.proxy;

import org.jspecify.annotations.Nullable;

/**
 * A request's target in the one spelling that both the scope check and the upstream see.
 *
 * <p>What two servers could read differently has no canonical form and is refused: dot segments,
 * empty segments, backslash, semicolon, encoded slash, backslash or NUL, a fragment, a target that
 * is no absolute path. Percent-encoded unreserved characters are decoded and hexadecimal digits
 * brought to upper case (RFC 3986, 6.2.2), so that {@code /%61dmin} is {@code /admin}. Immutable.
 *
 * @param path starts with a slash
 * @param query as it came, with its question mark; empty if there was none
 */
public record Target(String path, String query) {

  /** Returns the canonical target, or null where the text has none. */
  public static @Nullable Target parse(String text) {
    if (text.isEmpty() || text.charAt(0) != '/') {
      return null;
    }
    int mark = text.indexOf('?');
    String rawPath = mark < 0 ? text : text.substring(0, mark);
    String query = mark < 0 ? "" : text.substring(mark);
    @Nullable String path = isPlain(rawPath) ? rawPath : decode(rawPath);
    if (path == null || hasOddSegment(path) || !isQuery(query)) {
      return null;
    }
    return new Target(path, query);
  }

  /** Returns path and query as they stand in a request line. */
  public String toRequestTarget() {
    return query.isEmpty() ? path : path + query;
  }

  private static boolean isPlain(String path) {
    for (int i = 0; i < path.length(); i++) {
      if (!isPathCharacter(path.charAt(i))) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String decode(String path) {
    var canonical = new StringBuilder(path.length());
    for (int i = 0; i < path.length(); i++) {
      char c = path.charAt(i);
      if (isPathCharacter(c)) {
        canonical.append(c);
        continue;
      }
      int value = c == '%' ? hexPair(path, i + 1) : -1;
      if (value < 0 || value == 0 || value == '/' || value == '\\') {
        return null;
      }
      if (isUnreserved((char) value)) {
        canonical.append((char) value);
      } else {
        canonical.append('%').append(hexDigit(value >> 4)).append(hexDigit(value & 0xf));
      }
      i += 2;
    }
    return canonical.toString();
  }

  private static boolean hasOddSegment(String path) {
    int start = 1;
    while (start < path.length()) {
      int end = path.indexOf('/', start);
      int stop = end < 0 ? path.length() : end;
      int length = stop - start;
      boolean dots = length <= 2 && path.charAt(start) == '.' && path.charAt(stop - 1) == '.';
      if (length == 0 || dots) {
        return true;
      }
      start = stop + 1;
    }
    return false;
  }

  private static boolean isQuery(String query) {
    for (int i = 0; i < query.length(); i++) {
      char c = query.charAt(i);
      if (c <= ' ' || c >= 0x7f || c == '#' || c == '\\') {
        return false;
      }
    }
    return true;
  }

  /** RFC 3986's {@code pchar} and slash, less the percent sign and the semicolon. */
  private static boolean isPathCharacter(char c) {
    return isUnreserved(c) || "/!$&'()*+,=:@".indexOf(c) >= 0;
  }

  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '.'
        || c == '_'
        || c == '~';
  }

  private static int hexPair(String text, int start) {
    if (start + 2 > text.length()) {
      return -1;
    }
    int high = Character.digit(text.charAt(start), 16);
    int low = Character.digit(text.charAt(start + 1), 16);
    boolean ascii = text.charAt(start) < 0x80 && text.charAt(start + 1) < 0x80;
    return ascii && high >= 0 && low >= 0 ? high << 4 | low : -1;
  }

  private static char hexDigit(int value) {
    return "0123456789ABCDEF".charAt(value);
  }
}
