package io.tollgate.store;

import io.tollgate.key.KeyDigest;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The names of all that stands in Redis: the projection, and beside it the states of limits. */
public final class RedisNames {
  public static final String PREFIX = "tollgate:";

  /** Holds, as {@link Applied} spells it, the number up to which the projection is whole. */
  public static final String APPLIED = PREFIX + "applied";

  /** Starts the names of all records' documents. */
  public static final String RECORD_PREFIX = PREFIX + "record:";

  /** Starts the names of the states of limits, which nobody rebuilds and nobody announces. */
  public static final String LIMIT_PREFIX = PREFIX + "limit:";

  private RedisNames() {}

  public static String record(KeyDigest address) {
    return RECORD_PREFIX + address.toBase64();
  }

  /** Returns the address of the record that has this name, or null if it is no record's. */
  public static @Nullable KeyDigest address(String name) {
    if (!name.startsWith(RECORD_PREFIX)) {
      return null;
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(name.substring(RECORD_PREFIX.length()));
      KeyDigest address = KeyDigest.fromBytes(bytes);
      // Base64 has several spellings of one digest; only ours is a document's name.
      return record(address).equals(name) ? address : null;
    } catch (IllegalArgumentException notOurs) {
      return null;
    }
  }
}
