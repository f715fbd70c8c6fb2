package io.tollgate.meter;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tollgate.store.UsageBatch;
import io.tollgate.store.UsageCount;
import io.tollgate.store.UsageProof;
import io.tollgate.store.UsageRow;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.ToLongFunction;

/** What an operator sees of the meter. */
final class MeterMetrics {
  private static final UsageProof UNKNOWN = new UsageProof(0, 0, 0, 0, 0);

  private final Counter verified;
  private final Counter forwarded;
  private final Counter completed;
  private final Counter rows;
  private final Counter taken;
  private final Counter replayed;
  private final Counter aside;
  private final AtomicReference<UsageProof> proof = new AtomicReference<>(UNKNOWN);

  MeterMetrics(MeterRegistry metrics) {
    verified = usage(metrics, "verified");
    forwarded = usage(metrics, "forwarded");
    completed = usage(metrics, "completed");
    rows =
        Counter.builder("tollgate.meter.rows")
            .description("Rows of segments that the ledger has taken")
            .register(metrics);
    taken = batches(metrics, "new");
    replayed = batches(metrics, "replayed");
    aside =
        Counter.builder("tollgate.meter.aside")
            .description("Files in the meter's directory that were no segments, and set aside")
            .register(metrics);
    gauge(metrics, "drift", "Units that the batches have more than the ledger", UsageProof::drift);
    gauge(metrics, "unleased", "Units of hard quotas used without a lease", UsageProof::unleased);
    gauge(metrics, "holes", "Batches that are missing among those taken", UsageProof::holes);
  }

  private static Counter usage(MeterRegistry metrics, String unit) {
    return Counter.builder("tollgate.usage")
        .description("Units verified, sent to an upstream, answered < 500; as segments are closed")
        .tag("unit", unit)
        .register(metrics);
  }

  private static Counter batches(MeterRegistry metrics, String outcome) {
    return Counter.builder("tollgate.meter.batches")
        .description("Segments that the ledger has taken, or had already")
        .tag("outcome", outcome)
        .register(metrics);
  }

  private void gauge(
      MeterRegistry metrics, String name, String what, ToLongFunction<UsageProof> value) {
    Gauge.builder("tollgate.meter." + name, proof, known -> (double) value.applyAsLong(known.get()))
        .description(what + ", as of the last time that all was added up")
        .register(metrics);
  }

  /** Shows what waits for the ledger, and what could not be counted. */
  void watch(MeterRegistry metrics, Spool spool, UsageMeter meter) {
    Gauge.builder("tollgate.meter.segments.waiting", spool, Spool::segments)
        .description("Closed segments that wait for the ledger")
        .register(metrics);
    Gauge.builder("tollgate.meter.oldest.age", spool, Spool::oldestSeconds)
        .description("How long the oldest of them has waited")
        .baseUnit("seconds")
        .register(metrics);
    Gauge.builder("tollgate.meter.spool", spool, Spool::bytes)
        .description("How much disk they take")
        .baseUnit("bytes")
        .register(metrics);
    // The registry holds what it asks weakly, so it must be what somebody else holds.
    FunctionCounter.builder("tollgate.meter.lost", meter, UsageMeter::lost)
        .description("Units that could not be counted, for want of room")
        .register(metrics);
  }

  /** Counts for the gateway as a whole what a segment has counted by key. */
  void closed(UsageBatch batch) {
    verified.increment(sum(batch, UsageCount.VERIFIED));
    double failed = sum(batch, UsageCount.STATUS_5XX) + sum(batch, UsageCount.UNANSWERED);
    double answered = 0;
    for (UsageCount count : UsageCount.values()) {
      if (count != UsageCount.VERIFIED
          && count != UsageCount.REFUSED
          && count != UsageCount.STATUS_5XX
          && count != UsageCount.UNANSWERED) {
        answered += sum(batch, count);
      }
    }
    forwarded.increment(answered + failed);
    completed.increment(answered);
  }

  private static double sum(UsageBatch batch, UsageCount count) {
    long sum = 0;
    for (UsageRow row : batch.rows()) {
      sum += row.count(count);
    }
    return sum;
  }

  void taken(List<UsageBatch> batches, int fresh) {
    taken.increment(fresh);
    replayed.increment((double) batches.size() - fresh);
    rows.increment(batches.stream().mapToInt(batch -> batch.rows().size()).sum());
  }

  void setAside() {
    aside.increment();
  }

  void proven(UsageProof newProof) {
    proof.set(newProof);
  }
}
