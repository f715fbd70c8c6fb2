package io.tollgate.store;

import io.vertx.core.Future;

/**
 * Where the states of limits stand that all gateways share.
 *
 * <p>Confined to one context: asked there, and answering there, in the order in which it was asked.
 */
public interface LimitStore {
  /**
   * Takes what the trip asks for, as one step.
   *
   * @return failed where no answer came in time; whether something was taken is not known then
   */
  Future<LimitAnswer> take(LimitTrip trip);
}
