package io.tollgate.limit;

import io.tollgate.plan.Limit;
import io.tollgate.plan.Per;
import io.tollgate.setting.Bounds;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * The limit that every key has beside those of its plan, and how long a request may wait for one.
 *
 * @param requestsPerSecond 0 for no limit, else the steady rate per key
 * @param burst how many requests may come at once before the rate holds; at least 1
 * @param deadline how long one trip to Redis may take before the gateway goes on at its share
 */
public record LimitConfig(int requestsPerSecond, int burst, Duration deadline) {
  public static final int RATE_MAX = 1_000_000;
  public static final Duration DEADLINE = Duration.ofMillis(100);

  private static final Duration DEADLINE_MAX = Duration.ofSeconds(10);

  public static final LimitConfig UNLIMITED = new LimitConfig(0, 1);

  public LimitConfig {
    Bounds.check("limit.requests-per-second", requestsPerSecond, 0, RATE_MAX);
    Bounds.check("limit.burst", burst, 1, RATE_MAX);
    Bounds.check("limit.deadline", deadline, DEADLINE_MAX);
  }

  /** Takes the deadline that is right for most. */
  public LimitConfig(int requestsPerSecond, int burst) {
    this(requestsPerSecond, burst, DEADLINE);
  }

  /**
   * Returns the limit in a plan's words, null for none: its window is no shorter than its burst.
   */
  @Nullable Limit ofEveryKey() {
    if (requestsPerSecond == 0) {
      return null;
    }
    long seconds = Math.ceilDiv(burst, requestsPerSecond);
    return new Limit(Per.KEY, requestsPerSecond * seconds, seconds, burst);
  }
}
