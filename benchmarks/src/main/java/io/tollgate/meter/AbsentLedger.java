package io.tollgate.meter;

import io.tollgate.store.UsageBatch;
import io.tollgate.store.UsageLedger;
import io.tollgate.store.UsageProof;
import io.vertx.core.Future;
import java.util.List;
import java.util.UUID;

/** A ledger that is never there, so that nothing but counting is measured. */
final class AbsentLedger implements UsageLedger {
  private static <T> Future<T> absent() {
    return Future.failedFuture("no ledger here");
  }

  @Override
  public Future<Integer> take(String gateway, List<UsageBatch> batches) {
    return absent();
  }

  @Override
  public Future<Void> begin(UUID instance, long boot, String gateway) {
    return absent();
  }

  @Override
  public Future<Void> end(UUID instance, long boot, String gateway, long lastSequence) {
    return absent();
  }

  @Override
  public Future<Integer> forget() {
    return absent();
  }

  @Override
  public Future<UsageProof> prove() {
    return absent();
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
