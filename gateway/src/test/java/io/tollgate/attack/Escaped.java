package io.tollgate.attack;

/** Shows bytes so that nothing in them can hide. */
final class Escaped {
  private static final int SHOWN_MAX = 3_000;

  private Escaped() {}

  /** Returns the bytes in one line. */
  static String text(String bytes) {
    var shown = new StringBuilder();
    for (int i = 0; i < Math.min(bytes.length(), SHOWN_MAX); i++) {
      char c = bytes.charAt(i);
      switch (c) {
        case '\r' -> shown.append("\\r");
        case '\n' -> shown.append("\\n");
        case '\t' -> shown.append("\\t");
        case '\\' -> shown.append("\\\\");
        default -> {
          if (c < ' ' || c > '~') {
            shown.append(String.format("\\x%02x", (int) c));
          } else {
            shown.append(c);
          }
        }
      }
    }
    if (bytes.length() > SHOWN_MAX) {
      shown.append("… (").append(bytes.length()).append(" bytes in all)");
    }
    return shown.toString();
  }

  /** Returns the bytes, a line for each of theirs, set off by a margin. */
  static String block(String bytes) {
    if (bytes.isEmpty()) {
      return "    (nothing)\n";
    }
    return text(bytes).replace("\\n", "\\n\n").indent(4);
  }
}
