package io.tollgate.store;

import io.tollgate.key.KeyDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The names under which the projection stands in Redis; all start with {@link #PREFIX}. */
public final class RedisNames {
  public static final String PREFIX = "tollgate:";

  /** Holds, as {@link Applied} spells it, the number up to which the projection is whole. */
  public static final String APPLIED = PREFIX + "applied";

  /** Starts the names of all key documents. */
  public static final String KEY_PREFIX = PREFIX + "key:";

  private RedisNames() {}

  public static String key(KeyDigest digest) {
    return KEY_PREFIX + digest.toBase64();
  }

  /** Returns whose document has this name, or null if it is not a key document's. */
  public static @Nullable KeyDigest digest(String name) {
    if (!name.startsWith(KEY_PREFIX)) {
      return null;
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(name.substring(KEY_PREFIX.length()));
      KeyDigest digest = KeyDigest.fromBytes(bytes);
      // Base64 has several spellings of one digest; only ours is a document's name.
      return key(digest).equals(name) ? digest : null;
    } catch (IllegalArgumentException notOurs) {
      return null;
    }
  }
}
