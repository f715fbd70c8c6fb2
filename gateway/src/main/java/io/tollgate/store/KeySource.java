package io.tollgate.store;

import io.tollgate.key.KeyDigest;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * A place where keys can be looked up. Confined to the context of its owner.
 *
 * <p>Every call ends within the source's own deadline, also on a store that is frozen.
 */
public interface KeySource {
  /**
   * Looks one secret up.
   *
   * @return the record; empty where there is none; failed with {@link StoreUnreachable} where this
   *     source can't tell
   */
  Future<Optional<KeyRecord>> find(KeyDigest digest);
}
