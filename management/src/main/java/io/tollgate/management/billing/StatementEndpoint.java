package io.tollgate.management.billing;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestParameters;
import io.vertx.ext.web.RoutingContext;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The endpoints of statements. Safe for all threads. */
final class StatementEndpoint {
  /** Those that are not closed are made for each answer, at the price of their month's uses. */
  private static final int LIMIT_MAX = 100;

  private final Transactions transactions;
  private final Statements statements;

  StatementEndpoint(Transactions transactions) {
    this.transactions = transactions;
    statements = new Statements(transactions);
  }

  void list(RoutingContext exchange) {
    var parameters = new RequestParameters(exchange);
    Instant now = PostgresTime.now(transactions);
    @Nullable String payer = Asked.payer(parameters);
    @Nullable Month month = Asked.period(parameters);
    int limit = Asked.limit(parameters, LIMIT_MAX);
    int offset = Asked.offset(parameters);
    Statements.Listed listed;
    if (payer != null) {
      listed =
          month == null
              ? statements.ofPayer(payer, now, limit, offset)
              : only(statements.find(new StatementId(payer, month), now), offset);
    } else if (month != null && month.isClosed(now)) {
      listed = statements.ofPeriod(month, limit, offset);
    } else {
      throw Asked.missing(
          "payer_id", "payer_id is required, unless period is a month that is closed.");
    }
    Endpoints.answer(
        exchange,
        "{\"data\":["
            + String.join(",", listed.data())
            + "],\"total_count\":"
            + listed.total()
            + "}");
  }

  private static Statements.Listed only(Optional<String> one, int offset) {
    List<String> all = one.stream().toList();
    return new Statements.Listed(all.stream().skip(offset).toList(), all.size());
  }

  void get(RoutingContext exchange) {
    @Nullable String id = exchange.pathParam("id");
    String body =
        Optional.ofNullable(id)
            .flatMap(StatementId::parse)
            .flatMap(named -> statements.find(named, PostgresTime.now(transactions)))
            .orElseThrow(() -> ApiError.notFound("No statement has this id."));
    Endpoints.answer(exchange, body);
  }
}
