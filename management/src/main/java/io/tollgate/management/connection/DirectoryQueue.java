package io.tollgate.management.connection;

import io.tollgate.management.audit.Change;
import io.vertx.sqlclient.Tuple;

/**
 * The queue before each directory: those who write into it are let in together, those who change
 * what it is or what its groups make are let in alone. A lock of its row would not do: Postgres
 * lets more and more sharers pass whoever waits to have it alone, so that a sync without a pause
 * would keep a token from being revoked. Here nobody passes whoever came before him. To be stood in
 * before any row is locked; it ends with the change.
 */
final class DirectoryQueue {
  /** The first of two numbers; the other users of the database's advisory locks have one. */
  private static final int OF_DIRECTORIES = 0x5C1D;

  private static final int OF_WORKERS = 0x5C1E;

  private static final int OF_STEPS = 0x5C1F;

  private static final String SHARED = "SELECT pg_advisory_xact_lock_shared($1, hashtext($2))";
  private static final String ALONE = "SELECT pg_advisory_xact_lock($1, hashtext($2))";

  private static final String OF_CONNECTION =
      """
      SELECT pg_advisory_xact_lock($1, hashtext(d.id)) FROM tollgate.directory d
      WHERE d.connection_id = $2
      """;

  private static final String TRY =
      "SELECT pg_try_advisory_xact_lock($1, hashtext($2)) AS is_taken";

  private DirectoryQueue() {}

  /** Waits until nobody is alone with the directory, or waits to be so. */
  static void enter(Change change, String directoryId) {
    change.execute(SHARED, Tuple.of(OF_DIRECTORIES, directoryId));
  }

  /** Waits until all have left who came before, and keeps all others out. */
  static void enterAlone(Change change, String directoryId) {
    change.execute(ALONE, Tuple.of(OF_DIRECTORIES, directoryId));
  }

  /** The same with the directory of a connection, where it has one. */
  static void enterAloneByConnection(Change change, String connectionId) {
    change.execute(OF_CONNECTION, Tuple.of(OF_DIRECTORIES, connectionId));
  }

  /**
   * Does the same for a step of many, which all wait in a line of their own: one stands in the
   * queue at a time, so that whoever writes waits for one step and not for one of each.
   */
  static void enterAloneForStep(Change change, String directoryId) {
    change.execute(ALONE, Tuple.of(OF_STEPS, directoryId));
    enterAlone(change, directoryId);
  }

  /** Returns whether no other worker goes on with the directory; never waits. */
  static boolean isFirstWorker(Change change, String directoryId) {
    Tuple parameters = Tuple.of(OF_WORKERS, directoryId);
    return change.execute(TRY, parameters).iterator().next().getBoolean("is_taken");
  }
}
