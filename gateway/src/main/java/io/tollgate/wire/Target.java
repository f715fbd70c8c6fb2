package io.tollgate.wire;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * A request's target in the one spelling that both the scope check and the upstream see.
 *
 * <p>What two servers could read differently has no canonical form and is refused: dot segments,
 * empty segments, slash, backslash, semicolon and control characters that are encoded or may not
 * stand there at all, what is encoded twice or no UTF-8, a fragment, a target that is no absolute
 * path. Percent-encoded unreserved characters are decoded and hexadecimal digits brought to upper
 * case (RFC 3986, 6.2.2), so that {@code /%61dmin} is {@code /admin}. Immutable.
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
    @Nullable String path = canonical(rawPath);
    if (path == null || !isPath(ascii(path)) || !isQuery(ascii(query))) {
      return null;
    }
    return new Target(path, query);
  }

  /** Returns path and query as they stand in a request line. */
  public String toRequestTarget() {
    return query.isEmpty() ? path : path + query;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static boolean isPath(byte[] path) {
    return isPath(path, 0, path.length);
  }

  private static boolean isQuery(byte[] query) {
    return isQuery(query, 0, query.length);
  }

  /** Returns whether it starts with a slash and has no segment that is empty or but dots. */
  static boolean isPath(byte[] path, int start, int end) {
    if (start == end || path[start] != '/') {
      return false;
    }
    int segment = start + 1;
    for (int at = segment; at <= end; at++) {
      if (at < end && path[at] != '/') {
        continue;
      }
      int length = at - segment;
      boolean last = at == end;
      if ((length == 0 && !last) || isDots(path, segment, length)) {
        return false;
      }
      segment = at + 1;
    }
    return true;
  }

  private static boolean isDots(byte[] path, int segment, int length) {
    return (length == 1 && path[segment] == '.')
        || (length == 2 && path[segment] == '.' && path[segment + 1] == '.');
  }

  static boolean isQuery(byte[] query, int start, int end) {
    for (int at = start; at < end; at++) {
      if (!Octets.isInQuery(query[at])) {
        return false;
      }
    }
    return true;
  }

  private static @Nullable String canonical(String path) {
    var canonical = new StringBuilder(path.length());
    var decoded = ByteBuffer.allocate(path.length());
    for (int at = 0; at < path.length(); at++) {
      char c = path.charAt(at);
      if (c < 0x80 && Octets.isInPath((byte) c)) {
        canonical.append(c);
        decoded.put((byte) c);
        continue;
      }
      int value = c == '%' ? hexPair(path, at + 1) : -1;
      if (value < ' ' || value == 0x7f || "/\\;".indexOf(value) >= 0) {
        return null;
      }
      decoded.put((byte) value);
      if (isUnreserved((char) value)) {
        canonical.append((char) value);
      } else {
        canonical.append('%').append(hexDigit(value >> 4)).append(hexDigit(value & 0xf));
      }
      at += 2;
    }
    boolean valid = isUtf8(decoded.flip()) && !isEncodedTwice(canonical);
    return valid ? canonical.toString() : null;
  }

  /** Looked for when all else is decoded, since {@code %25%32%65} becomes {@code %252e}. */
  private static boolean isEncodedTwice(StringBuilder canonical) {
    int at = canonical.indexOf("%25");
    while (at >= 0) {
      if (hexPair(canonical, at + 3) >= 0) {
        return true;
      }
      at = canonical.indexOf("%25", at + 3);
    }
    return false;
  }

  /** Overlong forms hide a dot or a slash from whoever does not read them as one. */
  private static boolean isUtf8(ByteBuffer bytes) {
    try {
      StandardCharsets.UTF_8.newDecoder().decode(bytes);
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }

  private static boolean isUnreserved(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || "-._~".indexOf(c) >= 0;
  }

  private static int hexPair(CharSequence text, int start) {
    if (start + 2 > text.length() || text.charAt(start) >= 0x80 || text.charAt(start + 1) >= 0x80) {
      return -1;
    }
    int high = Octets.hexDigit((byte) text.charAt(start));
    int low = Octets.hexDigit((byte) text.charAt(start + 1));
    return high >= 0 && low >= 0 ? high << 4 | low : -1;
  }

  private static char hexDigit(int value) {
    return "0123456789ABCDEF".charAt(value);
  }
}
