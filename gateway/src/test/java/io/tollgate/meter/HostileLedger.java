package io.tollgate.meter;

import io.tollgate.store.StoreUnreachable;
import io.tollgate.store.UsageBatch;
import io.tollgate.store.UsageLedger;
import io.tollgate.store.UsageProof;
import io.vertx.core.Future;
import java.util.List;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A way to a ledger on which questions get lost, and answers too: then the ledger has taken what
 * its sender does not know of.
 */
final class HostileLedger implements UsageLedger {
  private final UsageLedger behind;
  private final Random random;
  private volatile boolean hostile = true;
  private final AtomicLong asked = new AtomicLong();

  HostileLedger(UsageLedger behind, long seed) {
    this.behind = behind;
    random = new Random(seed);
  }

  void becomeKind() {
    hostile = false;
  }

  /** Returns how often it was asked to take something. */
  long asked() {
    return asked.get();
  }

  private static <T> Future<T> lost() {
    return Future.failedFuture(new StoreUnreachable("lost on the way"));
  }

  @Override
  public synchronized Future<Integer> take(String gateway, List<UsageBatch> batches) {
    asked.incrementAndGet();
    int lot = hostile ? random.nextInt(3) : 2;
    return switch (lot) {
      case 0 -> lost();
      case 1 -> behind.take(gateway, batches).transform(taken -> lost());
      default -> behind.take(gateway, batches);
    };
  }

  @Override
  public Future<Void> begin(UUID instance, long boot, String gateway) {
    return behind.begin(instance, boot, gateway);
  }

  @Override
  public Future<Void> end(UUID instance, long boot, String gateway, long lastSequence) {
    return behind.end(instance, boot, gateway, lastSequence);
  }

  @Override
  public Future<Integer> forget() {
    return behind.forget();
  }

  @Override
  public Future<UsageProof> prove() {
    return behind.prove();
  }

  @Override
  public Future<Void> close() {
    return behind.close();
  }
}
