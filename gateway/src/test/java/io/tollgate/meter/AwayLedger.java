package io.tollgate.meter;

import io.tollgate.store.StoreUnreachable;
import io.tollgate.store.UsageBatch;
import io.tollgate.store.UsageLedger;
import io.tollgate.store.UsageProof;
import io.vertx.core.Future;
import java.util.List;
import java.util.UUID;

/** A ledger that can't be reached. */
final class AwayLedger implements UsageLedger {
  private static <T> Future<T> away() {
    return Future.failedFuture(new StoreUnreachable("the ledger is away"));
  }

  @Override
  public Future<Integer> take(String gateway, List<UsageBatch> batches) {
    return away();
  }

  @Override
  public Future<Void> begin(UUID instance, long boot, String gateway) {
    return away();
  }

  @Override
  public Future<Void> end(UUID instance, long boot, String gateway, long lastSequence) {
    return away();
  }

  @Override
  public Future<Integer> forget() {
    return away();
  }

  @Override
  public Future<UsageProof> prove() {
    return away();
  }

  @Override
  public Future<Void> close() {
    return Future.succeededFuture();
  }
}
