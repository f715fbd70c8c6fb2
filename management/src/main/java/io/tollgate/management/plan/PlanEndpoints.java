package io.tollgate.management.plan;

import io.tollgate.management.audit.Transactions;
import io.tollgate.management.key.RevocationBarrier;
import io.tollgate.management.object.Service;
import io.tollgate.management.wire.Endpoints;
import java.util.random.RandomGenerator;

/**
 * The endpoints of plans and subscriptions. Each change answers when it holds everywhere, as a
 * revocation does.
 */
public final class PlanEndpoints {
  private final PlanEndpoint plans;
  private final SubscriptionEndpoint subscriptions;
  private final AllowanceEndpoint allowances;

  /**
   * Makes the endpoints.
   *
   * @param random ids are made of it, and must not come twice
   */
  public PlanEndpoints(
      Transactions transactions, RevocationBarrier barrier, RandomGenerator random) {
    var service = new Service(transactions, barrier);
    plans = new PlanEndpoint(service, new PlanRegistry(transactions, random));
    subscriptions =
        new SubscriptionEndpoint(
            service, new SubscriptionRegistry(transactions, random, PlanVersion::now));
    allowances = new AllowanceEndpoint(new AllowanceRegistry(transactions));
  }

  /** Enters the endpoints into the table. */
  public void enter(Endpoints endpoints) {
    plans.enter(endpoints);
    subscriptions.enter(endpoints);
    allowances.enter(endpoints);
  }
}
