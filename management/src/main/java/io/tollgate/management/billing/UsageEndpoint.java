package io.tollgate.management.billing;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestParameters;
import io.vertx.ext.web.RoutingContext;
import io.vertx.sqlclient.Row;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** The endpoint that tells what was used. Safe for all threads. */
final class UsageEndpoint {
  private final Transactions transactions;

  UsageEndpoint(Transactions transactions) {
    this.transactions = transactions;
  }

  void list(RoutingContext exchange) {
    UsageSearch search = UsageSearch.parse(new RequestParameters(exchange), Instant.now());
    List<String> data = new ArrayList<>();
    long total = 0;
    for (Row row : transactions.read(search.sql(), search.parameters())) {
      if (row.getLong("cells") > UsageSearch.ROWS_MAX) {
        throw UsageSearch.tooMuch();
      }
      total = row.getLong("total");
      if (row.getString("json") != null) {
        data.add(row.getString("json"));
      }
    }
    Endpoints.answer(
        exchange,
        "{\"data\":["
            + String.join(",", data)
            + "],\"total_count\":"
            + total
            + ",\"from\":"
            + search.from().toInstant().toEpochMilli()
            + ",\"to\":"
            + search.to().toInstant().toEpochMilli()
            + "}");
  }
}
