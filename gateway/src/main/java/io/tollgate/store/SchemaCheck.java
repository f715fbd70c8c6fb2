package io.tollgate.store;

import io.vertx.core.Future;
import io.vertx.pgclient.PgException;
import io.vertx.sqlclient.Row;
import io.vertx.sqlclient.RowSet;
import io.vertx.sqlclient.SqlClient;
import java.util.Set;

/** The question, asked at every start, whether this program and the schema fit each other. */
public final class SchemaCheck {
  /** The schema version that this program reads and writes. */
  public static final int READER = 14;

  private static final String MIGRATE = "run deploy/tollgate migrate";

  /** Postgres' codes for a table and a schema that do not exist. */
  private static final Set<String> MISSING = Set.of("42P01", "3F000");

  private SchemaCheck() {}

  /**
   * Compares the schema's version with {@link #READER}.
   *
   * @return failed with an {@link IllegalStateException} that tells the operator what to do where
   *     the two do not fit, with the driver's failure where Postgres can't be asked
   */
  public static Future<Void> check(SqlClient postgres) {
    return postgres
        .query("SELECT version, oldest_reader FROM tollgate.schema_state")
        .execute()
        .transform(
            asked -> {
              if (asked.failed()) {
                return Future.failedFuture(told(asked.cause()));
              }
              return compare(asked.result());
            });
  }

  private static Throwable told(Throwable failure) {
    return failure instanceof PgException refused && MISSING.contains(refused.getSqlState())
        ? new IllegalStateException("the schema is missing in Postgres: " + MIGRATE)
        : failure;
  }

  private static Future<Void> compare(RowSet<Row> rows) {
    if (rows.size() == 0) {
      return refused("the schema in Postgres is not whole, schema_state is empty: " + MIGRATE);
    }
    Row state = rows.iterator().next();
    int version = state.getInteger("version");
    int oldestReader = state.getInteger("oldest_reader");
    if (version < READER) {
      return refused(
          "the schema in Postgres has version "
              + version
              + ", this program needs "
              + READER
              + ": "
              + MIGRATE);
    }
    if (oldestReader > READER) {
      return refused(
          "the schema in Postgres allows no program older than version "
              + oldestReader
              + ", this one has version "
              + READER
              + ": start a newer one");
    }
    return Future.succeededFuture();
  }

  private static Future<Void> refused(String sentence) {
    return Future.failedFuture(new IllegalStateException(sentence));
  }
}
