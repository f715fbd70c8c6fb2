package io.tollgate.management.role;

import io.tollgate.management.audit.Change;
import io.tollgate.management.wire.ApiError;
import io.vertx.sqlclient.Tuple;

/**
 * How many of a kind an instance may have. Immutable.
 *
 * @param counted a table, and which of its rows count
 * @param code of the refusal of one more
 * @param things what they are called
 * @param detail says which of them count
 */
record Quota(String counted, int max, String code, String things, String detail) {
  /** Refuses one more; whoever makes one must have locked out all others who do. */
  void check(Change change) {
    String sql = "SELECT count(*) FROM " + counted;
    if (change.execute(sql, Tuple.tuple()).iterator().next().getLong(0) >= max) {
      throw new ApiError(
          403, code, "Too many " + things, "An instance may have " + max + " " + detail + ".");
    }
  }
}
