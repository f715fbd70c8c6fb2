package io.tollgate.ring;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.key.KeyDigest;
import io.tollgate.store.ProjectionFeed;
import io.tollgate.store.RecordSource;
import io.tollgate.store.StoredRecord;
import io.vertx.core.Future;
import java.util.Optional;

/**
 * Redis where its answer may be believed, else Postgres, which holds the truth.
 *
 * <p>That Redis has no record proves nothing (it may have been wiped), so an outage of Postgres is
 * an outage then, never an absent key. Confined to the context of the stores' connections.
 */
final class BelievedRecords implements RecordSource {
  private final ProjectionFeed redis;
  private final RecordSource postgres;
  private final Trust trust;
  private final Clocks clocks;
  private final Counter redisFound;
  private final Counter redisAbsent;
  private final Counter redisNotBelieved;
  private final Counter redisUnreachable;
  private final Counter postgresFound;
  private final Counter postgresAbsent;
  private final Counter postgresUnreachable;

  BelievedRecords(
      ProjectionFeed redis,
      RecordSource postgres,
      Trust trust,
      Clocks clocks,
      MeterRegistry metrics) {
    this.redis = redis;
    this.postgres = postgres;
    this.trust = trust;
    this.clocks = clocks;
    redisFound = counter(metrics, "redis", "found");
    redisAbsent = counter(metrics, "redis", "absent");
    redisNotBelieved = counter(metrics, "redis", "not-believed");
    redisUnreachable = counter(metrics, "redis", "unreachable");
    postgresFound = counter(metrics, "postgres", "found");
    postgresAbsent = counter(metrics, "postgres", "absent");
    postgresUnreachable = counter(metrics, "postgres", "unreachable");
  }

  private static Counter counter(MeterRegistry metrics, String store, String result) {
    return Counter.builder("tollgate.lookups")
        .description("Look-ups of secrets that were not in the ring, by store and result")
        .tag("store", store)
        .tag("result", result)
        .register(metrics);
  }

  @Override
  public Future<Optional<StoredRecord>> find(KeyDigest digest) {
    return redis
        .find(digest)
        .transform(
            outcome -> {
              if (outcome.failed()) {
                redisUnreachable.increment();
                return findTruth(digest);
              }
              return judge(digest, outcome.result());
            });
  }

  private Future<Optional<StoredRecord>> judge(KeyDigest digest, ProjectionFeed.Answer answer) {
    if (!trust.believes(answer.connection(), digest, answer.applied(), clocks.now())) {
      redisNotBelieved.increment();
      return findTruth(digest);
    }
    if (answer.record().isEmpty()) {
      redisAbsent.increment();
      return findTruth(digest);
    }
    redisFound.increment();
    return Future.succeededFuture(answer.record());
  }

  private Future<Optional<StoredRecord>> findTruth(KeyDigest digest) {
    return postgres
        .find(digest)
        .onSuccess(record -> (record.isPresent() ? postgresFound : postgresAbsent).increment())
        .onFailure(failure -> postgresUnreachable.increment());
  }
}
