package io.tollgate.management.billing;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.wire.ApiError;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.vertx.core.Handler;
import io.vertx.ext.web.RoutingContext;

/** The endpoints of usage and statements. Safe for all threads. */
public final class BillingEndpoints {
  private final UsageEndpoint usage;
  private final UsageExport export;
  private final StatementEndpoint statements;

  public BillingEndpoints(Transactions transactions) {
    usage = new UsageEndpoint(transactions);
    export = new UsageExport(transactions);
    statements = new StatementEndpoint(transactions);
  }

  /** Enters the endpoints into the table. */
  public void enter(Endpoints endpoints) {
    endpoints.get("usage.list", Area.BILLING, "/usage", form(usage::list));
    endpoints.get("usage.export", Area.BILLING, "/usage/export", form(export::export));
    String all = "/billing/statements";
    endpoints.get("billing.statements.list", Area.BILLING, all, form(statements::list));
    endpoints.get("billing.statements.get", Area.BILLING, all + "/:id", form(statements::get));
  }

  /** What is wrong with a question is told with 422 here, as everywhere but of keys. */
  private static Handler<RoutingContext> form(Handler<RoutingContext> endpoint) {
    return exchange -> {
      try {
        endpoint.handle(exchange);
      } catch (ApiError refusal) {
        throw refusal.unprocessable();
      }
    };
  }
}
