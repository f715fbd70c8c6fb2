package io.tollgate.management.plan;

import io.tollgate.access.Subject;
import io.tollgate.key.KeyId;
import io.tollgate.management.audit.Origin;
import io.tollgate.management.key.Texts;
import io.tollgate.management.object.Fields;
import io.tollgate.management.object.Forms;
import io.tollgate.management.wire.Area;
import io.tollgate.management.wire.Endpoints;
import io.tollgate.management.wire.RequestBody;
import io.tollgate.management.wire.RequestParameters;
import io.tollgate.plan.Quota;
import io.vertx.ext.web.RoutingContext;
import java.util.Set;

/** The endpoints of what is left of quotas and credits. Safe for all virtual threads. */
final class AllowanceEndpoint {
  static final String UNITS = "units";

  private static final String OWNER = "owner";
  private static final String PAYER = "payer_id";
  private static final String ACTION = "action";
  private static final String INCREASE = "increase";
  private static final String NAME = "idempotency_key";
  private static final int NAME_MAX = 255;
  private static final int LIMIT = 10;
  private static final int LIMIT_MAX = 500;
  private static final int OFFSET_MAX = 1_000_000;

  private final AllowanceRegistry allowances;

  AllowanceEndpoint(AllowanceRegistry allowances) {
    this.allowances = allowances;
  }

  void enter(Endpoints endpoints) {
    endpoints.get("allowances.list", Area.BILLING, "/billing/allowances", Forms.of(this::list));
    endpoints.post("credits.change", Area.BILLING, "/billing/credits", Forms.of(this::change));
  }

  private void list(RoutingContext exchange) {
    var parameters = new RequestParameters(exchange);
    String owner = owner(parameters.required(OWNER));
    int limit = parameters.integer("limit", LIMIT, 1, LIMIT_MAX);
    int offset = parameters.integer("offset", 0, 0, OFFSET_MAX);
    Endpoints.answer(exchange, allowances.list(owner, limit, offset).page());
  }

  /** Returns the id as allowances name it: that of a key may be given in upper case. */
  private static String owner(String id) {
    if (KeyId.isKeyId(id)) {
      return KeyId.parse(id).toString();
    }
    if (!Subject.isSubject(id)) {
      throw Texts.format(OWNER, id, "the id of a subject or a key");
    }
    return id;
  }

  private void change(RoutingContext exchange) {
    RequestBody body = RequestBody.parse(exchange.body().buffer());
    body.allowOnly(Set.of(PAYER, UNITS, ACTION, NAME));
    Subject payer = SubscriptionEndpoint.payer(body.text(PAYER));
    long units = Whole.in(body, UNITS, 1, Quota.UNITS_MAX);
    String action = body.text(ACTION);
    if (!Set.of(INCREASE, "decrease").contains(action)) {
      throw Fields.notOneOf(ACTION, action, "increase or decrease");
    }
    String name = Texts.within(NAME, body.text(NAME), 1, NAME_MAX);
    long signed = action.equals(INCREASE) ? units : -units;
    Endpoints.answer(exchange, allowances.change(payer, signed, name, Origin.of(exchange)));
  }
}
