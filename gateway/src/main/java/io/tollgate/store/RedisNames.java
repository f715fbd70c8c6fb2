package io.tollgate.store;

import io.tollgate.key.KeyDigest;

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
}
