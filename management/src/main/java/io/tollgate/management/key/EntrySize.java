package io.tollgate.management.key;

import org.jspecify.annotations.Nullable;

/**
 * How many bytes of the heap a key takes in the {@link VerifyCache}, for a JVM with compressed
 * references and texts.
 */
final class EntrySize {
  /**
   * The key's record with its boxed times and its list of scopes (190), its digest (48), and the
   * cache's own: entry, node, slot in the table, share of the frequency sketch (150).
   */
  private static final int FIXED = 388;

  /** The headers of a text and of its array. */
  private static final int TEXT = 40;

  private static final int REFERENCE = 4;
  private static final int ALIGNMENT = 8;
  private static final int LATIN_1_MAX = 0xff;

  private EntrySize() {}

  static int bytes(ApiKey key) {
    int bytes =
        FIXED
            + text(key.id())
            + text(key.type())
            + text(key.subject())
            + text(key.name())
            + text(key.description())
            + text(key.claims())
            + text(key.createdBy())
            + text(key.revocationReason());
    for (String scope : key.scopes()) {
      bytes += REFERENCE + text(scope);
    }
    return bytes;
  }

  private static int text(@Nullable String text) {
    if (text == null) {
      return 0;
    }
    // One letter beyond Latin 1 doubles all of them.
    int width = text.chars().allMatch(unit -> unit <= LATIN_1_MAX) ? 1 : Character.BYTES;
    return TEXT + Math.ceilDiv(text.length() * width, ALIGNMENT) * ALIGNMENT;
  }
}
