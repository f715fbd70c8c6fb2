package io.tollgate.store;

import io.vertx.core.Future;

/** Where allowances are kept. */
public interface AllowanceStore {
  /**
   * Asks for units of an allowance, or gives some up.
   *
   * @return fails where the store did not answer: then it may have heeded the call or not, and the
   *     next call tells it what is known here
   */
  Future<AllowanceCall.Leased> lease(AllowanceCall call);
}
