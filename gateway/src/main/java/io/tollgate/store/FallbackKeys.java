package io.tollgate.store;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyDigest;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * One source, and behind it the one that holds the truth: what the first does not have, or can't
 * tell, the second decides.
 *
 * <p>That the first has no record proves nothing (it may have been wiped), so an outage of the
 * second is an outage then, never an absent key. Threading is that of the two.
 */
public final class FallbackKeys implements KeySource {
  private final KeySource first;
  private final KeySource truth;
  private final Counter firstFound;
  private final Counter firstAbsent;
  private final Counter firstUnreachable;
  private final Counter truthFound;
  private final Counter truthAbsent;
  private final Counter truthUnreachable;

  public FallbackKeys(KeySource first, KeySource truth, MeterRegistry metrics) {
    this.first = first;
    this.truth = truth;
    firstFound = counter(metrics, "redis", "found");
    firstAbsent = counter(metrics, "redis", "absent");
    firstUnreachable = counter(metrics, "redis", "unreachable");
    truthFound = counter(metrics, "postgres", "found");
    truthAbsent = counter(metrics, "postgres", "absent");
    truthUnreachable = counter(metrics, "postgres", "unreachable");
  }

  private static Counter counter(MeterRegistry metrics, String store, String result) {
    return Counter.builder("tollgate.lookups")
        .description("Look-ups of secrets that were not in the ring, by store and result")
        .tag("store", store)
        .tag("result", result)
        .register(metrics);
  }

  @Override
  public Future<Optional<KeyRecord>> find(KeyDigest digest) {
    return first
        .find(digest)
        .transform(
            outcome -> {
              if (outcome.failed()) {
                firstUnreachable.increment();
                return findTruth(digest);
              }
              if (outcome.result().isEmpty()) {
                firstAbsent.increment();
                return findTruth(digest);
              }
              firstFound.increment();
              return Future.succeededFuture(outcome.result());
            });
  }

  private Future<Optional<KeyRecord>> findTruth(KeyDigest digest) {
    return truth
        .find(digest)
        .onSuccess(record -> (record.isPresent() ? truthFound : truthAbsent).increment())
        .onFailure(failure -> truthUnreachable.increment());
  }

  @Override
  public Future<Void> probe() {
    return first.probe().recover(unreachable -> truth.probe());
  }
}
