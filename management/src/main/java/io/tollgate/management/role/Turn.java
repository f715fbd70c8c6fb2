package io.tollgate.management.role;

import io.tollgate.management.audit.Change;
import io.tollgate.management.object.WordId;
import io.tollgate.management.wire.ApiError;
import io.vertx.sqlclient.Tuple;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * The turn of one call to replace something in role sets, in steps: two at once could take back
 * each other's without end. It runs out by itself where its owner dies, and each step renews it, so
 * that one who comes back too late does no more. Immutable.
 */
record Turn(String name, Set<String> roleSetIds) {
  /** By the clock of Postgres, and longer than one step may take. */
  private static final String TAKE =
      """
      UPDATE tollgate.role_set
      SET replaced_by = $1, replaced_until = clock_timestamp() + interval '15 seconds'
      WHERE id = ANY($2::text[]) AND (replaced_by = $1 OR replaced_until < clock_timestamp())
      """;

  private static final String END =
      "UPDATE tollgate.role_set SET replaced_until = '-infinity' WHERE replaced_by = $1";

  /** Takes a turn; roles must be locked, so that nobody takes two role sets from the other end. */
  static Turn take(Change change, RandomGenerator random, Set<String> roleSetIds) {
    var turn = new Turn(WordId.make("turn_", random), Set.copyOf(roleSetIds));
    turn.renew(change);
    return turn;
  }

  /** Refuses where it is another one's turn. */
  void renew(Change change) {
    Tuple parameters =
        Tuple.tuple().addString(name).addArrayOfString(roleSetIds.toArray(String[]::new));
    if (change.execute(TAKE, parameters).rowCount() < roleSetIds.size()) {
      throw new ApiError(
          409,
          "role_migration_in_progress",
          "Replacement in progress",
          "Another call is replacing roles in one of the role sets; repeat this one when it has"
              + " ended.");
    }
  }

  void end(Change change) {
    change.execute(END, Tuple.of(name));
  }
}
