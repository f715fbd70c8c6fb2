package io.tollgate.store;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.sqlclient.Pool;
import io.vertx.sqlclient.SqlConnection;
import io.vertx.sqlclient.Tuple;
import java.util.List;

/**
 * Notes in Postgres when secrets were used. On a connection of its own, so that no look-up waits
 * behind it. Confined to the context it was made on.
 */
public final class PostgresUses {
  /** Whoever is about to change a secret is not waited for: the note comes again. */
  private static final String NOTE =
      """
      WITH used AS (
        SELECT digest, millis FROM unnest($1::bytea[], $2::bigint[]) used (digest, millis)
      ), free AS (
        SELECT s.digest FROM tollgate.api_key_secret s JOIN used USING (digest)
        ORDER BY s.digest FOR UPDATE OF s SKIP LOCKED
      )
      UPDATE tollgate.api_key_secret s
      SET last_used_at = greatest(s.last_used_at, to_timestamp(used.millis / 1000.0))
      FROM used JOIN free USING (digest) WHERE s.digest = used.digest
      """;

  private final Pool pool;
  private final StoreLink<SqlConnection> link;

  public PostgresUses(Vertx vertx, PostgresConfig config) {
    PostgresLine line = PostgresLine.of(vertx, config);
    pool = line.pool();
    link =
        new StoreLink<>(
            vertx, "Postgres' notes", line, config.deadline(), config.connectDeadline());
    link.open();
  }

  /** Notes some uses; fails where Postgres did not answer, and nobody needs to try again. */
  public Future<Void> note(List<Use> uses) {
    Buffer[] secrets =
        uses.stream().map(use -> Buffer.buffer(use.secret().toBytes())).toArray(Buffer[]::new);
    Long[] millis = uses.stream().map(Use::millis).toArray(Long[]::new);
    Tuple parameters = Tuple.tuple().addArrayOfBuffer(secrets).addArrayOfLong(millis);
    return link.call(connection -> connection.preparedQuery(NOTE).execute(parameters)).mapEmpty();
  }

  public Future<Void> close() {
    link.close();
    return pool.close();
  }
}
