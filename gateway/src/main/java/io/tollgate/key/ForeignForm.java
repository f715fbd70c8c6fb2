package io.tollgate.key;

import java.nio.charset.StandardCharsets;

/**
 * What a secret that was issued elsewhere may look like: of its form nothing is known but that it
 * stands in a header field as one word. Whether it is any key's only a store can tell.
 */
public final class ForeignForm {
  /** Shorter ones are guessed within hours, whatever they are made of. */
  public static final int LENGTH_MIN = 8;

  public static final int LENGTH_MAX = 512;

  private ForeignForm() {}

  /** Returns whether the secret may be one that was issued elsewhere. */
  public static boolean fits(Secret secret) {
    // What is not ASCII has bytes that are not either.
    byte[] bytes = secret.reveal().getBytes(StandardCharsets.UTF_8);
    return fits(bytes, 0, bytes.length);
  }

  /** Returns whether the bytes are visible ASCII, and neither too few nor too many. */
  static boolean fits(byte[] text, int start, int end) {
    if (end - start < LENGTH_MIN || end - start > LENGTH_MAX) {
      return false;
    }
    for (int i = start; i < end; i++) {
      if (text[i] <= ' ' || text[i] > '~') {
        return false;
      }
    }
    return true;
  }
}
