package io.tollgate.attack;

/** Spells requests, so that a case shows only what is odd about its own. */
final class Http {
  static final String HOST = "Host: edge.test";
  static final String KEY = "X-API-Key: {key}";
  static final String ADMIN = "X-API-Key: {admin}";
  static final String CLOSE = "Connection: close";

  /** What must never be seen by itself: the second request that an attack hides in the first. */
  static final String SMUGGLED = head("GET /smuggled HTTP/1.1", HOST, KEY);

  private Http() {}

  /** Returns these lines, each with CRLF, and the empty line. */
  static String head(String... lines) {
    return String.join("\r\n", lines) + "\r\n\r\n";
  }

  /** Returns a whole GET, after which the connection ends. */
  static String get(String target, String... lines) {
    return with("GET " + target + " HTTP/1.1", new String[] {HOST, KEY, CLOSE}, lines);
  }

  /** Returns a whole GET, after which the connection stays. */
  static String getKept(String target, String... lines) {
    return with("GET " + target + " HTTP/1.1", new String[] {HOST, KEY}, lines);
  }

  /** Returns the head of a POST, after which the connection ends. */
  static String post(String target, String... lines) {
    return with("POST " + target + " HTTP/1.1", new String[] {HOST, KEY, CLOSE}, lines);
  }

  /** Returns the head of a POST, after which the connection stays. */
  static String postKept(String target, String... lines) {
    return with("POST " + target + " HTTP/1.1", new String[] {HOST, KEY}, lines);
  }

  private static String with(String requestLine, String[] usual, String... lines) {
    var head = new StringBuilder(requestLine).append("\r\n");
    for (String line : usual) {
      head.append(line).append("\r\n");
    }
    for (String line : lines) {
      head.append(line).append("\r\n");
    }
    return head.append("\r\n").toString();
  }
}
