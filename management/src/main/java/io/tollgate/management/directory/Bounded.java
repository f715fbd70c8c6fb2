package io.tollgate.management.directory;

import io.tollgate.management.scim.ScimError;
import io.tollgate.store.StoreUnreachable;
import io.vertx.pgclient.PgException;
import java.util.function.Supplier;

/** Readings that may ask for more than Postgres does in the time that a statement has. */
final class Bounded {
  /** What Postgres says of a statement that it has given up. */
  private static final String GIVEN_UP = "57014";

  private Bounded() {}

  /**
   * Reads, and changes nothing.
   *
   * @throws ScimError a 400 tooMany where Postgres answers that it has given up: whoever asks for
   *     the same again hears the same, which is no outage to be waited for
   * @throws StoreUnreachable where Postgres does not answer
   */
  static <T> T read(Supplier<T> work) {
    try {
      return work.get();
    } catch (StoreUnreachable e) {
      if (e.getCause() instanceof PgException refusal && GIVEN_UP.equals(refusal.getSqlState())) {
        throw ScimError.tooMany(
            "This takes the database longer than it may. Ask for less: by a filter of fewer"
                + " conditions, by eq or sw where it has co or ew, without sortBy, by a smaller"
                + " count, or with excludedAttributes=members.");
      }
      throw e;
    }
  }
}
