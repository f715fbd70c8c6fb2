package io.tollgate.management.wire;

import org.jspecify.annotations.Nullable;

/** What Postgres can hold of a text. */
public final class StorableText {
  private StorableText() {}

  /** Returns what the text holds that can't be kept, as it follows "holds"; null for nothing. */
  public static @Nullable String flaw(String text) {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == 0) {
        return "a NUL character (\\u0000)";
      }
      if (Character.isHighSurrogate(c)
          && i + 1 < text.length()
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        i++;
      } else if (Character.isSurrogate(c)) {
        return "half of a surrogate pair";
      }
    }
    return null;
  }
}
