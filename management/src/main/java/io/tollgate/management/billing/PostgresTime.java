package io.tollgate.management.billing;

import io.tollgate.management.audit.Transactions;
import io.vertx.sqlclient.Tuple;
import java.time.Instant;

/** The time that bills go by: Postgres', which is one for all processes. */
final class PostgresTime {
  private PostgresTime() {}

  static Instant now(Transactions transactions) {
    return transactions
        .read("SELECT clock_timestamp() AS now", Tuple.tuple())
        .iterator()
        .next()
        .getOffsetDateTime("now")
        .toInstant();
  }
}
