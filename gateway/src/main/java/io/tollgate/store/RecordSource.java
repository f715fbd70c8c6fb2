package io.tollgate.store;

import io.tollgate.key.KeyDigest;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * A place where records can be looked up. Confined to the context of its owner.
 *
 * <p>Every call ends within the source's own deadline, also on a store that is frozen.
 */
public interface RecordSource {
  /**
   * Looks up what stands at an address: a secret's digest, or a {@link RecordName}'s.
   *
   * @return the record; empty where there is none; failed with {@link StoreUnreachable} where this
   *     source can't tell
   */
  Future<Optional<StoredRecord>> find(KeyDigest address);
}
