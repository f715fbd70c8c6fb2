package io.tollgate.store;

import io.tollgate.key.KeyDigest;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * A place where keys can be looked up. Safe for all threads; answers may come on any of them.
 *
 * <p>Every call ends within the source's own deadline, also on a store that is frozen.
 */
public interface KeySource {
  /**
   * Looks one secret up.
   *
   * @return the record; empty where this source has none that it trusts; failed with {@link
   *     StoreUnreachable} where it can't tell
   */
  Future<Optional<KeyRecord>> find(KeyDigest digest);

  /**
   * Tells whether this source could verify a key now.
   *
   * @return completed if so, else failed with {@link StoreUnreachable}
   */
  Future<Void> probe();
}
