package io.tollgate.proxy;

import io.vertx.core.MultiMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** Which headers end at this hop, and which belong to the edge alone. */
final class HeaderNames {
  /** RFC 9110, 7.6.1, and what is framing: rebuilt on each side, never passed through. */
  private static final Set<String> HOP_BY_HOP =
      Set.of(
          "connection",
          "content-length",
          "expect",
          "http2-settings",
          "keep-alive",
          "proxy-authenticate",
          "proxy-authorization",
          "proxy-connection",
          "te",
          "trailer",
          "transfer-encoding",
          "upgrade");

  /** What a client says of its own origin is not believed; the edge writes these itself. */
  private static final Set<String> ORIGIN =
      Set.of(
          "forwarded",
          "x-forwarded-for",
          "x-forwarded-host",
          "x-forwarded-proto",
          "x-forwarded-port",
          "x-real-ip");

  private static final String OURS = "tollgate";

  private HeaderNames() {}

  static boolean isHopByHop(String lowerName) {
    return HOP_BY_HOP.contains(lowerName);
  }

  static boolean isOrigin(String folded) {
    return ORIGIN.contains(folded);
  }

  /** Returns whether the name is in the namespace that only the edge may write. */
  static boolean isOurs(String folded) {
    return folded.equals(OURS) || (folded.startsWith(OURS) && folded.charAt(OURS.length()) == '-');
  }

  /** Returns the headers that the message's own Connection header declares to end here. */
  static Set<String> nominated(MultiMap headers) {
    if (!headers.contains("connection")) {
      return Set.of();
    }
    Set<String> names = new HashSet<>();
    for (String value : headers.getAll("connection")) {
      for (String name : value.split(",", -1)) {
        names.add(name.strip().toLowerCase(Locale.ROOT));
      }
    }
    return names;
  }

  /**
   * Brings a name to the form in which servers that turn headers into variables would confuse it
   * with another: {@code Tollgate_Key.Id} is {@code tollgate-key-id}.
   */
  static String fold(String name) {
    for (int i = 0; i < name.length(); i++) {
      if (!isFolded(name.charAt(i))) {
        return foldWhole(name);
      }
    }
    return name;
  }

  private static String foldWhole(String name) {
    char[] folded = name.toCharArray();
    for (int i = 0; i < folded.length; i++) {
      char c = folded[i];
      if (c >= 'A' && c <= 'Z') {
        folded[i] = (char) (c + ('a' - 'A'));
      } else if (!isFolded(c)) {
        folded[i] = '-';
      }
    }
    return new String(folded);
  }

  private static boolean isFolded(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
  }
}
