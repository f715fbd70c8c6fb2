package io.tollgate.wire;

import java.util.HexFormat;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * The canonical form of targets, written down once more in another way: two tables and a few
 * patterns. What {@link Target} does with one pass over the bytes must come out alike.
 */
final class TargetTable {
  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

  /** What may stand in a path as it is, and what then becomes of it. */
  private static final @Nullable String[] PLAIN = new String[256];

  /** What a byte that is percent-encoded becomes. */
  private static final @Nullable String[] ENCODED = new String[256];

  static {
    for (char c : (UNRESERVED + "/!$&'()*+,=:@").toCharArray()) {
      PLAIN[c] = Character.toString(c);
    }
    for (int c = 0x20; c < 256; c++) {
      boolean refused = c == 0x7f || c == '/' || c == '\\' || c == ';';
      String upper = "%" + HexFormat.of().withUpperCase().toHexDigits((byte) c);
      ENCODED[c] = refused ? null : UNRESERVED.indexOf(c) >= 0 ? Character.toString(c) : upper;
    }
  }

  private static final Pattern PARTS = Pattern.compile("([^?]*)(\\?.*)?", Pattern.DOTALL);
  private static final Pattern QUERY = Pattern.compile("[!-~&&[^#\\\\]]*");
  private static final Pattern TOKEN = Pattern.compile("%([0-9A-Fa-f]{2})|[^%]");
  private static final Pattern TWICE = Pattern.compile("%25[0-9A-Fa-f]{2}");

  /** RFC 3629, 4, over text of single bytes. */
  private static final Pattern UTF_8 =
      Pattern.compile(
          "\\G(?:[\\x00-\\x7f]"
              + "|[\\xc2-\\xdf][\\x80-\\xbf]"
              + "|\\xe0[\\xa0-\\xbf][\\x80-\\xbf]"
              + "|[\\xe1-\\xec\\xee\\xef][\\x80-\\xbf]{2}"
              + "|\\xed[\\x80-\\x9f][\\x80-\\xbf]"
              + "|\\xf0[\\x90-\\xbf][\\x80-\\xbf]{2}"
              + "|[\\xf1-\\xf3][\\x80-\\xbf]{3}"
              + "|\\xf4[\\x80-\\x8f][\\x80-\\xbf]{2})");

  private TargetTable() {}

  /** Returns the canonical path and the query, or null where the text has none. */
  static @Nullable String canonical(String text) {
    Matcher parts = PARTS.matcher(text);
    if (!parts.matches()) {
      return null;
    }
    String query = parts.group(2) == null ? "" : parts.group(2);
    String path = canonicalPath(parts.group(1));
    return path != null && QUERY.matcher(query).matches() ? path + query : null;
  }

  private static @Nullable String canonicalPath(String path) {
    var canonical = new StringBuilder();
    var decoded = new StringBuilder();
    Matcher token = TOKEN.matcher(path);
    int at = 0;
    while (at < path.length() && token.find(at) && token.start() == at) {
      String hex = token.group(1);
      char c = hex == null ? path.charAt(at) : (char) HexFormat.fromHexDigits(hex);
      String form = c > 0xff ? null : (hex == null ? PLAIN : ENCODED)[c];
      if (form == null) {
        return null;
      }
      canonical.append(form);
      decoded.append(c);
      at = token.end();
    }
    boolean valid = at == path.length() && isUtf8(decoded.toString()) && isRooted(canonical);
    return valid && !TWICE.matcher(canonical).find() ? canonical.toString() : null;
  }

  private static boolean isUtf8(String bytes) {
    Matcher next = UTF_8.matcher(bytes);
    int at = 0;
    while (next.find()) {
      at = next.end();
    }
    return at == bytes.length();
  }

  private static boolean isRooted(CharSequence path) {
    List<String> segments = List.of(path.toString().split("/", -1));
    int last = segments.size() - 1;
    return last > 0
        && segments.get(0).isEmpty()
        && IntStream.rangeClosed(1, last)
            .mapToObj(
                i -> i == last && segments.get(i).isEmpty() ? "empty at the end" : segments.get(i))
            .noneMatch(List.of("", ".", "..")::contains);
  }
}
