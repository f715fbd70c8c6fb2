package io.tollgate.management.projector;

import io.vertx.core.Future;
import io.vertx.sqlclient.SqlClient;

/**
 * The name of the change log's history, which is part of every epoch.
 *
 * <p>A Postgres that was promoted or restored to a point in time has another epoch by itself. One
 * whose tables were put back into the same running server has not: whoever did that must say so.
 */
public final class History {
  private static final String RENEW =
      "UPDATE tollgate.schema_state SET history = gen_random_uuid()::text";

  private History() {}

  /**
   * Gives the history a new name: gateways forget what they hold, and Redis is rebuilt. Right at
   * any time, also where nothing was restored.
   */
  public static Future<Void> renew(SqlClient postgres) {
    return postgres.query(RENEW).execute().mapEmpty();
  }
}
