package io.tollgate.meter;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;

/**
 * Counts the units that a plan may bill, for the gateway as a whole and as long as its process
 * lives. Counts per key that survive the process are not kept yet.
 *
 * <p>Safe for all threads.
 */
public final class UsageMeter {
  private static final int FAILED_FROM = 500;

  private final Counter verified;
  private final Counter forwarded;
  private final Counter completed;

  public UsageMeter(MeterRegistry metrics) {
    verified = counter(metrics, "verified");
    forwarded = counter(metrics, "forwarded");
    completed = counter(metrics, "completed");
  }

  private static Counter counter(MeterRegistry metrics, String unit) {
    return Counter.builder("tollgate.usage")
        .description("Requests whose key was verified, that reached an upstream, that ended < 500")
        .tag("unit", unit)
        .register(metrics);
  }

  /** Counts a request whose key was identified. */
  public void verified() {
    verified.increment();
  }

  /**
   * Counts a request that an upstream answered.
   *
   * @param status the upstream's
   */
  public void forwarded(int status) {
    forwarded.increment();
    if (status < FAILED_FROM) {
      completed.increment();
    }
  }
}
